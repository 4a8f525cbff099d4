// What merging costs ksmd: how many pages it looks at in a second, and how deep its trees grow.
//
// Nothing but ksmd runs, so a round is a stretch of one thread's work, and its time that of its
// pages. What else the computer does makes a round slower, never faster: of several measurements
// the fastest is kept. Each number is meant in proportion to a row of the same run.
#ifndef RMAPCHECK_STRESS_KSM_COST_H_
#define RMAPCHECK_STRESS_KSM_COST_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/ksm/page_tree.h"

namespace fleet {

struct CostRequest {
  std::uint32_t pages = 8192;  // Of all processes together.
  std::vector<std::uint32_t> processes = {2, 8, 32};
  std::vector<std::uint32_t> equal = {0, 50, 100};  // Of 100 pages.
  std::uint32_t nodes_max = 4096;                   // From 64 on, each time four times as many.
  std::uint32_t repeats = 3;
};

// So many processes, of whose pages so many are equal: pages a second in the first round, which
// only notes checksums; in the second, which merges; and in the third, when everything has its
// place.
struct ScanCost {
  std::uint32_t processes = 0;
  std::uint32_t equal = 0;
  double first = 0;
  double merging = 0;
  double settled = 0;
  std::uint32_t saved = 0;  // Pages.
};

// A tree of so many pages, whose contents come to ksmd mixed or in order.
struct TreeCost {
  std::string tree;  // "stable", "unstable".
  bool in_order = false;
  rmap::TreeShape shape = {};
  // Pages a second: of who waits in the unstable tree; of a process that joins those who share.
  double rate = 0;
};

struct Costs {
  CostRequest request;
  std::vector<ScanCost> scans = {};
  std::vector<TreeCost> trees = {};
  bool ended_early = false;
};

// Returns: whether to go on.
using CostProgress = std::function<bool(const std::string& step, double fraction)>;

Costs MeasureCosts(const CostRequest& request, const CostProgress& progress);

}  // namespace fleet

#endif  // RMAPCHECK_STRESS_KSM_COST_H_

// All measurements of one run, and how they are written: as tables, and as JSON.
// Ratios to G0 are taken here; everything else was counted (cost_model.h).
#ifndef RMAPCHECK_STRESS_COST_REPORT_H_
#define RMAPCHECK_STRESS_COST_REPORT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "stress/cost_model.h"

namespace cost {

struct Request {
  FamilySize family;
  std::uint32_t fork_generations = 1000;
};

struct WalkRow {
  Workload workload;
  std::string kernel;
  WalkCosts costs;
  double g0_ratio = 0;  // Visits of complete walks in G0 for each one here.
};

struct ObjectRow {
  std::string kernel;
  std::uint32_t vmas_each;  // Of each process.
  Objects objects;
};

struct GrowthRow {
  std::string kernel;
  std::uint64_t links_max = 0;     // In any generation.
  std::vector<Generation> growth;  // Generations 1, 10, 100..., and the last.
};

struct Results {
  Request request;
  std::vector<WalkRow> walks;
  std::vector<ObjectRow> objects;
  std::vector<GrowthRow> growth;
};

// Called now and then: what is being measured, and how much of that is done, from 0 to 1.
using StepProgress = std::function<void(const std::string& step, double fraction)>;

Results MeasureAll(const Request& request, const StepProgress& progress);

// Returns: text with a line break at its end.
std::string ToText(const Results& results);
std::string ToJson(const Results& results);

}  // namespace cost

#endif  // RMAPCHECK_STRESS_COST_REPORT_H_

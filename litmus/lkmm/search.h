// All executions of a kernel test that the Linux kernel's memory model allows, by trying every one.
//
// 1. What may a load return? The initial values, and whatever some run of some thread writes if its
//    loads return such values: found by running threads with ever larger sets of values until
//    nothing new is written. A value that needs more steps than there are writes would be its own
//    cause.
// 2. One run of each thread is chosen, such that what one reads another may have written.
// 3. For each element of memory all orders are found (orders.h), and each combination of them is an
//    execution that the model judges (model.h).
//
// This is as wasteful as it is plain, and meant for tests of a page: what is too large is told.
#ifndef RMAPCHECK_LITMUS_LKMM_SEARCH_H_
#define RMAPCHECK_LITMUS_LKMM_SEARCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "litmus/herd/code.h"
#include "litmus/herd/litmus_test.h"

namespace lkmm {

struct Limits {
  int unroll_max = 2;
  std::uint64_t candidates_max = 1'000'000;  // Executions to be judged.
  double seconds_max = 0;                    // Wall time; 0: no limit.
  std::function<bool()> interrupted;         // Asked now and then, if set; once true, that is it.
};

struct Ending {
  std::uint64_t executions = 0;
  std::set<std::string> flags;  // That some of these executions raise.
};

struct Outcome {
  std::map<std::vector<std::int64_t>, Ending> endings;  // By final state, laid out as Code says.
  bool loop_cut = false;
  std::string limit_hit;  // What cut the search short; empty: nothing.
};

// `frame`: of CompileFrame. Fails: Unimplemented with the reason why no verdict can be given;
// InvalidArgument if the test means nothing.
absl::StatusOr<Outcome> Search(const herd::LitmusTest& test, const herd::Code& frame,
                               const Limits& limits);

}  // namespace lkmm

#endif  // RMAPCHECK_LITMUS_LKMM_SEARCH_H_

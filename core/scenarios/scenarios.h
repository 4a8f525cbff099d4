// Named scenarios of the rmap core, each with its claim and its oracle in words.
//
// A scenario is one small program: set-up by the main thread, at most two threads at once, and a
// judgement at the end. The same names run under the checker (models/rmap), where "holds" means in
// every execution, and on real threads (stress), where it means in every round.
//
// Some failures are not written as checks here, because whoever watches the memory finds them: use
// after free, leak, data race, deadlock.
#ifndef RMAPCHECK_CORE_SCENARIOS_SCENARIOS_H_
#define RMAPCHECK_CORE_SCENARIOS_SCENARIOS_H_

#include <functional>
#include <string>
#include <vector>

#include "core/history/kernel.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// What is known about a scenario under one kernel.
struct Expectation {
  std::string kernel;          // In Kernel's written form.
  std::string violation = "";  // The kind of failure that is found: "leak". Empty: it holds.

  bool holds() const { return violation.empty(); }
};

struct Scenario {
  std::string name;
  std::string claim;   // What is said to be true of every execution.
  std::string oracle;  // How a violation shows.
  std::function<void(const Kernel&)> run;
  Generation default_generation;
  std::vector<Expectation> expectations;  // Among them every unchanged kernel that is modelled.
};

// Returns: all scenarios, the order in which they are listed to users.
const std::vector<Scenario>& Scenarios();

// By topic; each file defines its own.
std::vector<Scenario> LifetimeScenarios();
std::vector<Scenario> ChainScenarios();
std::vector<Scenario> BoundaryScenarios();
std::vector<Scenario> RecyclingScenarios();

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCENARIOS_SCENARIOS_H_

// The scenarios of the rmap core as the checker runs them: the table of core/scenarios in its
// modelled flavour, under a name that says so. The command line and the tests start here.
#ifndef RMAPCHECK_MODELS_RMAP_SCENARIOS_H_
#define RMAPCHECK_MODELS_RMAP_SCENARIOS_H_

#include <string>
#include <vector>

#include "core/mm/lock_order.h"
#include "core/scenarios/expected.h"
#include "core/scenarios/scenarios.h"

namespace models {

using RmapScenario = rmap::modelled::Scenario;
using RmapFamily = rmap::modelled::Family;
using RmapBug = rmap::modelled::Bug;
using RmapKernelPair = rmap::modelled::KernelPair;

inline const std::vector<RmapScenario>& RmapScenarios() { return rmap::modelled::Scenarios(); }

// Returns: the names of all lock classes, outermost first.
inline std::vector<std::string> RmapLockNames() {
  std::vector<std::string> names;
  for (const ksync::LockClass* lock_class : rmap::modelled::kLockClasses) {
    names.push_back(lock_class->name);
  }
  return names;
}

}  // namespace models

#endif  // RMAPCHECK_MODELS_RMAP_SCENARIOS_H_

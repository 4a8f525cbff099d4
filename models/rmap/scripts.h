// Scripts (core/scripts) as the checker runs them: scenarios like those with a name of their own,
// but that nobody has said when they are violated. They hold, or the kernel they run on has a bug.
#ifndef RMAPCHECK_MODELS_RMAP_SCRIPTS_H_
#define RMAPCHECK_MODELS_RMAP_SCRIPTS_H_

#include <cstdint>
#include <string>
#include <utility>

#include "core/scripts/run_script.h"
#include "core/scripts/script.h"
#include "models/graph/view.h"
#include "models/rmap/scenarios.h"

namespace models {

// How many threads (core/scripts/phase_use.h) a script can have here.
inline constexpr std::uint32_t kScriptThreadsMax = kThreadsMax;

// Returns: the scenario that runs the script, on whatever kernel is asked for.
inline RmapScenario ScriptScenario(std::string name, rmap::Script script) {
  return {.name = std::move(name),
          .claim = "Whatever the order of its threads' steps, the script breaks no rule.",
          .oracle =
              "After each phase every rule of the structure holds, each address has what was "
              "written there, and at the end nothing is left.",
          .run = [script = std::move(script)](const rmap::Kernel& kernel) {
            rmap::modelled::RunScript(kernel, script);
          }};
}

}  // namespace models

#endif  // RMAPCHECK_MODELS_RMAP_SCRIPTS_H_

// Scripts as jobs. An argument that ends in ".rmap" is a file with a script (core/scripts), and has
// a row like a scenario: named after the file, expected to hold.
#ifndef RMAPCHECK_CLI_SCRIPT_JOB_H_
#define RMAPCHECK_CLI_SCRIPT_JOB_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/history/kernel.h"
#include "models/rmap/scripts.h"

namespace cli {

struct ScriptScenario {
  models::RmapScenario scenario;
  std::string source;                  // The script as it is printed, for who replays it.
  std::optional<rmap::Kernel> kernel;  // That it asks for.
};

bool IsScriptFile(std::string_view argument);

// Fails: with one line: the file, line and column, what is wrong, and the mend.
absl::StatusOr<std::shared_ptr<const ScriptScenario>> ReadScript(const std::string& file);

// Returns: the scenario that had that name and source. Fails: with what is wrong in the source.
absl::StatusOr<std::shared_ptr<const ScriptScenario>> MakeScript(const std::string& name,
                                                                 const std::string& source);

}  // namespace cli

#endif  // RMAPCHECK_CLI_SCRIPT_JOB_H_

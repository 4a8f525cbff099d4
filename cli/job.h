// What is to be checked: a scenario, or a script, under a kernel, and what is expected of it.
// A job has one written form, "SplitBelowVersusMigration on G5 without KH-25", which replays carry.
#ifndef RMAPCHECK_CLI_JOB_H_
#define RMAPCHECK_CLI_JOB_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/command.h"
#include "cli/script_job.h"
#include "core/history/kernel.h"
#include "models/rmap/scenarios.h"

namespace cli {

using Scenarios = std::vector<models::RmapScenario>;

struct Job {
  const models::RmapScenario* scenario;
  rmap::Kernel kernel;
  // The kind of failure that is expected; empty: it holds; nothing: whatever comes is news.
  std::optional<std::string> expected_failure;
  // Whose scenario it is; null: it is one of the table.
  std::shared_ptr<const ScriptScenario> script = nullptr;

  // Returns: the verdict that is expected, or "-".
  const char* expected() const {
    if (!expected_failure.has_value()) return "-";
    return expected_failure->empty() ? "holds" : "violated";
  }
  std::string Name() const { return scenario->name + " on " + kernel.Name(); }
};

// Returns: the job of that written form, whatever is expected of it. `source`: of a script; else
// empty. Fails: naming the scenario or the kernel that there is not, or what is wrong in the
// script.
absl::StatusOr<Job> FindJob(std::string_view name, const std::string& source,
                            const Scenarios& scenarios);

// Returns: what the command asks `prove` to check: the scenarios that its patterns name, each with
// the kernel of its flags, or else with those to prove it on: every unchanged one, or the newest
// with all fixes. Scenarios that do not run on the kernel are left out. Something is expected under
// RC11 only, of the kernels that `list` shows. A pattern that is a script's file has one job, which
// is expected to hold: on the kernel of the flags, else on the file's, else on the newest with all
// fixes; --with and --without alone change that of the file.
// Fails: naming the file's mistake, the pattern that matches nothing, the fix that a kernel has not
// (or has already, or has no place for), or the generation on which none of the scenarios runs.
absl::StatusOr<std::vector<Job>> SelectJobs(const Command& command, const Scenarios& scenarios);

// Returns: whether some scenario that says so is violated without the fix and holds with it.
bool IsShown(const rmap::FixInfo& fix, const Scenarios& scenarios);

// The same scenario without a fix and with it.
struct JobPair {
  Job without;  // Is expected to be violated, under RC11.
  Job with;     // Is expected to hold, likewise.
};

// A historical bug, and what shows it; nothing if no scenario does.
struct BugCase {
  const rmap::FixInfo* fix;
  std::optional<JobPair> shown_by;
};

// Returns: of each fix asked for (all, if none is), in their order, a case for each scenario that
// shows it, or one that nothing shows: none is left out.
// Fails: naming the id that is unknown.
// Requires: `fixes` outlives what is returned.
absl::StatusOr<std::vector<BugCase>> SelectBugs(const Command& command,
                                                std::span<const rmap::FixInfo> fixes,
                                                const Scenarios& scenarios);

}  // namespace cli

#endif  // RMAPCHECK_CLI_JOB_H_

// The rmap_stress command: words in, exit code out. Conventions are those of cli/: what a user got
// wrong is one line on standard error that says what and the mend, and exit code 2.
#ifndef RMAPCHECK_STRESS_WORKLOAD_COMMAND_H_
#define RMAPCHECK_STRESS_WORKLOAD_COMMAND_H_

#include <ostream>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "stress/workload/campaign.h"

namespace workload {

struct Command {
  Campaign campaign;
  std::string json;     // A file; "-" is standard output, and nothing else is written there.
  std::string scripts;  // The folder for scripts that fail.
  bool help = false;
};

// Returns: what the words ask for. Fails: with one line that names flag, value and mend.
absl::StatusOr<Command> ParseCommand(std::span<const std::string> words);

// What surrounds the command.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;  // Progress is for terminals.
  std::function<bool()> is_interrupted = [] { return false; };
};

// What the exit code is if a signal ended the run: what a shell makes of it, if the process then
// ends by that signal.
inline constexpr int kInterrupted = 130;

// Runs the command. Returns: the exit code: 0; 1 if something failed; 2 for bad usage, if nothing
// could be run, or for what cannot be written; kInterrupted, which is stronger than the others.
int Main(std::span<const std::string> words, const Surroundings& surroundings);

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_COMMAND_H_

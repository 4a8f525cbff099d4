// The ksm_machines command: words in, exit code out. Conventions are those of cli/: what a user got
// wrong is one line on standard error that says what and the mend, and exit code 2.
#ifndef RMAPCHECK_STRESS_KSM_COMMAND_H_
#define RMAPCHECK_STRESS_KSM_COMMAND_H_

#include <ostream>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "stress/ksm/cost.h"
#include "stress/ksm/fleet.h"

namespace fleet {

struct Command {
  Request request;
  CostRequest costs;
  bool measures_costs = false;
  bool json = false;
  bool help = false;
  std::string svg;  // A file, or empty.
};

// Returns: what the words ask for. Fails: with one line that names flag, value and mend.
absl::StatusOr<Command> ParseCommand(std::span<const std::string> words);

inline constexpr int kInterrupted = 130;

// Runs the command. Progress goes to `err`, every few seconds. Ctrl-C and its like
// (core/base/interrupt.h) end the run behind the tick, or the measurement, that goes on; what is
// known is written. Returns: the exit code: 0; 2 for bad usage, a kernel that breaks a rule, or if
// an output cannot be written; kInterrupted.
int Main(std::span<const std::string> words, std::ostream& out, std::ostream& err);

}  // namespace fleet

#endif  // RMAPCHECK_STRESS_KSM_COMMAND_H_

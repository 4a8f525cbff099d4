// The commands. Each takes a parsed command line and the table of scenarios, prints what it has to
// say, and returns what the process ends with.
#ifndef RMAPCHECK_CLI_COMMANDS_H_
#define RMAPCHECK_CLI_COMMANDS_H_

#include <span>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "models/claims/claims.h"

namespace cli {

ExitCode Prove(const Command& command, const Scenarios& scenarios, Console& console);
ExitCode Bugs(const Command& command, std::span<const rmap::FixInfo> fixes,
              const Scenarios& scenarios, Console& console);
ExitCode Claims(const Command& command, std::span<const models::Claim> claims,
                const Scenarios& scenarios, Console& console);
// `claims`: the text of those that are built in.
ExitCode Locks(const Command& command, std::string_view claims, const Scenarios& scenarios,
               Console& console);
ExitCode Litmus(const Command& command, Console& console);
// One hand of the job's search. Requires: the command names it, and somebody listens for
// interrupts.
ExitCode ProveShard(const Command& command, const Job& job, Console& console);
// Adds the hands up.
ExitCode Merge(const Command& command, Console& console);
ExitCode Replay(const Command& command, const Scenarios& scenarios, Console& console);
// Becomes the program. Returns: only if that is not possible.
ExitCode RunProgram(const Command& command, Console& console);
ExitCode List(const Command& command, const Scenarios& scenarios, Console& console);
ExitCode Help(Console& console);

// Parses the words after the program's name, and does what they say.
ExitCode Main(std::span<const std::string> words, const Scenarios& scenarios, Console& console);

}  // namespace cli

#endif  // RMAPCHECK_CLI_COMMANDS_H_

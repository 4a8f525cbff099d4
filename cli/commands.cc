// From words to the command they name; and the help text.
// Every mistake of the user ends here: one line, exit code 2.
#include "cli/commands.h"

#include "absl/strings/str_cat.h"
#include "models/locks/default_claims.h"

namespace cli {
namespace {

constexpr char kUsage[] =
    "rmapcheck proves or refutes claims about the kernel's reverse mapping, by visiting every\n"
    "execution that the C++ memory model allows.\n"
    "\n"
    "  rmapcheck [prove] [PATTERN...]  check the scenarios that the patterns name (default: all)\n"
    "  rmapcheck [prove] FILE.rmap...  scripts: what processes, reclaim and migration do together\n"
    "  rmapcheck bugs [ID...]          historical bugs: found without their fix, gone with it\n"
    "  rmapcheck claims [ID...]        what was said of the design in 2010, and what became of it\n"
    "  rmapcheck locks [CLAIM...]      who holds which lock when, and what is claimed of that\n"
    "  rmapcheck litmus FILE...        litmus tests in herd's format (also FOLDER, @LIST)\n"
    "  rmapcheck merge FILE...         adds up what --shard has searched: one verdict\n"
    "  rmapcheck replay FILE           a stored failing execution, once more\n"
    "  rmapcheck run PROGRAM [-- ARGS] an unmodified program that was built for checking\n"
    "  rmapcheck list                  the scenarios, kernels and fixes there are\n"
    "  rmapcheck help                  this\n"
    "\n";

constexpr char kExitCodes[] =
    "\n--with and --without alone leave the generation to each scenario's own default.\n"
    "Expectations are those that `list` shows, under rc11; for other kernels and models there is\n"
    "none, shown as -.\n"
    "\nExit codes: 0 every verdict is as expected; 1 some verdict is not; 2 bad usage or input,\n"
    "or output that cannot be written; 3 a limit cut a search that should have been exhaustive.\n"
    "locks says that a claim holds only if every execution was run, as --executions_max=0 does; "
    "by\n"
    "default a claim that nothing speaks against is not refuted, and that gives 0.\n"
    "Ctrl-C ends the search, prints what is known, and ends the command as the signal does "
    "(130).\n";

ExitCode Do(const Command& command, const Scenarios& scenarios, Console& console) {
  switch (command.verb) {
    case Verb::kProve:
      return Prove(command, scenarios, console);
    case Verb::kBugs:
      return Bugs(command, rmap::Fixes(), scenarios, console);
    case Verb::kClaims:
      return Claims(command, models::Claims(), scenarios, console);
    case Verb::kLocks:
      return Locks(command, models::DefaultLockClaims(), scenarios, console);
    case Verb::kLitmus:
      return Litmus(command, console);
    case Verb::kMerge:
      return Merge(command, console);
    case Verb::kReplay:
      return Replay(command, scenarios, console);
    case Verb::kRun:
      return RunProgram(command, console);
    case Verb::kList:
      return List(command, scenarios, console);
    case Verb::kHelp:
      return Help(console);
  }
  return kBadInput;
}

}  // namespace

ExitCode Help(Console& console) {
  console.Print(absl::StrCat(kUsage, FlagsHelp(), kExitCodes));
  return kAsExpected;
}

ExitCode Main(std::span<const std::string> words, const Scenarios& scenarios, Console& console) {
  const absl::StatusOr<Command> command = ParseCommand(words);
  if (!command.ok()) {
    console.Complain(std::string(command.status().message()));
    return kBadInput;
  }
  const ExitCode code = Do(*command, scenarios, console);
  if (console.lost().empty()) return code;
  console.Complain(absl::StrCat("standard output: cannot be written (", console.lost(),
                                "): send it somewhere else"));
  return kBadInput;
}

}  // namespace cli

// What became of a runner: whether it failed, and as what.
//
// A failure has a rule, a few words that are the same whenever the same goes wrong: a rule of the
// structure ("I13", "C2"), or what a sanitizer, the kernel's own checks, the operating system or
// the watcher found ("data race", "use after free", "leak", "deadlock", "crash: SIGSEGV"). By their
// rule failures are counted.
//
// Two mistakes may break one rule, so a failure has a kind too, which it must keep while it is made
// smaller: the rule, and the message without what changes with the script: numbers, addresses,
// quoted steps. Where a sanitizer gave stacks, it is the two innermost places of the kernel's code
// instead.
//
// Everything is told from outside, by what the process left: how it ended, what it wrote to
// standard error, and its board. What it does not do: guess why.
#ifndef RMAPCHECK_STRESS_WORKLOAD_FAILURE_H_
#define RMAPCHECK_STRESS_WORKLOAD_FAILURE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace workload {

// How a process ended.
struct Ending {
  int status = 0;         // As waitpid() has it.
  bool was_hung = false;  // Whoever watched it ended it, because nothing moved any more.
  std::string stderr_text = {};
  // Of its board:
  std::string message = {};
  std::string place = {};
};

struct Failure {
  std::string rule = {};
  std::string kind = {};     // The rule, and which of those that break it.
  std::string message = {};  // One line.
  std::string report = {};   // What it wrote to standard error; may be long.
  std::uint64_t seed = 0;
  std::uint64_t round = 0;
  std::vector<std::string> last_steps = {};
  std::string script = {};  // The file that has it; "" if there is none.
};

// Returns: what went wrong; nothing if nothing did. Sets rule, kind, message and
// report.
std::optional<Failure> FailureOf(const Ending& ending);

// The exit code of a runner that has written what failed on its board.
inline constexpr int kToldOnBoard = 3;

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_FAILURE_H_

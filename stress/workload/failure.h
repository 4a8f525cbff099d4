// What became of a runner: whether it failed, and as what.
//
// A failure has a rule, a few words that are the same whenever the same goes wrong: a rule of the
// structure ("I13", "C2"), or what a sanitizer, the kernel's own checks, the operating system or
// the watcher found ("data race", "use after free", "leak", "deadlock", "crash: SIGSEGV"). By their
// rule failures are counted, and while one is made smaller it must keep its rule.
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
  std::string message = {};  // One line.
  std::string report = {};   // What it wrote to standard error; may be long.
  std::uint64_t seed = 0;
  std::uint64_t round = 0;
  std::vector<std::string> last_steps = {};
  std::string script = {};  // The file that has it; "" if there is none.
};

// Returns: what went wrong; nothing if nothing did. Sets rule, message and report.
std::optional<Failure> FailureOf(const Ending& ending);

// The exit code of a runner that has written what failed on its board.
inline constexpr int kToldOnBoard = 3;

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_FAILURE_H_

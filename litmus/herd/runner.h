// The answer to a litmus test: its states, and what they say about its condition.
// Everything that can go wrong with a file is a value here; nothing is printed.
#ifndef RMAPCHECK_LITMUS_HERD_RUNNER_H_
#define RMAPCHECK_LITMUS_HERD_RUNNER_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "litmus/herd/code.h"
#include "litmus/herd/litmus_test.h"
#include "models/options.h"

namespace herd {

// What herd says of a condition over all executions; and that nothing can be said.
enum class Observation : std::uint8_t { kNever, kSometimes, kAlways, kUnsupported };

// Returns: "Never", "Sometimes", "Always", "unsupported".
const char* ObservationName(Observation observation);

// A state that some executions end in, and how many.
struct FinalState {
  std::vector<std::int64_t> values;  // As `Answer::parts` names them.
  std::uint64_t executions = 0;
  bool satisfies = false;  // The condition.
};

// The memory model of Answers to kernel tests.
inline constexpr const char* kKernelModel = "lkmm";

struct Answer {
  std::string file;
  std::string name;
  std::string memory_model;  // "rc11" and so on, or kKernelModel.
  Observation observation = Observation::kUnsupported;
  std::string reason;  // kUnsupported: why,
  std::string where;   // and where: "file:3:5", or the file.
  Quantifier quantifier = Quantifier::kNone;
  std::string question;          // As herd writes it; empty: none.
  bool race = false;             // Some execution has a data race: the test is undefined.
  std::set<std::string> flags;   // kKernelModel: all that is wrong with the test, races among it.
  bool counts_races = false;     // A racy test: executions with a race are among those counted.
  std::string failure;           // Of the first race: what, where.
  std::uint64_t executions = 0;  // Complete ones that the filter lets through.
  std::uint64_t positive = 0;    // Those that satisfy the condition.
  std::uint64_t negative = 0;    // Those that do not.
  std::uint64_t blocked = 0;
  bool loop_cut = false;             // A loop ran into unroll_max: states may be missing.
  bool between_elements = false;     // As they may where `p + 1` was followed, which counts bytes.
  std::string limit_hit;             // Which other limit cut the search; empty: none.
  double seconds = 0;                // Of the search and of what led to it.
  std::vector<std::string> parts;    // "0:r1", "x", "a[1]": all registers and globals.
  std::vector<int> observed;         // Which of them herd would show.
  std::vector<std::string> globals;  // Whose addresses may be values, by number.
  std::vector<FinalState> states;    // In the order of their values.
};

// Returns: whether every execution was looked at to its end.
bool IsExhaustive(const Answer& answer);

// Returns: whether the answer holds however much was cut: what was seen is there, but "Never" and
// "Always" speak of all executions.
bool IsCertain(const Answer& answer);

struct RunOptions {
  models::Options search;       // Its memory model and limits; `stop_at_failure` is ours.
  bool as_kernel_test = false;  // Also a test without words of the kernel's.
  int unroll_max = 2;           // As herd: how often the body of an unbounded loop is run.
};

// A test with words of the Linux kernel's is answered by the kernel's memory model, whatever
// `search` says, all others by what it says. Returns: the answer; unsupported with its reason where
// there is none. Fails: InvalidArgument, "file:line:column: ..." if it is no litmus test.
absl::StatusOr<Answer> RunText(const std::string& text, const std::string& file,
                               const RunOptions& options);

// Returns: a value of a state in words: a number, or the name of the global whose address it is.
std::string ValueName(const Answer& answer, std::int64_t value);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_RUNNER_H_

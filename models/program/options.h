// How one tells a checked program what to do: words in an environment variable, because the command
// line is the program's own.
//
//   RMAPCHECK_FLAGS="--memory_model=sc --executions_max=1000" ./program its own arguments
//
// `rmapcheck run` sets it; a test sets it to what it expects.
#ifndef RMAPCHECK_MODELS_PROGRAM_OPTIONS_H_
#define RMAPCHECK_MODELS_PROGRAM_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "models/options.h"
#include "models/program/state.h"

namespace models::program {

inline constexpr char kFlagsVariable[] = "RMAPCHECK_FLAGS";

struct RunOptions {
  Options check;
  Settings settings;
  bool json = false;
  bool trace = true;
  bool full_trace = false;
  bool shows_output = false;  // Of the program, once for each execution.
  // A verdict or a kind of failure; empty: nothing is expected.
  std::string expected;
  std::optional<std::uint64_t> expected_executions;
  std::optional<std::uint64_t> expected_blocked;
  std::string replay;  // A file; empty: search.
  std::string replay_dir;
};

// Returns: what the words mean.
// Fails: with one line: the word, what is wrong with it, and the mend.
absl::StatusOr<RunOptions> ParseOptions(const std::string& words);

}  // namespace models::program

#endif  // RMAPCHECK_MODELS_PROGRAM_OPTIONS_H_

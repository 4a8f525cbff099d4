// How long a test that repeats itself may go on: a moment in //..., hours if somebody asks.
//
// One variable of the environment, RMAPCHECK_STRESS_SECONDS, says so for every test of this folder;
// `--config=nightly` sets it to an hour (.bazelrc). A test says how long its short form takes, and
// which share of the night it wants by a factor: `StressBudget(absl::Seconds(5)) / 4`.
//
// What it does not do: stop anybody, or divide the time between the shards of a test.
#ifndef RMAPCHECK_STRESS_BUDGET_H_
#define RMAPCHECK_STRESS_BUDGET_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace stress {

// Returns: what RMAPCHECK_STRESS_SECONDS says, or `short_form` if it is not set or empty.
// Fails: ends the process with one line if it is set to anything but a number of seconds above 0.
absl::Duration StressBudget(absl::Duration short_form);

// Returns: the words as seconds ("3600", "0.5"). Fails: with the line that StressBudget() prints.
absl::StatusOr<absl::Duration> ParseStressSeconds(std::string_view words);

}  // namespace stress

#endif  // RMAPCHECK_STRESS_BUDGET_H_

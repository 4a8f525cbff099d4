// How long a test that repeats itself may go on, and from which seed: a moment in //... and always
// the same seeds, hours and others if somebody asks.
//
// One variable of the environment, RMAPCHECK_STRESS_SECONDS, says so for every test of this folder;
// `--config=nightly` sets it to an hour (.bazelrc), of which most tests take a part. A test says
// how long its short form takes, and which share of the night it wants by a factor:
// `StressBudget(absl::Seconds(5)) / 4`. A second one, RMAPCHECK_STRESS_SEED, repeats the seeds of a
// night.
//
// What it does not do: stop anybody, or divide the time between the shards of a test.
#ifndef RMAPCHECK_STRESS_BUDGET_H_
#define RMAPCHECK_STRESS_BUDGET_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace stress {

// Returns: what RMAPCHECK_STRESS_SECONDS says, or `short_form` if it is not set or empty.
// Fails: ends the process with one line if it is set to anything but a number of seconds above 0.
absl::Duration StressBudget(absl::Duration short_form);

// Returns: the words as seconds ("3600", "0.5"). Fails: with the line that StressBudget() prints.
absl::StatusOr<absl::Duration> ParseStressSeconds(std::string_view words);

// Returns: what RMAPCHECK_STRESS_SEED says; if it is not set or empty, 0 in the short form, and
// else a seed drawn from the time, the same for this process, which it prints. Fails: ends the
// process with one line if it is set to anything but a number of 64 bits.
std::uint64_t StressSeed();

}  // namespace stress

#endif  // RMAPCHECK_STRESS_BUDGET_H_

// Runs one scenario many times on real threads: calm rounds and perturbed ones by turns.
//
// A round starts from a seed, which decides the choices, the failures of allocations and the chaos;
// the schedule that comes of it is the machine's. Seeds are counted up from StressSeed(); a round
// of an odd one is perturbed. What is at fault shows by itself: by Check, by a sanitizer, by
// objects that are left over, or, if nobody moves any more, by the text of DescribeWaits(). Which
// round it was stands behind that: "ended in round 7, seed 7, perturbed, of Suite.Test"; with
// RMAPCHECK_STRESS_SEED=7 the same test begins with it.
//
// What it does not do: know what a scenario is about.
#ifndef RMAPCHECK_STRESS_ROUNDS_H_
#define RMAPCHECK_STRESS_ROUNDS_H_

#include <functional>

#include "absl/time/time.h"

namespace stress {

struct RoundsPlan {
  int rounds = 0;                                // As many at least...
  absl::Duration budget = absl::ZeroDuration();  // ...and more, until so much time has gone by.
  int spins_max = 0;                             // StaggerStarts().
  int failures_per_mille = 0;
};

// Returns: what one of a test program's `tests` may take of a night: an equal part of `share` of
// it, if its shards run one after another. Zero in the short form.
// Requires: tests > 0.
absl::Duration NightlyPart(int tests, double share);

struct RoundsDone {
  int rounds = 0;
  int counted = 0;  // The others broke an Assume.
};

// Runs `scenario` as often as the plan says. Fails: the calling test, and stops, by objects that
// a round that counts has not given back; ends the process if a round does not end within two
// minutes. If the process ends in a round, by whatever, says which on standard error.
// Leaves no knob turned.
// Requires: no other call is running.
RoundsDone RunRounds(const RoundsPlan& plan, const std::function<void()>& scenario);

}  // namespace stress

#endif  // RMAPCHECK_STRESS_ROUNDS_H_

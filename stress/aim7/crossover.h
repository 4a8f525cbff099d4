// Where a machine collapses, as AIM7 understands it, and in which unit of time.
//
// AIM7 raises the number of users until the machine does less than one job per user and minute:
// that number of users is the crossover. A minute suits the machine it was chosen for. Here the
// unit is calibrated in the run itself, without regard to any kernel's collapse:
//
//   The unit is the time in which the machine, as long as memory suffices, does `headroom` jobs for
//   each user that memory holds.
//
// "As long as memory suffices" is the first point of the run, in whichever kernel was fastest
// there; "that memory holds" is frames divided by pages of a user. So a machine that never got
// slower would cross over at `headroom` times as many users as memory holds; one that stopped when
// memory is full, at that number itself. A kernel crosses over in between. Sizes of machine and
// load cancel out, and so does the speed of the machine.
//
// The headroom is what remains to be chosen, and ratios between kernels depend on it: if throughput
// falls as 1/users in one kernel and stays in another, the ratio of their crossovers grows as the
// root of the headroom. So it is told for several (`kHeadrooms`), not for the best.
//
// What it does not do: measure. Pure functions.
#ifndef RMAPCHECK_STRESS_AIM7_CROSSOVER_H_
#define RMAPCHECK_STRESS_AIM7_CROSSOVER_H_

#include <array>
#include <optional>
#include <span>

namespace aim7 {

inline constexpr std::array<double, 6> kHeadrooms = {8, 16, 32, 64, 128, 256};

struct Sample {
  double users;
  double jobs_per_second;
};

// Returns: seconds. `unloaded`: jobs per second while memory suffices.
double UnitSeconds(double headroom, double users_that_fit, double unloaded);

struct Crossover {
  // Users; nothing if it is not among those that were measured.
  std::optional<double> users;
  bool is_earlier = false;  // Of what is not: whether it is before the first.
};

// Returns: where jobs per unit and user first fall below one, between two samples on the straight
// line that joins them if both axes are logarithmic. Requires: samples by growing number of users.
Crossover FindCrossover(std::span<const Sample> samples, double unit_seconds);

}  // namespace aim7

#endif  // RMAPCHECK_STRESS_AIM7_CROSSOVER_H_

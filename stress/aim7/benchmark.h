// One point of the benchmark: so many users in one kernel, for so many seconds.
//
// A parent writes to its pages and forks all users. Worker threads are the CPUs: each runs the
// users of its own in turn, a job each time; kswapd is one more thread. Three windows: until each
// worker has let its users log in, or its time is over, nothing is measured; then jobs are counted;
// then, in a window of its own because it makes every lock slower, time in locks is.
//
// Afterwards nothing moves any more, and it is asked whether the run was one of a working kernel:
// all users but a few exit, and what is left is validated (core/rmap/validate.h), so that a link or
// a count that one of those who went has left behind is seen; then the rest exits, and every frame
// and swap slot must be free. Of a run that is not sound there is no number.
// (Not all users are validated together, because the validator's time grows with their cube.)
//
// What it does not do: let users sleep or think, or make a swap device slow. Swapping costs here
// what the reverse mapping, the locks and the lists cost, and no time for input and output.
// Source: the AIM7 driver (AIM Benchmark Suite VII), which forks all users from one process; and
// the description of commit 5beb49305251.
#ifndef RMAPCHECK_STRESS_AIM7_BENCHMARK_H_
#define RMAPCHECK_STRESS_AIM7_BENCHMARK_H_

#include <cstdint>

#include "core/history/kernel.h"
#include "stress/aim7/locks.h"
#include "stress/aim7/reclaim.h"
#include "stress/aim7/user.h"
#include "stress/objects.h"

namespace aim7 {

// What is the same at all points of a run.
struct Load {
  std::uint32_t pages = 16;  // Of each process.
  std::uint32_t frames = 4096;
  std::uint32_t workers = 2;
  double seconds = 1.5;  // To measure, and as many at most to log in; a third of it for locks.
  std::uint64_t seed = 1;
  Mix mix;
};

struct Point {
  std::uint32_t users = 0;
  double seconds = 0;
  std::uint64_t jobs = 0;
  bool all_logged_in = false;  // Before the measurement began.
  std::uint32_t threads = 0;   // Kswapd included. Shares are of the time of all of them.
  Work work;                   // Of all workers.
  Reclaimed kswapd;            // Beside that.
  LockWindow locks;
  std::uint32_t frames_max = 0;
  std::uint32_t swap_slots = 0;  // In use at the end of the measurement.
  cost::Objects objects;         // Of all processes, at the end of the measurement.
  std::uint32_t validated = 0;   // Processes that were validated together.

  double JobsPerSecond() const { return jobs / seconds; }
  double ReclaimShare() const {
    return (work.reclaimed.seconds + kswapd.seconds) / (seconds * threads);
  }
  // Of the time of all threads: spent waiting for, or holding, the lock of some anon_vma.
  double RmapLockShare() const { return locks.RmapSeconds() / (locks.seconds * threads); }
};

// Measures one point. Fails: as ksync::Check does, if the run was not sound.
// Requires: users >= 1; the load's pages are at least 4, and its frames enough for who runs.
Point MeasurePoint(const rmap::Kernel& kernel, const Load& load, std::uint32_t users);

}  // namespace aim7

#endif  // RMAPCHECK_STRESS_AIM7_BENCHMARK_H_

// Time in locks, by class: what the native back end counts (core/sync/native_control.h), in
// seconds. A lock of the rmap is one of class "anon_vma->lock", whichever anon_vma it is of.
#ifndef RMAPCHECK_STRESS_AIM7_LOCKS_H_
#define RMAPCHECK_STRESS_AIM7_LOCKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/sync/native_control.h"

namespace aim7 {

// What was counted of the locks of one class, exclusive and shared.
struct LockTimes {
  std::string lock_class;
  std::uint64_t acquisitions = 0;
  std::uint64_t shared = 0;     // Of these, by who shares.
  std::uint64_t contended = 0;  // By who did not find it free.
  double wait_seconds = 0;      // Of all threads together.
  double hold_seconds = 0;
  double wait_max = 0;  // The longest.
  double hold_max = 0;
};

struct LockWindow {
  // Returns: how long threads have waited for, or held, a lock of the rmap.
  double RmapSeconds() const;

  double seconds = 0;
  std::vector<LockTimes> classes;         // In the order in which they nest.
  std::vector<ksync::LockNesting> order;  // What was held when what was taken.
};

// Begins or ends to count, in all threads.
void CountLocks(bool on);

// Forgets what was counted. Requires: no thread is counting.
void ForgetLocks();

// Returns: what was counted. Requires: no thread is counting, but for what it held at the end.
std::vector<LockTimes> ReadLocks();

}  // namespace aim7

#endif  // RMAPCHECK_STRESS_AIM7_LOCKS_H_

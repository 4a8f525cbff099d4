// The switch that every operation of the native back end looks at, and what lies behind it.
//
// Include core/sync/sync.h, never this file. One word says what is on; while it is 0, an operation
// costs a comparison and a branch more than std's. What is on stays out of line: perturbation in
// native_chaos.cc, lock statistics and waits in native_watch.cc. The knobs are in native_control.h.
//
// Invariants:
//   1. Nothing here orders one watched thread with another: thread-locals and relaxed atomics only.
//   2. What a thread does here follows from settings that stand still while threads run, from its
//      seed, and from how many operations it did; how long that takes, from the machine.
//
// What it does not do: know what a lock, a page or a thread's body is for.
#ifndef RMAPCHECK_CORE_SYNC_NATIVE_WATCH_H_
#define RMAPCHECK_CORE_SYNC_NATIVE_WATCH_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/sync/hooks.h"  // For its vocabulary: Site, LockClass, LockMode.

namespace ksync::inline native::internal {

// What is on, a bit each.
enum Watch : std::uint32_t { kPerturbs = 1, kCountsLocks = 2, kShowsWaits = 4 };

// Order: relaxed wherever it is used. It says what else to do, and orders nothing.
inline constinit std::atomic<std::uint32_t> watches{0};

inline std::uint32_t Watches() { return watches.load(std::memory_order_relaxed); }
inline bool IsWatched(Watch watch) { return (Watches() & watch) != 0; }
void SetWatch(Watch watch, bool on);

// Whether schedules are perturbed, as in the word above. No atomic, since it stands still while
// threads run (SetChaos), and so the compiler may look once for several operations: a tenth of the
// instructions of a walk.
inline constinit bool perturbs = false;

// Lets a while go by before the calling thread's next operation, perhaps.
[[gnu::cold]] void Perturb();

// Begins each operation that another thread may notice.
inline void SyncPoint() {
  if (perturbs) [[unlikely]]
    Perturb();
}

// Seeds the calling thread's perturbation.
void SeedPerturbation(std::uint64_t seed);

// What a thread waits for.
enum class WaitKind : std::uint32_t { kNothing, kLock, kValue, kGracePeriod, kThreadEnd };

// Tells everybody what the calling thread waits for, while it lives.
class Waiting {
 public:
  Waiting(WaitKind kind, const void* what, Site site)
      : Waiting(kind, what, nullptr, LockMode::kExclusive, site) {}
  // For a lock.
  Waiting(WaitKind kind, const void* what, const LockClass* lock_class, LockMode mode, Site site);
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  const std::uint32_t watches_;  // As it was when the wait began: what began must end.
  const LockClass* const lock_class_;
  const LockMode mode_;
  std::uint64_t since_ = 0;
};

// How a lock was taken: by who would have waited, by who tried, by who says that he holds others of
// its class.
enum class Taking : std::uint8_t { kWaiting, kTrying, kNesting };

// A lock as its holder knows it.
struct HeldLock {
  const void* lock;
  const LockClass* lock_class;
  LockMode mode;
  Site site;
  std::uint64_t since;  // By NowNs(); 0 if nobody watched.
};

// For lock statistics: a Lock took it, or TryLock; it had to wait; it is given back; TryLock said
// no.
void CountTaken(const LockClass& lock_class, LockMode mode);
void CountWait(const LockClass& lock_class, LockMode mode, std::uint64_t ns);
void CountHold(const LockClass& lock_class, LockMode mode, std::uint64_t ns);
void CountFailedTry(const LockClass& lock_class, LockMode mode);

// For the order of locks: `taken` was taken while `held` was held.
void NoteNested(const HeldLock& held, const HeldLock& taken, Taking how);
void ForgetNested();

// Shows others which locks the calling thread holds now, and whether it is inside a section of RCU.
void ShowHeld(const HeldLock* first, std::size_t count);
void ShowSection(bool reads);

// Makes the calling thread known: by its name, a string literal, and by its Thread.
void IntroduceThread(const char* name, const void* object);

std::uint64_t NowNs();

}  // namespace ksync::inline native::internal

#endif  // RMAPCHECK_CORE_SYNC_NATIVE_WATCH_H_

// What the watching parts of the native back end know of each thread: a record it writes and others
// read. Included by native_*.cc only.
//
// Records are static and never end, so that nobody has to ask whether one is still there. A thread
// takes the first free one when it is first watched, and gives it back when it ends.
//
// Order: relaxed for every field. A reader may see parts of two states; what stands still, it sees
// as it is. That is enough to describe a hang, and to guess who is running.
#ifndef RMAPCHECK_CORE_SYNC_NATIVE_RECORD_H_
#define RMAPCHECK_CORE_SYNC_NATIVE_RECORD_H_

#include <atomic>
#include <cstdint>
#include <span>

#include "core/sync/hooks.h"
#include "core/sync/native_watch.h"

namespace ksync::inline native::internal {

// An atomic that is nobody's order.
template <typename T>
class Relaxed {
 public:
  T Get() const { return value_.load(std::memory_order_relaxed); }
  void Set(T value) { value_.store(value, std::memory_order_relaxed); }
  // Returns: whether it was `expected`, and is `value` now.
  bool Replace(T expected, T value) {
    return value_.compare_exchange_strong(expected, value, std::memory_order_relaxed);
  }
  void Add(T value) { value_.fetch_add(value, std::memory_order_relaxed); }
  void Raise(T least) {
    T seen = Get();
    while (seen < least && !value_.compare_exchange_weak(seen, least, std::memory_order_relaxed)) {
    }
  }

 private:
  std::atomic<T> value_{};
};

// A HeldLock for all to see.
struct ShownLock {
  Relaxed<const void*> lock;
  Relaxed<const LockClass*> lock_class;
  Relaxed<LockMode> mode;
  Relaxed<Site> site;
  Relaxed<std::uint64_t> since;
};

inline constexpr int kShownLocksMax = 8;
inline constexpr int kThreadsMax = 1024;

struct alignas(64) ThreadRecord {
  Relaxed<bool> taken;
  Relaxed<std::uint64_t> number;  // In the order of taking records, from 1: names a thread.
  Relaxed<const char*> name;
  Relaxed<const void*> object;  // Its Thread, for whoever waits for its end; null for others.
  Relaxed<long> system_id;      // As debuggers call it.

  Relaxed<std::uint32_t> priority;  // 0: never in anybody's way. See native_chaos.cc.

  Relaxed<WaitKind> wait;
  ShownLock awaited;  // Its `lock` is whatever is waited for.

  Relaxed<bool> reads;      // It is inside a read-side section of RCU.
  Relaxed<int> held_count;  // May be more than are shown.
  ShownLock held[kShownLocksMax];
};

// Returns: the calling thread's. Fails: ends the process if too many threads are alive.
ThreadRecord& ThisThreadRecord();

// Returns: every record that was ever taken.
std::span<ThreadRecord> ThreadRecords();

}  // namespace ksync::inline native::internal

#endif  // RMAPCHECK_CORE_SYNC_NATIVE_RECORD_H_

// Back end 1 of ksync: the same names as modelled.h over std::atomic, std locks and std::thread.
//
// Include core/sync/sync.h, never this file. What each class promises is written once, in
// core/sync/README.md, and held by core/sync/testing/contract.h on both back ends.
//
// Invariants:
//   1. A Plain<T> is exactly a T, and an Atomic<T> or Marked<T> exactly a std::atomic<T>. After
//      inlining the access itself is left, which ThreadSanitizer sees, and before it, but for a
//      Plain, one look at the switch of native_watch.h.
//   2. No operation orders more than the contract says, or races would hide from ThreadSanitizer.
//      Departures: (a) Fence() under ThreadSanitizer; (b) the mutex inside a SlabCache; (c)
//      IsLocked() (native_locks.h).
//
// What it does not do: keep names, sites or lock classes beyond what a message needs. Doors that
// only this back end has (seeds, failure rates, rounds) are in native_control.h.
#ifndef RMAPCHECK_CORE_SYNC_NATIVE_H_
#define RMAPCHECK_CORE_SYNC_NATIVE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "core/base/check.h"
#include "core/sync/hooks.h"  // For its vocabulary: Site, Condition.
#include "core/sync/native_locks.h"
#include "core/sync/native_memory.h"
#include "core/sync/native_watch.h"

#if defined(__SANITIZE_THREAD__)
#define KSYNC_UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define KSYNC_UNDER_TSAN 1
#endif
#endif

namespace ksync::inline native {

// Thrown by Assume(false) to end the calling thread's part of the round; see Assume.
struct AssumeFailed {};

inline void Check(bool holds, const char* message, Site site = Site::current());
inline void Assume(bool holds, Site site = Site::current());

// What the classes below need and nobody else should name.
namespace internal {

constexpr std::memory_order Std(Order order) {
  switch (order) {
    case relaxed:
      return std::memory_order_relaxed;
    case acquire:
      return std::memory_order_acquire;
    case release:
      return std::memory_order_release;
    case acq_rel:
      return std::memory_order_acq_rel;
    case seq_cst:
      return std::memory_order_seq_cst;
  }
  return std::memory_order_seq_cst;
}

// Returns: the value as the raw bits a Condition is about.
template <typename T>
std::uint64_t ToBits(T value) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}

[[noreturn]] void AssumeIsBroken();
bool RoundIsAbandoned();
void CheckIsBroken(const char* message, Site site);

// Called while waiting: lets others run, and ends the wait when the round no longer counts.
inline void WaitABit() {
  if (RoundIsAbandoned()) throw AssumeFailed{};
  std::this_thread::yield();
}

#ifdef KSYNC_UNDER_TSAN
inline std::atomic<std::uint64_t> fences{0};  // What Fence() counts in; its value means nothing.
#endif

std::uint64_t DrawSeed();
// Makes the calling thread known to SynchronizeRcu.
void RegisterRcuReader();
bool InRcuReadSection();
// Runs a thread's body with what a thread of ours needs around it. Sets `running` before the body.
// `name` and `object`, its Thread, are what others know it by.
void RunBody(const std::function<void()>& body, std::uint64_t seed, std::atomic<bool>& running,
             const char* name, const void* object);
// The creator's side of StaggerStarts() in native_control.h.
void MeetAtTheStart(const std::atomic<bool>& running);

}  // namespace internal

template <typename T>
class Atomic {
 public:
  explicit Atomic(T initial = T{}, const char* /*name*/ = "", Site = Site::current())
      : value_(initial) {
    static_assert(sizeof(Atomic) == sizeof(T) && std::atomic<T>::is_always_lock_free);
  }
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  T Load(Order order, Site = Site::current()) const {
    internal::SyncPoint();
    return value_.load(internal::Std(order));
  }
  void Store(T value, Order order, Site = Site::current()) {
    internal::SyncPoint();
    value_.store(value, internal::Std(order));
  }
  T Exchange(T value, Order order, Site = Site::current()) {
    internal::SyncPoint();
    return value_.exchange(value, internal::Std(order));
  }
  T FetchAdd(T value, Order order, Site = Site::current()) {
    internal::SyncPoint();
    return value_.fetch_add(value, internal::Std(order));
  }
  T FetchSub(T value, Order order, Site = Site::current()) {
    internal::SyncPoint();
    return value_.fetch_sub(value, internal::Std(order));
  }
  T FetchAnd(T value, Order order, Site = Site::current()) {
    internal::SyncPoint();
    return value_.fetch_and(value, internal::Std(order));
  }
  T FetchOr(T value, Order order, Site = Site::current()) {
    internal::SyncPoint();
    return value_.fetch_or(value, internal::Std(order));
  }
  T FetchXor(T value, Order order, Site = Site::current()) {
    internal::SyncPoint();
    return value_.fetch_xor(value, internal::Std(order));
  }
  bool CompareExchange(T& expected, T desired, Order success, Order failure,
                       Site = Site::current()) {
    internal::SyncPoint();
    return value_.compare_exchange_strong(expected, desired, internal::Std(success),
                                          internal::Std(failure));
  }
  bool CompareExchange(T& expected, T desired, Order success, Site site = Site::current()) {
    return CompareExchange(expected, desired, success, FailureOrder(success), site);
  }

  // Waits until a load returns something equal (not equal) to `value`. Returns: what was loaded.
  // They spin: std::atomic's wait() needs every store to notify, which stores would pay for.
  T WaitUntilEqual(T value, Order order, Site site = Site::current()) const {
    return WaitUntil({Condition::Compare::kEqual, internal::ToBits(value)}, order, site);
  }
  T WaitUntilNotEqual(T value, Order order, Site site = Site::current()) const {
    return WaitUntil({Condition::Compare::kNotEqual, internal::ToBits(value)}, order, site);
  }
  // Waits until a load returns something for which `condition` holds.
  T WaitUntil(const Condition& condition, Order order, Site site = Site::current()) const {
    internal::SyncPoint();
    T seen = value_.load(internal::Std(order));
    if (condition.Holds(internal::ToBits(seen))) return seen;
    const internal::Waiting waiting(internal::WaitKind::kValue, this, site);
    while (!condition.Holds(internal::ToBits(seen))) {
      internal::WaitABit();
      seen = value_.load(internal::Std(order));
    }
    return seen;
  }

 private:
  std::atomic<T> value_;
};

template <typename T>
class Marked {
 public:
  explicit Marked(T initial = T{}, const char* /*name*/ = "", Site = Site::current())
      : value_(initial) {
    static_assert(sizeof(Marked) == sizeof(T) && std::atomic<T>::is_always_lock_free);
  }
  Marked(const Marked&) = delete;
  Marked& operator=(const Marked&) = delete;

  // Order: relaxed, because READ_ONCE and WRITE_ONCE promise one untorn access and nothing more.
  T Read(Site = Site::current()) const {
    internal::SyncPoint();
    return value_.load(std::memory_order_relaxed);
  }
  void Write(T value, Site = Site::current()) {
    internal::SyncPoint();
    value_.store(value, std::memory_order_relaxed);
  }
  // Order: as named.
  T LoadAcquire(Site = Site::current()) const {
    internal::SyncPoint();
    return value_.load(std::memory_order_acquire);
  }
  void StoreRelease(T value, Site = Site::current()) {
    internal::SyncPoint();
    value_.store(value, std::memory_order_release);
  }

 private:
  std::atomic<T> value_;
};

template <typename T>
class Plain {
 public:
  // Without a value the field is uninitialised: reading it before writing it is an error, which
  // the checker finds and this back end leaves undefined.
  explicit Plain(const char* /*name*/ = "", Site = Site::current()) {
    static_assert(sizeof(Plain) == sizeof(T) && alignof(Plain) == alignof(T));
  }
  Plain(T initial, const char* /*name*/, Site = Site::current()) : value_(std::move(initial)) {}
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  T Read(Site = Site::current()) const { return value_; }
  void Write(T value, Site = Site::current()) { value_ = std::move(value); }

 private:
  T value_;
};

inline void Fence(Order order, Site = Site::current()) {
  internal::SyncPoint();
#ifdef KSYNC_UNDER_TSAN
  // g++ refuses std::atomic_thread_fence under ThreadSanitizer, which does not model it: a release
  // fence before a relaxed store would be reported as a race. A read-modify-write of one variable
  // stands in. Order: seq_cst, so that it synchronises with every fence before it, which is more
  // than a fence does: a race between two threads that both fenced may stay unseen.
  if (order != relaxed) internal::fences.fetch_add(1, std::memory_order_seq_cst);
#else
  std::atomic_thread_fence(internal::Std(order));
#endif
}

// RCU; how it works is told in native_rcu.cc. Sections nest.
void RcuReadLock(Site = Site::current());
// Requires: a section of this thread is open.
void RcuReadUnlock(Site = Site::current());
// Waits until every section that was open has been closed. Requires: none of this thread is.
void SynchronizeRcu(Site = Site::current());
// Fails the run inside a read-side section, which must not sleep. Kernel: might_sleep().
void MightSleep(Site = Site::current());

class Thread {
 public:
  // `name` lives as long as the thread: a string literal.
  explicit Thread(std::function<void()> body, const char* name = "thread", Site = Site::current())
      : thread_([this, name, body = std::move(body), seed = internal::DrawSeed()] {
          internal::RunBody(body, seed, running_, name, this);
        }) {
    internal::MeetAtTheStart(running_);
  }
  ~Thread() {
    if (thread_.joinable()) WaitForEnd(Site::current());
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // Waits for the end of the body. Requires: it was not called before.
  // Fails: throws AssumeFailed when an Assume broke meanwhile, so that nothing is concluded.
  void Join(Site site = Site::current()) {
    CHECK(thread_.joinable(), "a thread is joined twice");
    WaitForEnd(site);
    Assume(!internal::RoundIsAbandoned(), site);
  }

 private:
  void WaitForEnd(Site site) {
    const internal::Waiting waiting(internal::WaitKind::kThreadEnd, this, site);
    thread_.join();
  }

  std::atomic<bool> running_{false};
  std::thread thread_;  // After what its body uses.
};

// Returns: one of 0..count-1, at random; SeedChoices() in native_control.h makes it repeatable.
std::uint32_t Choose(std::uint32_t count, const char* what = "choice", Site = Site::current());

// Returns: false, but for the share of calls that SetAllocationFailureRate() asked to fail.
bool AllocationFails(const char* name, Site = Site::current());

// Reports a broken claim: prints and aborts, or asks the handler of InstallCheckHandler().
// In an abandoned round nothing is claimed: it ends the calling thread's part as Assume does.
inline void Check(bool holds, const char* message, Site site) {
  if (!holds) [[unlikely]]
    internal::CheckIsBroken(message, site);
}

// Ends a round that does not count. Fails: throws AssumeFailed, which the body of a Thread and
// TryRound() catch; every Join and WaitUntil of the round passes it on.
// Requires: the calling thread's locks are held by Guards, whose destructors give them back.
inline void Assume(bool holds, Site) {
  if (!holds) [[unlikely]]
    internal::AssumeIsBroken();
}

}  // namespace ksync::inline native

#endif  // RMAPCHECK_CORE_SYNC_NATIVE_H_

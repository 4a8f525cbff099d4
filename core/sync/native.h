// Back end 1 of ksync: the same names as modelled.h over std::atomic, std locks and std::thread.
//
// Include core/sync/sync.h, never this file. What each class promises is written once, in
// core/sync/README.md, and held by core/sync/testing/contract.h on both back ends.
//
// Invariants:
//   1. A Plain<T> is exactly a T, and an Atomic<T> or Marked<T> exactly a std::atomic<T>: nothing
//      but the access itself is left after inlining, and ThreadSanitizer sees that access.
//   2. Whoever holds a lock is known to the holding thread (HeldLocks), never to the lock: misuse
//      stops where it happens, and the lock's own memory orders nothing it should not.
//   3. No operation orders more than the contract says, or races would hide from ThreadSanitizer.
//      Departures: (a) Fence() under ThreadSanitizer; (b) the mutex inside a SlabCache; (c)
//      IsLocked(), which takes a free lock for a moment: who looks is ordered before the next
//      holder, and who tries just then fails.
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
#include <mutex>
#include <new>
#include <shared_mutex>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/base/check.h"
#include "core/sync/hooks.h"  // For its vocabulary: Site, LockClass, LockMode, Condition.

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

// The locks the calling thread holds, the latest last.
void NoteTaken(const void* lock, LockMode mode);
// Fails: aborts when the calling thread does not hold `lock` in `mode`.
void NoteGiven(const void* lock, LockMode mode, const LockClass& lock_class, Site site);
bool Holds(const void* lock, LockMode mode);
bool HoldsAny(const void* lock);
[[noreturn]] void LockMisuse(const char* what, const LockClass& lock_class, Site site);

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
void RunBody(const std::function<void()>& body, std::uint64_t seed, std::atomic<bool>& running);
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

  T Load(Order order, Site = Site::current()) const { return value_.load(internal::Std(order)); }
  void Store(T value, Order order, Site = Site::current()) {
    value_.store(value, internal::Std(order));
  }
  T Exchange(T value, Order order, Site = Site::current()) {
    return value_.exchange(value, internal::Std(order));
  }
  T FetchAdd(T value, Order order, Site = Site::current()) {
    return value_.fetch_add(value, internal::Std(order));
  }
  T FetchSub(T value, Order order, Site = Site::current()) {
    return value_.fetch_sub(value, internal::Std(order));
  }
  T FetchAnd(T value, Order order, Site = Site::current()) {
    return value_.fetch_and(value, internal::Std(order));
  }
  T FetchOr(T value, Order order, Site = Site::current()) {
    return value_.fetch_or(value, internal::Std(order));
  }
  T FetchXor(T value, Order order, Site = Site::current()) {
    return value_.fetch_xor(value, internal::Std(order));
  }
  bool CompareExchange(T& expected, T desired, Order success, Order failure,
                       Site = Site::current()) {
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
  T WaitUntil(const Condition& condition, Order order, Site = Site::current()) const {
    T seen = Load(order);
    while (!condition.Holds(internal::ToBits(seen))) {
      internal::WaitABit();
      seen = Load(order);
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
  T Read(Site = Site::current()) const { return value_.load(std::memory_order_relaxed); }
  void Write(T value, Site = Site::current()) { value_.store(value, std::memory_order_relaxed); }
  // Order: as named.
  T LoadAcquire(Site = Site::current()) const { return value_.load(std::memory_order_acquire); }
  void StoreRelease(T value, Site = Site::current()) {
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

namespace internal {

// A test-and-test-and-set lock word. Yields while it waits: user space may preempt the holder.
class SpinWord {
 public:
  void lock() {
    while (!try_lock()) {
      // Order: relaxed, because this only decides when to try again; the try acquires.
      while (taken_.load(std::memory_order_relaxed)) std::this_thread::yield();
    }
  }
  bool try_lock() {
    // Order: acquire, so that the new holder sees what every earlier holder wrote.
    return !taken_.exchange(true, std::memory_order_acquire);
  }
  void unlock() {
    // Order: release, so that the next holder sees what this one wrote.
    taken_.store(false, std::memory_order_release);
  }

 private:
  std::atomic<bool> taken_{false};
};

// A lock over `Word`, a std-like lock, with the holder's side of the bookkeeping. A second take by
// the holder would be undefined for std's locks: Lock stops there, TryLock answers false.
template <typename Word>
class AnyLock {
 protected:
  AnyLock(const LockClass& lock_class, Site) : lock_class_(lock_class) {}
  AnyLock(const AnyLock&) = delete;
  AnyLock& operator=(const AnyLock&) = delete;

  void Take(LockMode mode, Site site) {
    if (HoldsAny(this)) LockMisuse("taken again by the thread that holds it", lock_class_, site);
    if constexpr (kIsShareable) {
      mode == LockMode::kShared ? word_.lock_shared() : word_.lock();
    } else {
      word_.lock();
    }
    NoteTaken(this, mode);
  }
  bool TryTake(LockMode mode) {
    if (HoldsAny(this) || !TryWord(mode)) return false;
    NoteTaken(this, mode);
    return true;
  }
  void Give(LockMode mode, Site site) {
    NoteGiven(this, mode, lock_class_, site);
    if constexpr (kIsShareable) {
      mode == LockMode::kShared ? word_.unlock_shared() : word_.unlock();
    } else {
      word_.unlock();
    }
  }
  // The standard locks cannot be looked at, only tried.
  bool Look() {
    if (HoldsAny(this) || !word_.try_lock()) return true;
    word_.unlock();
    return false;
  }
  void CheckHeld(LockMode mode, Site site) const {
    if (!Holds(this, mode)) LockMisuse("is not held by this thread", lock_class_, site);
  }

 private:
  static constexpr bool kIsShareable = requires(Word word) { word.lock_shared(); };

  bool TryWord(LockMode mode) {
    if constexpr (kIsShareable) {
      if (mode == LockMode::kShared) return word_.try_lock_shared();
    }
    return word_.try_lock();
  }

  Word word_;
  const LockClass& lock_class_;
};

template <typename Word>
class ABSL_LOCKABLE ExclusiveLock : private AnyLock<Word> {
 public:
  explicit ExclusiveLock(const LockClass& lock_class, Site site = Site::current())
      : AnyLock<Word>(lock_class, site) {}
  void Lock(Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    this->Take(LockMode::kExclusive, site);
  }
  bool TryLock(Site = Site::current()) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) {
    return this->TryTake(LockMode::kExclusive);
  }
  void Unlock(Site site = Site::current()) ABSL_UNLOCK_FUNCTION() {
    this->Give(LockMode::kExclusive, site);
  }
  bool IsLocked(Site = Site::current()) { return this->Look(); }
  void AssertHeld(Site site = Site::current()) const ABSL_ASSERT_EXCLUSIVE_LOCK() {
    this->CheckHeld(LockMode::kExclusive, site);
  }
};

template <typename Word>
class ABSL_LOCKABLE SharedLock : private AnyLock<Word> {
 public:
  explicit SharedLock(const LockClass& lock_class, Site site = Site::current())
      : AnyLock<Word>(lock_class, site) {}
  void Lock(Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    this->Take(LockMode::kExclusive, site);
  }
  bool TryLock(Site = Site::current()) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) {
    return this->TryTake(LockMode::kExclusive);
  }
  void Unlock(Site site = Site::current()) ABSL_UNLOCK_FUNCTION() {
    this->Give(LockMode::kExclusive, site);
  }
  void LockShared(Site site = Site::current()) ABSL_SHARED_LOCK_FUNCTION() {
    this->Take(LockMode::kShared, site);
  }
  bool TryLockShared(Site = Site::current()) ABSL_SHARED_TRYLOCK_FUNCTION(true) {
    return this->TryTake(LockMode::kShared);
  }
  void UnlockShared(Site site = Site::current()) ABSL_UNLOCK_FUNCTION() {
    this->Give(LockMode::kShared, site);
  }
  bool IsLocked(Site = Site::current()) { return this->Look(); }
  void AssertHeld(Site site = Site::current()) const ABSL_ASSERT_EXCLUSIVE_LOCK() {
    this->CheckHeld(LockMode::kExclusive, site);
  }
  void AssertHeldShared(Site site = Site::current()) const ABSL_ASSERT_SHARED_LOCK() {
    this->CheckHeld(LockMode::kShared, site);
  }
};

}  // namespace internal

using SpinLock = internal::ExclusiveLock<internal::SpinWord>;
using Mutex = internal::ExclusiveLock<std::mutex>;
using RwLock = internal::SharedLock<std::shared_mutex>;
using RwSemaphore = internal::SharedLock<std::shared_mutex>;

inline void Fence(Order order, Site = Site::current()) {
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
  explicit Thread(std::function<void()> body, const char* /*name*/ = "thread",
                  Site = Site::current())
      : thread_([this, body = std::move(body), seed = internal::DrawSeed()] {
          internal::RunBody(body, seed, running_);
        }) {
    internal::MeetAtTheStart(running_);
  }
  ~Thread() {
    if (thread_.joinable()) thread_.join();
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // Waits for the end of the body. Requires: it was not called before.
  // Fails: throws AssumeFailed when an Assume broke meanwhile, so that nothing is concluded.
  void Join(Site site = Site::current()) {
    CHECK(thread_.joinable(), "a thread is joined twice");
    thread_.join();
    Assume(!internal::RoundIsAbandoned(), site);
  }

 private:
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

// Memory that must be given back with Delete; never null.
template <typename T, typename... Args>
T* New(Args&&... args) {
  return new T(std::forward<Args>(args)...);
}

template <typename T>
void Delete(T* object, Site = Site::current()) {
  delete object;
}

template <typename T>
T* NewArray(std::size_t count) {
  return new T[count];
}

template <typename T>
void DeleteArray(T* first, std::size_t /*count*/, Site = Site::current()) {
  delete[] first;
}

// Objects are built once and reused, the last freed first; their memory goes with the cache, so a
// pointer to a freed object stays a pointer to a T. The mutex inside orders all calls of one cache:
// more than the contract's free-before-next-alloc, so a race across it may stay unseen.
template <typename T, typename... Args>
class SlabCache {
 public:
  explicit SlabCache(const char* /*name*/, Args... args, Site = Site::current())
      : args_(std::move(args)...) {}
  SlabCache(const SlabCache&) = delete;
  SlabCache& operator=(const SlabCache&) = delete;
  ~SlabCache() {
    for (const std::unique_ptr<Slot>& slot : slots_) std::destroy_at(slot->Object());
  }

  T* Alloc(Site = Site::current()) {
    if (Slot* slot = TakeFree()) return slot->Object();
    auto slot = std::make_unique_for_overwrite<Slot>();
    // Outside the mutex: T's constructor may allocate as well.
    T* object =
        std::apply([&slot](const Args&... args) { return new (slot->bytes) T(args...); }, args_);
    std::lock_guard<std::mutex> guard(mutex_);
    slots_.push_back(std::move(slot));
    return object;
  }

  // Requires: `object` came from Alloc and was not freed since.
  void Free(T* object, Site = Site::current()) {
    Slot* slot = reinterpret_cast<Slot*>(object);  // The bytes come first: one address.
    std::lock_guard<std::mutex> guard(mutex_);
    CHECK(!slot->is_free, "an object of a slab cache is freed twice");
    slot->is_free = true;
    slot->next_free = first_free_;
    first_free_ = slot;
  }

 private:
  struct Slot {
    T* Object() { return std::launder(reinterpret_cast<T*>(bytes)); }

    alignas(T) std::byte bytes[sizeof(T)];
    Slot* next_free = nullptr;
    bool is_free = false;
  };

  // Returns: the slot freed last, or null.
  Slot* TakeFree() {
    std::lock_guard<std::mutex> guard(mutex_);
    Slot* slot = first_free_;
    if (slot == nullptr) return nullptr;
    first_free_ = slot->next_free;
    slot->is_free = false;
    return slot;
  }

  const std::tuple<Args...> args_;  // What each object is constructed with.
  // State below is protected by mutex_ (std::mutex has no annotations for the compiler to check).
  std::mutex mutex_;
  std::vector<std::unique_ptr<Slot>> slots_;
  Slot* first_free_ = nullptr;
};

}  // namespace ksync::inline native

#endif  // RMAPCHECK_CORE_SYNC_NATIVE_H_

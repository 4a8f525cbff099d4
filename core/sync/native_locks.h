// The locks of the native back end: std's or like them, with the holder's side of the bookkeeping.
//
// Include core/sync/sync.h, never this file. Who holds a lock is known to the holding thread
// (HeldLocks in native.cc), never to the lock: misuse stops where it happens, and the lock's own
// memory orders nothing that it should not.
//
// Departure from the contract: IsLocked() takes a free lock for a moment, so that who looks is
// ordered before the next holder, and who tries just then fails.
#ifndef RMAPCHECK_CORE_SYNC_NATIVE_LOCKS_H_
#define RMAPCHECK_CORE_SYNC_NATIVE_LOCKS_H_

#include <pthread.h>

#include <atomic>
#include <ctime>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "core/base/check.h"
#include "core/sync/hooks.h"
#include "core/sync/native_watch.h"

namespace ksync::inline native {

namespace internal {

// The locks the calling thread holds, the latest last.
void NoteTaken(const void* lock, LockMode mode, const LockClass& lock_class, Site site, Taking how);
// Fails: aborts when the calling thread does not hold `lock` in `mode`.
void NoteGiven(const void* lock, LockMode mode, const LockClass& lock_class, Site site);
// Who holds it exclusively holds it shared as well.
bool Holds(const void* lock, LockMode mode);
bool HoldsAny(const void* lock);
[[noreturn]] void LockMisuse(const char* what, const LockClass& lock_class, Site site);

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

// A std-like lock for readers and writers in which a writer that waits is let pass by readers that
// come later. With std::shared_mutex, walkers that lock again and again keep a writer out for as
// long as they like. Kernel: a rw_semaphore is a queue.
class RwWord {
 public:
  RwWord() = default;
  ~RwWord() { pthread_rwlock_destroy(&lock_); }
  RwWord(const RwWord&) = delete;
  RwWord& operator=(const RwWord&) = delete;

  void lock() { CHECK(pthread_rwlock_wrlock(&lock_) == 0, "a thread waits for itself"); }
  // For a thread that holds others of the class, and has said why that is safe (Nesting). Waits in
  // the same queue, but has an end. ThreadSanitizer takes two locks got in both orders for a
  // deadlock to come, and knows neither a lock around, nor that nobody else has this one yet; of
  // who does not wait for ever it draws no such conclusion, not even for the locks of other classes
  // that are held. What is taken while this one is held has its order as ever.
  void lock_nested() {
    const timespec end{.tv_sec = std::time(nullptr) + kADay, .tv_nsec = 0};
    CHECK(pthread_rwlock_timedwrlock(&lock_, &end) == 0, "a thread waits for itself, or a day");
  }
  bool try_lock() { return pthread_rwlock_trywrlock(&lock_) == 0; }
  void unlock() { pthread_rwlock_unlock(&lock_); }
  void lock_shared() { CHECK(pthread_rwlock_rdlock(&lock_) == 0, "a thread waits for itself"); }
  bool try_lock_shared() { return pthread_rwlock_tryrdlock(&lock_) == 0; }
  void unlock_shared() { pthread_rwlock_unlock(&lock_); }

 private:
  static constexpr std::time_t kADay = 24 * 60 * 60;

  pthread_rwlock_t lock_ = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
};

// A lock over `Word`, a std-like lock, with the holder's side of the bookkeeping. A second take by
// the holder would be undefined for std's locks: Lock stops there, TryLock answers false.
template <typename Word>
class AnyLock {
 protected:
  AnyLock(const LockClass& lock_class, Site) : lock_class_(lock_class) {}
  AnyLock(const AnyLock&) = delete;
  AnyLock& operator=(const AnyLock&) = delete;

  void Take(LockMode mode, Site site, Nesting nesting = Nesting::kNone) {
    SyncPoint();
    if (HoldsAny(this)) LockMisuse("taken again by the thread that holds it", lock_class_, site);
    if (Watches() == 0) [[likely]] {
      TakeWord(mode, nesting);
    } else if (!TryWord(mode)) {
      const Waiting waiting(WaitKind::kLock, this, &lock_class_, mode, site);
      TakeWord(mode, nesting);
    }
    const bool nests = nesting != Nesting::kNone;
    NoteTaken(this, mode, lock_class_, site, nests ? Taking::kNesting : Taking::kWaiting);
  }
  bool TryTake(LockMode mode, Site site) {
    SyncPoint();
    if (HoldsAny(this) || !TryWord(mode)) {
      if (IsWatched(kCountsLocks)) CountFailedTry(lock_class_, mode);
      return false;
    }
    NoteTaken(this, mode, lock_class_, site, Taking::kTrying);
    return true;
  }
  void Give(LockMode mode, Site site) {
    SyncPoint();
    NoteGiven(this, mode, lock_class_, site);
    if constexpr (kIsShareable) {
      mode == LockMode::kShared ? word_.unlock_shared() : word_.unlock();
    } else {
      word_.unlock();
    }
  }
  // The standard locks cannot be looked at, only tried.
  bool Look() {
    SyncPoint();
    if (HoldsAny(this) || !word_.try_lock()) return true;
    word_.unlock();
    return false;
  }
  void CheckHeld(LockMode mode, Site site) const {
    if (!Holds(this, mode)) LockMisuse("is not held by this thread", lock_class_, site);
  }

 private:
  static constexpr bool kIsShareable = requires(Word word) { word.lock_shared(); };

  // ThreadSanitizer does not look for deadlocks of SpinWords; of the others one can be nested.
  void TakeWord(LockMode mode, Nesting nesting) {
    if constexpr (requires { word_.lock_nested(); }) {
      if (nesting != Nesting::kNone) return word_.lock_nested();
    }
    if constexpr (kIsShareable) {
      mode == LockMode::kShared ? word_.lock_shared() : word_.lock();
    } else {
      word_.lock();
    }
  }
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
  // As Lock, while another lock of the class is held.
  void LockNested(Nesting nesting, Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    this->Take(LockMode::kExclusive, site, nesting);
  }
  bool TryLock(Site site = Site::current()) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) {
    return this->TryTake(LockMode::kExclusive, site);
  }
  void Unlock(Site site = Site::current()) ABSL_UNLOCK_FUNCTION() {
    this->Give(LockMode::kExclusive, site);
  }
  bool IsLocked(Site = Site::current()) { return this->Look(); }
  void AssertHeld(Site site = Site::current()) const ABSL_ASSERT_EXCLUSIVE_LOCK() {
    this->CheckHeld(LockMode::kExclusive, site);
  }
  void AssertLastUser(Site = Site::current()) const ABSL_ASSERT_EXCLUSIVE_LOCK() {}
};

template <typename Word>
class ABSL_LOCKABLE SharedLock : private AnyLock<Word> {
 public:
  explicit SharedLock(const LockClass& lock_class, Site site = Site::current())
      : AnyLock<Word>(lock_class, site) {}
  void Lock(Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    this->Take(LockMode::kExclusive, site);
  }
  // As Lock, while another lock of the class is held.
  void LockNested(Nesting nesting, Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    this->Take(LockMode::kExclusive, site, nesting);
  }
  bool TryLock(Site site = Site::current()) ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) {
    return this->TryTake(LockMode::kExclusive, site);
  }
  void Unlock(Site site = Site::current()) ABSL_UNLOCK_FUNCTION() {
    this->Give(LockMode::kExclusive, site);
  }
  void LockShared(Site site = Site::current()) ABSL_SHARED_LOCK_FUNCTION() {
    this->Take(LockMode::kShared, site);
  }
  bool TryLockShared(Site site = Site::current()) ABSL_SHARED_TRYLOCK_FUNCTION(true) {
    return this->TryTake(LockMode::kShared, site);
  }
  void UnlockShared(Site site = Site::current()) ABSL_UNLOCK_FUNCTION() {
    this->Give(LockMode::kShared, site);
  }
  bool IsLocked(Site = Site::current()) { return this->Look(); }
  void AssertHeld(Site site = Site::current()) const ABSL_ASSERT_EXCLUSIVE_LOCK() {
    this->CheckHeld(LockMode::kExclusive, site);
  }
  void AssertLastUser(Site = Site::current()) const ABSL_ASSERT_EXCLUSIVE_LOCK() {}
  void AssertHeldShared(Site site = Site::current()) const ABSL_ASSERT_SHARED_LOCK() {
    this->CheckHeld(LockMode::kShared, site);
  }
};

}  // namespace internal

using SpinLock = internal::ExclusiveLock<internal::SpinWord>;
using Mutex = internal::ExclusiveLock<std::mutex>;
using RwLock = internal::SharedLock<std::shared_mutex>;
using RwSemaphore = internal::SharedLock<internal::RwWord>;

}  // namespace ksync::inline native

#endif  // RMAPCHECK_CORE_SYNC_NATIVE_LOCKS_H_

// The lock of an anon_vma: spinlock, mutex or rw-semaphore, by generation. A component: who locks
// says whether to walk or to change, and the design decides whether walkers exclude each other.
//
// Kernel: anon_vma->lock (until 2.6.39 a spinlock), anon_vma->mutex (3.0), anon_vma->rwsem (3.8).
// Whether a waiter spins or sleeps makes no difference to which executions there are; but who waits
// for a lock that sleeps must not be in an RCU section.
//
// To clang it is a lock by declaration; how it is made of another one, clang is not asked.
#ifndef RMAPCHECK_CORE_RMAP_ANON_VMA_LOCK_H_
#define RMAPCHECK_CORE_RMAP_ANON_VMA_LOCK_H_

#include "core/mm/lock_order.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class ABSL_LOCKABLE AnonVmaLock {
 public:
  AnonVmaLock(bool sleeps, bool shared_walkers)
      : lock_(sleeps ? kSleepingAnonVmaLock : kAnonVmaLock),
        sleeps_(sleeps),
        shared_walkers_(shared_walkers) {}

  // For changes. Kernel: anon_vma_lock_write().
  void Lock(ksync::Site site = ksync::Site::current())
      ABSL_EXCLUSIVE_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (sleeps_) ksync::MightSleep(site);
    lock_.Lock(site);
  }
  // For changes, while others of the class are held.
  void LockNested(ksync::Nesting nesting, ksync::Site site = ksync::Site::current())
      ABSL_EXCLUSIVE_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (sleeps_) ksync::MightSleep(site);
    lock_.LockNested(nesting, site);
  }
  void Unlock(ksync::Site site = ksync::Site::current())
      ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    lock_.Unlock(site);
  }

  // For walks, which change no list. Kernel: anon_vma_lock_read().
  void LockShared(ksync::Site site = ksync::Site::current())
      ABSL_SHARED_LOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (sleeps_) ksync::MightSleep(site);
    shared_walkers_ ? lock_.LockShared(site) : lock_.Lock(site);
  }
  // Returns: whether the lock was free for a walk, and is taken.
  bool TryLockShared(ksync::Site site = ksync::Site::current())
      ABSL_SHARED_TRYLOCK_FUNCTION(true) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return shared_walkers_ ? lock_.TryLockShared(site) : lock_.TryLock(site);
  }
  void UnlockShared(ksync::Site site = ksync::Site::current())
      ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    shared_walkers_ ? lock_.UnlockShared(site) : lock_.Unlock(site);
  }

  // Returns: whether anybody holds the lock. Kernel: mutex_is_locked(), rwsem_is_locked().
  bool IsLocked(ksync::Site site = ksync::Site::current()) { return lock_.IsLocked(site); }

 private:
  ksync::RwSemaphore lock_;
  const bool sleeps_;
  const bool shared_walkers_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_ANON_VMA_LOCK_H_

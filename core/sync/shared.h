// The part of ksync that is written in terms of the rest, once for both back ends.
//
// Include core/sync/sync.h, never this file. It lives in the back end's inline namespace like all
// code that uses the layer.
#ifndef RMAPCHECK_CORE_SYNC_SHARED_H_
#define RMAPCHECK_CORE_SYNC_SHARED_H_

namespace ksync::inline KSYNC_BACKEND {

// Holds an exclusive lock for a scope. The destructors of guards may throw: under the checker,
// giving a lock back is a step like any other, and an execution may be abandoned at it.
template <typename L>
class ABSL_SCOPED_LOCKABLE Guard {
 public:
  explicit Guard(L& lock, Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION(lock)
      : lock_(lock), site_(site) {
    lock_.Lock(site);
  }
  // Takes it while another lock of its class is held.
  Guard(L& lock, Nesting nesting, Site site = Site::current()) ABSL_EXCLUSIVE_LOCK_FUNCTION(lock)
      : lock_(lock), site_(site) {
    lock_.LockNested(nesting, site);
  }
  ~Guard() noexcept(false) ABSL_UNLOCK_FUNCTION() { lock_.Unlock(site_); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  L& lock_;
  Site site_;  // A destructor has no place of its own in the program; the guard's is told.
};

// Holds a shared lock for a scope.
template <typename L>
class ABSL_SCOPED_LOCKABLE SharedGuard {
 public:
  explicit SharedGuard(L& lock, Site site = Site::current()) ABSL_SHARED_LOCK_FUNCTION(lock)
      : lock_(lock), site_(site) {
    lock_.LockShared(site);
  }
  ~SharedGuard() noexcept(false) ABSL_UNLOCK_FUNCTION() { lock_.UnlockShared(site_); }
  SharedGuard(const SharedGuard&) = delete;
  SharedGuard& operator=(const SharedGuard&) = delete;

 private:
  L& lock_;
  Site site_;  // A destructor has no place of its own in the program; the guard's is told.
};

// A read-side critical section for a scope. Kernel: rcu_read_lock()/rcu_read_unlock().
class RcuReadGuard {
 public:
  explicit RcuReadGuard(Site site = Site::current()) : site_(site) { RcuReadLock(site); }
  ~RcuReadGuard() noexcept(false) { RcuReadUnlock(site_); }
  RcuReadGuard(const RcuReadGuard&) = delete;
  RcuReadGuard& operator=(const RcuReadGuard&) = delete;

 private:
  Site site_;
};

// A count of references. Kernel: refcount_t.
class RefCount {
 public:
  explicit RefCount(int initial, const char* name = "refcount", Site site = Site::current())
      : count_(initial, name, site) {}

  // Requires: the caller holds a reference, so no ordering is needed to get another.
  void Increment(Site site = Site::current()) { count_.FetchAdd(1, relaxed, site); }

  // Takes a reference unless there is none left. Returns: whether it did.
  // Order: acquire, so that the new holder sees what the object's publisher wrote.
  [[nodiscard]] bool IncrementNotZero(Site site = Site::current()) {
    int seen = count_.Load(relaxed, site);
    while (seen != 0) {
      if (count_.CompareExchange(seen, seen + 1, acquire, relaxed, site)) return true;
    }
    return false;
  }

  // Drops a reference. Returns: whether it was the last, whose dropper frees the object.
  // Order: acq_rel, so that the freeing thread sees every earlier holder's writes.
  [[nodiscard]] bool DecrementAndTest(Site site = Site::current()) {
    const int before = count_.FetchSub(1, acq_rel, site);
    Check(before > 0, "a reference is dropped that nobody held", site);
    return before == 1;
  }

  int Read(Site site = Site::current()) const { return count_.Load(relaxed, site); }
  // The first count of an object. Requires: nobody else has one; of type-stable memory somebody may
  // still try to get one, which belonged to a former life.
  // Order: release, for IncrementNotZero: who counts a recycled object comes after its new life
  // began. (The kernel has refcount_set_release() for this since 6.15; before, atomic_set().)
  void Set(int value, Site site = Site::current()) { count_.Store(value, release, site); }

 private:
  Atomic<int> count_;
};

// Runs `callback(object)` after a grace period, on a thread of its own. Kernel: call_rcu().
// The caller keeps the returned handle until it may wait for the callback (kernel: rcu_barrier()).
template <typename T>
std::unique_ptr<Thread> CallRcu(T* object, void (*callback)(T*), Site site = Site::current()) {
  return std::make_unique<Thread>(
      [object, callback] {
        SynchronizeRcu();
        callback(object);
      },
      "rcu callback", site);
}

}  // namespace ksync::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SYNC_SHARED_H_

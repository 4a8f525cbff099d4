// Locks and caches with a fault planted in them: scenarios of the contract that hold for these
// prove nothing. Written against sync.h, so that both back ends are shown to notice.
#ifndef RMAPCHECK_CORE_SYNC_TESTING_PLANTED_H_
#define RMAPCHECK_CORE_SYNC_TESTING_PLANTED_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "core/sync/sync.h"

namespace ksync::inline KSYNC_BACKEND {
namespace contract {

// Fault: nobody ever waits.
class LockThatNeverWaits {
 public:
  explicit LockThatNeverWaits(const LockClass&) {}
  void Lock(Site = Site::current()) {}
  bool TryLock() { return true; }
  bool IsLocked() { return false; }
  void Unlock(Site = Site::current()) {}
};

// Fault: it looks whether the lock is free, and takes it, in two steps.
class LockThatLooksThenTakes {
 public:
  explicit LockThatLooksThenTakes(const LockClass&) {}
  void Lock(Site = Site::current()) {
    // Order: as a right lock has them: acquire, so that the holder before is seen.
    taken_.WaitUntilEqual(false, acquire);
    taken_.Store(true, relaxed);
  }
  // Order: release, so that the next holder sees this one.
  void Unlock(Site = Site::current()) { taken_.Store(false, release); }

 private:
  Atomic<bool> taken_{false, "taken"};
};

// Fault: it excludes, and orders nothing: relaxed where a lock must acquire and release.
class LockThatOrdersNothing {
 public:
  explicit LockThatOrdersNothing(const LockClass&) {}
  void Lock(Site = Site::current()) {
    while (taken_.Exchange(true, relaxed)) taken_.WaitUntilEqual(false, relaxed);
  }
  void Unlock(Site = Site::current()) { taken_.Store(false, relaxed); }
  bool IsLocked() { return taken_.Load(relaxed); }

 private:
  Atomic<bool> taken_{false, "taken"};
};

// Fault: a shared holder is not seen by writers.
class LockThatForgetsReaders {
 public:
  explicit LockThatForgetsReaders(const LockClass& lock_class) : lock_(lock_class) {}
  void Lock(Site = Site::current()) ABSL_NO_THREAD_SAFETY_ANALYSIS { lock_.Lock(); }
  void Unlock(Site = Site::current()) ABSL_NO_THREAD_SAFETY_ANALYSIS { lock_.Unlock(); }
  void LockShared(Site = Site::current()) {}
  void UnlockShared(Site = Site::current()) {}

 private:
  Mutex lock_;
};

// Fault: an object is built again when it is reused.
template <typename T>
class CacheThatRebuilds {
 public:
  explicit CacheThatRebuilds(const char* name) : cache_(name) {}
  T* Alloc() {
    T* object = cache_.Alloc();
    std::destroy_at(object);
    return std::construct_at(object);
  }
  void Free(T* object) { cache_.Free(object); }

 private:
  SlabCache<T> cache_;
};

}  // namespace contract
}  // namespace ksync::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SYNC_TESTING_PLANTED_H_

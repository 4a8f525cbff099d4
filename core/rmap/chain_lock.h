// How an operation on a whole chain locks the anon_vmas it comes to: each for itself, or from G6 on
// the lock of their common root once for all of them.
// Kernel: anon_vma_lock() in a loop; lock_anon_vma_root(), unlock_anon_vma_root().
#ifndef RMAPCHECK_CORE_RMAP_CHAIN_LOCK_H_
#define RMAPCHECK_CORE_RMAP_CHAIN_LOCK_H_

#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

// Enter() and Leave() bracket what is done to one anon_vma; what is held goes with the object, out
// of clang's sight.
class ChainLock {
 public:
  explicit ChainLock(const Machine& machine)
      : machine_(machine), keeps_(machine.Has(Mechanism::kChainUnderOneLock)) {}
  ~ChainLock() noexcept(false) {
    if (held_ != nullptr) held_->Unlock();
  }
  ChainLock(const ChainLock&) = delete;
  ChainLock& operator=(const ChainLock&) = delete;

  // Fails the run if a lock is held and the anon_vma is of another family.
  void Enter(AnonVma& anon_vma,
             ksync::Site site = ksync::Site::current()) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    AnonVmaLock& wanted = LockOf(machine_, anon_vma);
    ksync::Check(held_ == nullptr || held_ == &wanted, "BUG: a chain has two roots", site);
    if (held_ != nullptr) return;
    wanted.Lock(site);
    held_ = &wanted;
  }
  void Leave(ksync::Site site = ksync::Site::current()) {
    if (!keeps_) Drop(site);
  }
  // Gives back what is held, until the next Enter(). Returns: whether anything was.
  bool Drop(ksync::Site site = ksync::Site::current()) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    AnonVmaLock* const held = held_;
    held_ = nullptr;
    if (held != nullptr) held->Unlock(site);
    return held != nullptr;
  }

 private:
  const Machine& machine_;
  const bool keeps_;
  AnonVmaLock* held_ = nullptr;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_CHAIN_LOCK_H_

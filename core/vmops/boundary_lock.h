// Which lock keeps rmap walkers away while vma_adjust stores a VMA's range. A component: vma_adjust
// says what is about to change, and the kernel's generation decides.
//
//   G0     the VMA's anon_vma; for the sake of an importer without one, the next VMA's.
//   G1-G4  none (KH-25). What G1 has instead is VM_LOCK_RMAP (vma_adjust.cc).
//   G5     the VMA's, as in G0; if it has none, nothing (KH-26).
//   G6-G7  likewise; but a split where the end alone moves takes none (see KH-51).
//   G8-    always, if one of the two has an anon_vma: the trees change with the range.
//
// Kernel: the choice of anon_vma in vma_adjust(), mm/mmap.c.
#ifndef RMAPCHECK_CORE_VMOPS_BOUNDARY_LOCK_H_
#define RMAPCHECK_CORE_VMOPS_BOUNDARY_LOCK_H_

#include "core/mm/vma.h"
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

// What one round of vma_adjust does, as far as the choice depends on it.
struct BoundaryChange {
  const Vma& vma;
  const Vma* next;   // May be null.
  bool start_moves;  // The VMA's.
  bool inserts;      // Half of the VMA becomes a new one.
  bool moves_pages;  // Pages go from one of the two to the other.
};

// Returns: whose lock is held around the stores, or null. Requires: mmap_sem held for writing.
AnonVma* BoundaryAnonVma(const BoundaryChange& change);

// Holds that lock, if there is one, for a scope.
class BoundaryLock {
 public:
  explicit BoundaryLock(const BoundaryChange& change, ksync::Site site = ksync::Site::current())
      : anon_vma_(BoundaryAnonVma(change)), site_(site) {
    if (anon_vma_ == nullptr) return;
    lock_ = &LockOf(change.vma.machine, *anon_vma_);
    lock_->Lock(site);
  }
  ~BoundaryLock() noexcept(false) {
    if (lock_ != nullptr) lock_->Unlock(site_);
  }
  BoundaryLock(const BoundaryLock&) = delete;
  BoundaryLock& operator=(const BoundaryLock&) = delete;

  // Returns: the anon_vma whose lock is held, or null.
  AnonVma* anon_vma() const { return anon_vma_; }

 private:
  AnonVma* const anon_vma_;
  AnonVmaLock* lock_ = nullptr;
  ksync::Site site_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_BOUNDARY_LOCK_H_

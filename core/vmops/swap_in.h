// Bringing a page back from swap for one fault. Kernel: do_swap_page(), mm/memory.c.
//
// The fault finds the page in the swap cache, or reads it, and then waits for its lock. Meanwhile
// anything can happen to the page and to the pte; even both, so that the pte is what it was and the
// page is not. What was found is therefore asked again under the page lock, then under the pte
// lock.
#ifndef RMAPCHECK_CORE_VMOPS_SWAP_IN_H_
#define RMAPCHECK_CORE_VMOPS_SWAP_IN_H_

#include <optional>

#include "core/mm/mm.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

// One swap-in, in two halves, so that a scenario can begin the second at a chosen moment. Both are
// called by one thread, once, in this order, while it holds mmap_sem.
class SwapIn {
 public:
  // Requires: the pte at `address`, in `vma`, was seen to be the swap entry `orig`.
  SwapIn(const Vma& vma, VirtualPage address, Access access, Pte orig)
      : vma_(vma), mm_(*vma.vm_mm.Read()), address_(address), access_(access), orig_(orig) {}

  // Finds the page, and takes a reference. Returns: false if memory ran out; then that was all.
  [[nodiscard]] bool Begin();

  // Maps the page, if it is still the right one and the pte has not changed; else the fault looks
  // again. Returns: false if memory ran out.
  bool Finish();

 private:
  bool IsStillCached() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(page_->lock);
  bool IsAnchoredAt(const AnonVma& anchor) const;
  std::optional<bool> AsksAnchor(const AnonVma& anchor) const;
  bool MapOrCopy() ABSL_EXCLUSIVE_LOCKS_REQUIRED(page_->lock);
  bool NeedsCopy() ABSL_EXCLUSIVE_LOCKS_REQUIRED(page_->lock);
  void Map() ABSL_EXCLUSIVE_LOCKS_REQUIRED(page_->lock);
  bool MapCopy() ABSL_EXCLUSIVE_LOCKS_REQUIRED(page_->lock);

  const Vma& vma_;
  Mm& mm_;
  const VirtualPage address_;
  const Access access_;
  const Pte orig_;
  Page* page_ = nullptr;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_SWAP_IN_H_

// The last step of every walk: is the page really mapped there, where its VMA would have it?
// Decided under the pte lock, and at most asked without. Kernel: page_check_address().
#ifndef RMAPCHECK_CORE_RMAP_PAGE_CHECK_H_
#define RMAPCHECK_CORE_RMAP_PAGE_CHECK_H_

#include "core/mm/mm.h"
#include "core/mm/vma.h"

namespace rmap::inline KSYNC_BACKEND {

// What is in the pte before its lock was taken: a hint that spares the lock, or not to be relied
// on, because a pte that is being changed or moved is gone for a moment.
enum class Peek { kSparesTheLock, kNever };

// Calls act(pte) under the pte lock if what is at `address` is `wanted`. Returns: whether it was.
template <typename Wanted, typename Act>
bool WithPte(const Vma& vma, VirtualPage address, Peek peek, Wanted wanted, Act act) {
  Mm& mm = *vma.vm_mm.Read();
  if (peek == Peek::kSparesTheLock && !wanted(PeekPte(mm, address))) return false;
  const ksync::Guard lock(mm.pte_lock);
  ksync::Marked<Pte>& pte = mm.page_table[address];
  if (!wanted(pte.Read())) return false;
  act(pte);
  return true;
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_PAGE_CHECK_H_

// A place to move pages to. Kernel: copy_vma(), mm/mmap.c.
//
// A mapping that moves keeps the offsets of its pages, because their indices cannot be changed: so
// the new VMA is found by the same walks as the old one, and it may merge with a neighbour only if
// the offsets go on there. A VMA that no page knows yet takes the offsets of its new address, which
// lets it merge more often, even with itself.
//
// A walk that must find each pte must not look at the target before, and at the source after, the
// pte moves. A new VMA is visited after the one it was copied from. One that was there already may
// be visited before; what is done about it is KH-54:
//   G7     the target is moved to the end of the lists.
//   G8-    trees cannot be reordered: the ptes are moved under the rmap locks.
#ifndef RMAPCHECK_CORE_VMOPS_COPY_VMA_H_
#define RMAPCHECK_CORE_VMOPS_COPY_VMA_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

struct CopiedVma {
  Vma* source;  // Not the one given if that was merged away.
  Vma* target;  // Null if memory ran out; then nothing was changed.
  bool needs_rmap_locks = false;
};

// Makes the pages [start, start + length) part of a VMA like `source`. They show what is mapped
// from the offset `pgoff` on. Requires: mmap_sem held for writing; nothing is mapped there.
CopiedVma CopyVma(Vma& source, VirtualPage start, VirtualPage length, PageOffset pgoff);

// Asks walks to visit `first` before `second`, before ptes move from the one to the other.
// Returns: whether they cannot be asked, so that the rmap locks are needed instead.
// Requires: mmap_sem held for writing; both have the same anon_vmas, or none.
bool NeedsRmapLocks(const Vma& first, Vma& second);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_COPY_VMA_H_

// Moving pages to other addresses. Kernel: do_mremap(), move_vma(), mm/mremap.c.
//
// A pte moves in two stores, under the pte lock: it leaves its old place, and later appears in the
// new one. Between the two nothing maps the page, and who looks without the lock believes it.
// Walks go on meanwhile, for an rmap walk has no mmap_sem: whether one can miss the pte is decided
// by the order in which it visits the two VMAs (copy_vma.h), and by whether it trusts its peeks
// (KH-53).
//
// Not modelled: growing and shrinking in place; the flushing of translations.
#ifndef RMAPCHECK_CORE_VMOPS_MREMAP_H_
#define RMAPCHECK_CORE_VMOPS_MREMAP_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

struct PageRange {
  VirtualPage start;
  VirtualPage length;

  VirtualPage end() const { return start + length; }
};

// Moves what is mapped in `from`, a part of `vma`, and unmaps `from`. Kernel: move_vma().
// Requires: else as Mremap. Returns: as Mremap.
[[nodiscard]] bool MoveVma(Mm& mm, Vma& vma, PageRange from, PageRange to)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);

// Moves what is mapped in `from`, and unmaps `from`. If memory runs out only for that, the old
// addresses stay mapped and empty, as in the kernel.
// Requires: `from` lies in one VMA; nothing is mapped in `to`; to.length >= from.length.
// Returns: false if memory ran out, or if the VMA is of hugetlbfs; then all pages are where they
// were.
[[nodiscard]] bool Mremap(Mm& mm, PageRange from, PageRange to);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MREMAP_H_

// Moving the boundaries of VMAs, from which rmap walkers compute addresses at that very moment.
// Kernel: vma_adjust(), mm/mmap.c.
//
// The fields are stored one by one: vma.start, vma.end, vma.pgoff, next.start, next.pgoff. Between
// two of the stores the VMA describes no state that anybody wanted. What keeps rmap walkers from
// seeing that differs by generation:
//   G1     VM_LOCK_RMAP on a VMA that gets its first anon_vma, or that is being removed: walkers
//          look away. A VMA that has an anon_vma already is not covered.
//   G2-G4  nothing.
//   others an anon_vma lock, held around the stores (boundary_lock.h).
// Walkers that come from a file are kept away by i_mmap_lock in every generation.
#ifndef RMAPCHECK_CORE_VMOPS_VMA_ADJUST_H_
#define RMAPCHECK_CORE_VMOPS_VMA_ADJUST_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

struct VmaRange {
  VirtualPage start;
  VirtualPage end;  // The first page behind it.
  PageOffset pgoff;
};

// Gives the VMA another range. The next VMA shrinks, grows or vanishes accordingly, unless `insert`
// is given: that is a new VMA, not yet in the list, for the part that `vma` gives away.
// Requires: mmap_sem held for writing. Returns: false if memory ran out; what was done by then
// stays done (KH-27 was that).
[[nodiscard]] bool VmaAdjust(Vma& vma, VmaRange range, Vma* insert);

// The VMA before `next` vanishes, and `next` grows down over it. Kernel: __vma_adjust() with
// `expand`, since 4.9. Requires: mmap_sem held for writing; `vma` is the one before `next`.
// Returns: false if memory ran out; then nothing changed.
[[nodiscard]] bool VmaExpandDown(Vma& next, Vma& vma);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_VMA_ADJUST_H_

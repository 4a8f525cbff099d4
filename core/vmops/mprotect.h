// Changing the access rights of a range: the everyday way to split, merge and move boundaries.
// Kernel: mprotect_fixup(), mm/mprotect.c.
#ifndef RMAPCHECK_CORE_VMOPS_MPROTECT_H_
#define RMAPCHECK_CORE_VMOPS_MPROTECT_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Makes [start, end), a part of `vma`, as the rights say. Kernel: mprotect_fixup().
// Returns: as Mprotect. The VMA may be gone then.
[[nodiscard]] bool MprotectFixup(Mm& mm, Vma& vma, VirtualPage start, VirtualPage end,
                                 Rights rights) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);

// The same for who does not hold mmap_sem. Requires: [start, end) lies in one VMA. Returns: false
// if memory ran out; the rights are as they were then, but the VMA may have been split.
[[nodiscard]] bool Mprotect(Mm& mm, VirtualPage start, VirtualPage end, Rights rights);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MPROTECT_H_

// Changing the access rights of a range: the everyday way to split, merge and move boundaries.
// Kernel: mprotect_fixup(), mm/mprotect.c.
#ifndef RMAPCHECK_CORE_VMOPS_MPROTECT_H_
#define RMAPCHECK_CORE_VMOPS_MPROTECT_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Requires: [start, end) lies in one VMA. Returns: false if memory ran out; the rights are as they
// were then, but the VMA may have been split.
[[nodiscard]] bool Mprotect(Mm& mm, VirtualPage start, VirtualPage end, Rights rights);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MPROTECT_H_

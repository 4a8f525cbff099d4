// Keeping the pages of a range in memory: another property by which VMAs are split and merged.
// Kernel: mlock_fixup(), mm/mlock.c.
#ifndef RMAPCHECK_CORE_VMOPS_MLOCK_H_
#define RMAPCHECK_CORE_VMOPS_MLOCK_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Sets, or clears, kVmLocked. The range's pages are left as they are: mlock() would touch them.
// Requires: [start, end) lies in one VMA. Returns: false if memory ran out; the flags are as they
// were then, but the VMA may have been split.
[[nodiscard]] bool Mlock(Mm& mm, VirtualPage start, VirtualPage end);
[[nodiscard]] bool Munlock(Mm& mm, VirtualPage start, VirtualPage end);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MLOCK_H_

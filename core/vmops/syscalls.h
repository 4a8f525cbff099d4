// System calls as programs make them: of any range. What is a precondition in the rest of this
// folder (one VMA, no hole, enough room) is an error here, and a range of several VMAs is changed
// VMA by VMA, under one hold of mmap_sem. Kernel: sys_mprotect(), mm/mprotect.c; do_mlock(),
// mm/mlock.c; mremap_to(), mm/mremap.c; sys_brk(), do_munmap(), mm/mmap.c; do_mbind(),
// mm/mempolicy.c.
//
// An error leaves done what was done before it was noticed, as in the kernel: the VMAs before the
// hole have their new rights, and mremap has unmapped what was in the way.
#ifndef RMAPCHECK_CORE_VMOPS_SYSCALLS_H_
#define RMAPCHECK_CORE_VMOPS_SYSCALLS_H_

#include "core/mm/mm.h"
#include "core/vmops/mremap.h"

namespace rmap::inline KSYNC_BACKEND {

enum class SysResult {
  kDone,
  kRefused,   // EINVAL, EFAULT; ENOMEM of a hole.
  kNoMemory,  // ENOMEM.
};

// Each takes mmap_sem, and refuses a range that is empty or does not end inside the address space.

// What is in the way goes. `flags`: rights, kVmGrowsDown. Kernel: mmap() with MAP_FIXED.
[[nodiscard]] SysResult SysMmap(Mm& mm, PageRange range, VmFlags flags);
// Holes are no error.
[[nodiscard]] SysResult SysMunmap(Mm& mm, PageRange range);
// Refused at the first hole.
[[nodiscard]] SysResult SysMprotect(Mm& mm, PageRange range, Rights rights);
[[nodiscard]] SysResult SysMlock(Mm& mm, PageRange range);
[[nodiscard]] SysResult SysMunlock(Mm& mm, PageRange range);
// Whether pages may be merged; on a machine that does not merge pages, refused. Kernel: madvise()
// with MADV_MERGEABLE and MADV_UNMERGEABLE.
[[nodiscard]] SysResult SysMadvise(Mm& mm, PageRange range, bool mergeable);
// With MREMAP_FIXED: what is in `to` goes, and so does what `from` has more than `to`. Then what is
// left of `from` must lie in one VMA. Refused also if the two overlap.
[[nodiscard]] SysResult SysMremap(Mm& mm, PageRange from, PageRange to);
// The heap begins at `start`, and is to have that length, which may be none.
[[nodiscard]] SysResult SysBrk(Mm& mm, VirtualPage start, VirtualPage length);
// Refused, before anything is changed, if there is a hole.
[[nodiscard]] SysResult SysMbind(Mm& mm, PageRange range, int mode);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_SYSCALLS_H_

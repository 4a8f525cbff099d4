// Stacks that grow. Kernel: expand_stack(), expand_downwards(), mm/mmap.c.
//
// The only operation that moves a boundary while mmap_sem is held for reading: a fault below a
// stack needs no more. So what keeps rmap walks, other growing stacks and other faults away is not
// mmap_sem:
//   walks          the lock of the VMA's own anon_vma. A page that was inherited may be anchored at
//                  an older one, whose lock is another before the root lock of G5.
//   other stacks   from G8 on (KH-56) page_table_lock, because they all keep up one number.
//   other faults   nothing before KH-95: who maps a page reads start and offset one after the
//   other.
#ifndef RMAPCHECK_CORE_VMOPS_STACK_H_
#define RMAPCHECK_CORE_VMOPS_STACK_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Makes a VMA begin at `address` or before. Returns: false if memory ran out, or if it had to grow
// and cannot: it is no stack, so that the access was to a hole, or mremap has moved it so far up
// that its offsets would end before its addresses.
// Requires: mmap_sem held, reading suffices; nothing is mapped between `address` and the VMA.
[[nodiscard]] bool ExpandStack(Vma& vma, VirtualPage address);

// Lets the stack grow that a fault at `address` belongs to, if it has to, with mmap_sem held for
// writing (KH-95). What has grown may be gone as soon as mmap_sem is released: who takes it for
// reading asks again. Returns: false if memory ran out, or if it cannot grow. Kernel:
// lock_mm_and_find_vma(), since 6.5.
[[nodiscard]] bool GrowStackAlone(Mm& mm, VirtualPage address) ABSL_LOCKS_EXCLUDED(mm.mmap_sem);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_STACK_H_

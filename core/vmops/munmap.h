// Taking a range out of an address space, wherever the VMAs in it begin and end.
// Kernel: do_munmap(), mm/mmap.c.
#ifndef RMAPCHECK_CORE_VMOPS_MUNMAP_H_
#define RMAPCHECK_CORE_VMOPS_MUNMAP_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Unmaps whatever is mapped in [start, end). Returns: false if memory ran out: to unmap a part is
// to split. Then everything is still mapped.
[[nodiscard]] bool Munmap(Mm& mm, VirtualPage start, VirtualPage end);

// The same for who holds mmap_sem.
[[nodiscard]] bool DoMunmap(Mm& mm, VirtualPage start, VirtualPage end)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MUNMAP_H_

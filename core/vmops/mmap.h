// Anonymous private mappings. Kernel: mmap_region(), mm/mmap.c, without its attempt to merge, so
// that a scenario gets the VMAs it asks for.
#ifndef RMAPCHECK_CORE_VMOPS_MMAP_H_
#define RMAPCHECK_CORE_VMOPS_MMAP_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Maps [start, end), of which nothing is mapped. Returns: the VMA; null if memory ran out.
Vma* MmapAnonymous(Mm& mm, VirtualPage start, VirtualPage end, VmFlags flags = kVmAccess);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MMAP_H_

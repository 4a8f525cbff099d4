// New mappings: of nothing, of a file, and at the end of the heap. What is in the way is unmapped.
// Kernel: mmap_region(), do_brk(), mm/mmap.c.
#ifndef RMAPCHECK_CORE_VMOPS_MMAP_H_
#define RMAPCHECK_CORE_VMOPS_MMAP_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Maps [start, end), of which nothing is mapped, and does not try to merge: a scenario gets the VMA
// it asks for. Returns: the VMA; null if memory ran out.
Vma* MmapAnonymous(Mm& mm, VirtualPage start, VirtualPage end, VmFlags flags = kVmAccess);

// Maps [start, end), of which nothing is mapped, to the file from the offset on, shared. Like
// MmapAnonymous, it does not try to merge. Returns: the VMA, which has a reference of its own on
// the file; null if memory ran out.
Vma* MmapFile(Mm& mm, File& file, VirtualPage start, VirtualPage end, PageOffset pgoff,
              VmFlags flags = kVmAccess);

// What is to be mapped. References are borrowed; the VMA takes its own.
struct MmapRequest {
  VirtualPage start;
  VirtualPage end;
  VmFlags flags = kVmAccess;
  File* file = nullptr;  // Null: anonymous memory, whose offset is its address.
  PageOffset pgoff = 0;  // In the file.
  const VmOperations* ops = nullptr;
};

// Unmaps what is in the way, then lets a neighbour grow, or makes a VMA.
// Returns: the VMA that has the range; null if memory ran out. Kernel: mmap_region().
Vma* MmapRegion(Mm& mm, const MmapRequest& request);

// Moves the end of the heap, which begins at `start`. Returns: false if memory ran out; the heap is
// as it was then. Kernel: sys_brk(), do_brk(). Requires: start <= end.
[[nodiscard]] bool Brk(Mm& mm, VirtualPage start, VirtualPage end);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MMAP_H_

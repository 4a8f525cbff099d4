// The simplest operation: a new VMA that no page knows yet. It has no anon_vma until its first
// fault.
// Kernel: mmap_region(), mm/mmap.c.
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {

Vma* MmapAnonymous(Mm& mm, VirtualPage start, VirtualPage end, VmFlags flags) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  if (mm.machine.AllocationFails("vma")) return nullptr;
  // The offset of a private anonymous page is its first address.
  Vma* const vma = ksync::New<Vma>(mm.machine, &mm, start, end, /*pgoff=*/start, flags);
  InsertVmStruct(mm, *vma);
  return vma;
}

}  // namespace rmap::inline KSYNC_BACKEND

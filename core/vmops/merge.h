// Joining neighbouring VMAs that have become alike. Kernel: vma_merge(), mm/mmap.c.
// What may be joined is decided here; how it is done, by vma_adjust.
#ifndef RMAPCHECK_CORE_VMOPS_MERGE_H_
#define RMAPCHECK_CORE_VMOPS_MERGE_H_

#include "core/vmops/vma_adjust.h"

namespace rmap::inline KSYNC_BACKEND {

// Tries to make the pages of `range`, whose properties become `flags` and `anon_vma`, part of a
// neighbour. `prev` is the VMA before the range, or the one whose tail the range is; may be null.
// Requires: mmap_sem held for writing.
// Returns: the VMA that now contains the range; null if none fits, or if memory ran out: callers
// cannot tell the two apart.
Vma* VmaMerge(Mm& mm, Vma* prev, VmaRange range, VmFlags flags, AnonVma* anon_vma);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MERGE_H_

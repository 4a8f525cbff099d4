// Joining neighbouring VMAs that have become alike. Kernel: vma_merge(), mm/mmap.c.
// What may be joined is decided here; how it is done, by vma_adjust.
#ifndef RMAPCHECK_CORE_VMOPS_MERGE_H_
#define RMAPCHECK_CORE_VMOPS_MERGE_H_

#include "core/vmops/vma_adjust.h"

namespace rmap::inline KSYNC_BACKEND {

// What VMAs must agree in to be joined. References are borrowed.
struct VmaProperties {
  VmFlags flags;
  AnonVma* anon_vma = nullptr;
  File* file = nullptr;
  const Mempolicy* policy = nullptr;
};

VmaProperties PropertiesOf(const Vma& vma);

// Tries to make the pages of `range`, whose properties become `wanted`, part of a neighbour.
// `prev` is the VMA before the range, or the one whose tail the range is; may be null.
// Returns: the VMA that now contains the range; null if none fits, or if memory ran out: callers
// cannot tell the two apart.
Vma* VmaMerge(Mm& mm, Vma* prev, VmaRange range, const VmaProperties& wanted)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);

// Makes [start, end), a part of `vma`, either part of a neighbour that is as `wanted`, or a VMA of
// its own, whose properties the caller then sets. Kernel: the first half of mprotect_fixup(),
// mlock_fixup() and others. Requires: mmap_sem held for writing.
// Returns: the VMA that has the range now; null if memory ran out, and then `vma` may have been
// split.
Vma* MergeOrSplit(Vma& vma, VirtualPage start, VirtualPage end, const VmaProperties& wanted);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MERGE_H_

// Cutting one VMA into two. Kernel: __split_vma(), mm/mmap.c.
// The pages stay where they are; only which VMA maps them changes.
#ifndef RMAPCHECK_CORE_VMOPS_SPLIT_H_
#define RMAPCHECK_CORE_VMOPS_SPLIT_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Which half becomes the new VMA. If it is the lower one, the old VMA's start and offset move: in
// two stores, between which its pages have wrong addresses. Otherwise only its end moves.
enum class NewVma { kBelow, kAbove };

// Requires: mmap_sem held for writing; vm_start < address < vm_end.
// Returns: false if memory ran out, if a step failed that cannot fail, or if the VMA is of
// hugetlbfs and has one page table; then nothing changed.
[[nodiscard]] bool SplitVma(Vma& vma, VirtualPage address, NewVma where);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_SPLIT_H_

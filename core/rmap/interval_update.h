// Before and after a VMA's range changes, where anon_vmas keep their VMAs in interval trees: the
// VMA is taken out under its old range and put back under the new one. With lists, nothing.
// Kernel: anon_vma_interval_tree_pre_update_vma(), ..._post_update_vma(), mm/mmap.c.
#ifndef RMAPCHECK_CORE_RMAP_INTERVAL_UPDATE_H_
#define RMAPCHECK_CORE_RMAP_INTERVAL_UPDATE_H_

#include "core/mm/vma.h"

namespace rmap::inline KSYNC_BACKEND {

// Both require mmap_sem for writing (a growing stack: its lock) and the lock of the VMA's family.
void AnonVmaIntervalTreePreUpdateVma(Vma& vma);
void AnonVmaIntervalTreePostUpdateVma(Vma& vma);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_INTERVAL_UPDATE_H_

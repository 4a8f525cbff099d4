// Every lock by which a walk could come to an mm, held at once. Kernel: mm_take_all_locks(),
// mm_drop_all_locks(), mm/mmap.c: for mmu_notifier_register(), which must know that nobody walks.
//
// Idea: VMAs share files and anon_vmas, so each of these is marked when its lock is taken and taken
// only if it is not marked. A mutex lets one thread at a time do this, so marks need no other lock,
// and locks of one class may be taken in any order: nobody else nests two of them.
//
// Order: first all files, those of hugetlbfs before the others (KH-68), then all anon_vmas (KH-02).
// An operation on one VMA takes its file's lock and then its anon_vma's, and would deadlock with
// the opposite.
//
// What it does not do: give up on a signal, as the kernel may.
#ifndef RMAPCHECK_CORE_VMOPS_ALL_LOCKS_H_
#define RMAPCHECK_CORE_VMOPS_ALL_LOCKS_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Between the two, on one thread, mmap_sem is held all the time.
void MmTakeAllLocks(Mm& mm) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem)
    ABSL_EXCLUSIVE_LOCK_FUNCTION(mm.machine.mm_all_locks_mutex);
void MmDropAllLocks(Mm& mm) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem)
    ABSL_UNLOCK_FUNCTION(mm.machine.mm_all_locks_mutex);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_ALL_LOCKS_H_

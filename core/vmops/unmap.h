// The three steps by which a mapping goes, for whoever takes one away: first the ptes, then the
// ways by which walks find the VMA, then the VMA. A page that is still mapped thus still has its
// anon_vma, and a VMA that a walk can find still exists.
// Kernel: zap_pte_range(), mm/memory.c; free_pgtables(); remove_vma(), mm/mmap.c.
#ifndef RMAPCHECK_CORE_VMOPS_UNMAP_H_
#define RMAPCHECK_CORE_VMOPS_UNMAP_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// A program no longer wants what it has written in the range, and reads zeroes from now on. Kernel:
// madvise(MADV_DONTNEED). Order: takes mmap_sem for reading. Requires: the VMAs do not lock pages.
void MadviseDontneed(Mm& mm, VirtualPage start, VirtualPage end);

// Each of the rest requires mmap_sem held for writing, or that the caller is the mm's last user.

// Clears the VMA's ptes and drops what they named; or its table that others may have.
void ZapPteRange(Mm& mm, Vma& vma) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);

// Takes the VMA off its anon_vmas and its file. Requires: its ptes are gone.
void FreePgtables(Vma& vma);

// Tells the VMA's driver, gives its references back, and frees it. Requires: nobody can find it.
void RemoveVma(Vma& vma);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_UNMAP_H_

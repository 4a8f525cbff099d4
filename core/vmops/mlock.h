// Keeping the pages of a range in memory: another property by which VMAs are split and merged, and
// a flag of each page, which reclaim respects. Kernel: mm/mlock.c.
//
// A VMA is locked by its flag; each of its pages gets a flag too, at the latest when reclaim meets
// it. The page's flag must go when the last locked VMA lets the page go: nobody would look again.
#ifndef RMAPCHECK_CORE_VMOPS_MLOCK_H_
#define RMAPCHECK_CORE_VMOPS_MLOCK_H_

#include "core/mm/mm.h"
#include "core/mm/page.h"
#include "core/mm/vma.h"

namespace rmap::inline KSYNC_BACKEND {

// Sets, or clears, kVmLocked for [start, end), a part of `vma`. Kernel: mlock_fixup().
// Returns: as below. The VMA may be gone then.
[[nodiscard]] bool MlockFixup(Mm& mm, Vma& vma, VirtualPage start, VirtualPage end, bool locked)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);

// Sets, or clears, kVmLocked. Locking does not touch the range's pages: reclaim marks them when it
// meets them. Unlocking takes their marks away.
// Requires: [start, end) lies in one VMA. Returns: false if memory ran out; the flags are as they
// were then, but the VMA may have been split.
[[nodiscard]] bool Mlock(Mm& mm, VirtualPage start, VirtualPage end);
[[nodiscard]] bool Munlock(Mm& mm, VirtualPage start, VirtualPage end);

// A VMA that is about to go lets its pages go, if it was locked. Kernel: munlock_vma_pages_all().
void MunlockVmaPagesAll(Mm& mm, Vma& vma) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);

// A new page comes to a VMA. Kernel: mlocked_vma_newpage(). Requires: the pte lock.
void MlockVmaNewPage(Page& page, const Vma& vma);

// A VMA, which may be locked, has let the page go: unless another locked one maps it, it may be
// reclaimed again. Kernel: munlock_vma_page(), try_to_munlock().
// Requires: the caller has a use of the page.
void MunlockVmaPage(Page& page) ABSL_LOCKS_EXCLUDED(page.lock);

// Forgets the flag, whoever maps the page. Kernel: clear_page_mlock(). Requires: as above.
void ClearPageMlock(Page& page) ABSL_LOCKS_EXCLUDED(page.lock);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MLOCK_H_

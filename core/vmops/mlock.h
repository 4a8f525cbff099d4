// Which pages reclaim leaves alone. Kernel: mm/mlock.c.
//
// A VMA is locked by a flag; each of its pages gets a flag too, at the latest when reclaim meets
// it. The page's flag must go when the last locked VMA lets the page go: nobody would look again.
#ifndef RMAPCHECK_CORE_VMOPS_MLOCK_H_
#define RMAPCHECK_CORE_VMOPS_MLOCK_H_

#include "core/mm/page.h"
#include "core/mm/vma.h"

namespace rmap::inline KSYNC_BACKEND {

// A new page comes to a VMA. Kernel: mlocked_vma_newpage(). Requires: the pte lock.
void MlockVmaNewPage(Page& page, const Vma& vma);

// A VMA, which may be locked, has let the page go: unless another locked one maps it, it may be
// reclaimed again. Kernel: munlock_vma_page(), try_to_munlock().
// Requires: the page lock is free; the caller has a use of the page.
void MunlockVmaPage(Page& page);

// Forgets the flag, whoever maps the page. Kernel: clear_page_mlock(). Requires: as above.
void ClearPageMlock(Page& page);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MLOCK_H_

// Before a page of a file is stored: from now on a write to it is noticed. Kernel: page_mkclean().
//
// A writable pte lets a program write without a fault, so while there is one the page counts as
// dirty. The walk takes the right away wherever the page is mapped. It must not miss a pte: what is
// written through one that stays writable is never stored.
#ifndef RMAPCHECK_CORE_RMAP_PAGE_MKCLEAN_H_
#define RMAPCHECK_CORE_RMAP_PAGE_MKCLEAN_H_

#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

// Write-protects a page of a file wherever it is mapped. Returns: how many ptes were writable.
int PageMkclean(Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_PAGE_MKCLEAN_H_

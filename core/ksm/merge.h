// Making one page of two. Kernel: try_to_merge_one_page(), write_protect_page(), replace_page().
//
// The first of two equal pages is upgraded in place: nobody may write to it any more, and it is
// marked as shared. Then every pte of the others is turned to it. Each step looks again at what it
// relies on under the pte lock: whose page it is, and that nobody writes to it but by way of the
// pte.
//
// What it does not do: clear the pte before the references are counted. The kernel does, because
// who takes a reference need not have the pte lock. Here he has, or he finds the page in the swap
// cache; that one maps it with the lock of the page only, which who merges has, and read-only
// unless nobody else has the page.
#ifndef RMAPCHECK_CORE_KSM_MERGE_H_
#define RMAPCHECK_CORE_KSM_MERGE_H_

#include "core/mm/page.h"
#include "core/mm/vma.h"

namespace rmap::inline KSYNC_BACKEND {

// Turns the VMA's pte of `page` to `shared`, if their contents are equal; or, if that is null,
// makes `page` itself one that can be shared. Returns: whether `shared`, or `page`, is mapped there
// now. Requires: mmap_sem; the caller has one reference on each. Order: only tries the lock of
// `page`.
[[nodiscard]] bool TryToMergeOnePage(const Vma& vma, Page& page, Page* shared);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_MERGE_H_

// What happens to a page when a pte begins or ends to name it. Kernel: page_add_anon_rmap() & co.
//
// The first mapping anchors the page: it chooses the anon_vma through which every walk will look
// for it. The anchor must be in the chain of each VMA that maps the page, and must not be freed
// before the last of them lets go.
#ifndef RMAPCHECK_CORE_RMAP_PAGE_RMAP_H_
#define RMAPCHECK_CORE_RMAP_PAGE_RMAP_H_

#include "core/mm/page.h"
#include "core/mm/vma.h"

namespace rmap::inline KSYNC_BACKEND {

// Returns: the offset in what the VMA maps. Kernel: linear_page_index().
PageOffset LinearPageIndex(const Vma& vma, VirtualPage address);

// Each requires the pte lock of the mapping's mm.

// Kernel: page_add_new_anon_rmap(). Requires: nobody else maps the page; the VMA has an anon_vma.
void PageAddNewAnonRmap(Page& page, const Vma& vma, VirtualPage address);

// `exclusive`: nobody else can map the page any more.
// Kernel: page_add_anon_rmap(), do_page_add_anon_rmap().
// Requires: the VMA has an anon_vma.
void PageAddAnonRmap(Page& page, const Vma& vma, VirtualPage address, bool exclusive = false)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// Anchors a page, which only this VMA maps, at the VMA's own anon_vma.
// Kernel: page_move_anon_rmap().
void PageMoveAnonRmap(Page& page, const Vma& vma, VirtualPage address)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// A page of a file is mapped once more. Kernel: page_add_file_rmap().
void PageAddFileRmap(Page& page);

// Fork maps a page once more. Kernel: page_dup_rmap().
void PageDupRmap(Page& page);

// The mapping word stays: only giving the page back would clear it. That happens here if this was
// the page's last use. Kernel: page_remove_rmap() and the put_page() that goes with it.
void PageRemoveRmap(Page& page);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_PAGE_RMAP_H_

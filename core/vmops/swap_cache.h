// A page and its slot: how a page gets into the swap cache and out of it, and who may have it for
// himself alone. Shared by faults, reclaim and exit.
//
// While a page is in the cache, the cache has a reference on it, and the slot stays claimed. The
// page lock keeps a page in the cache or out of it; without the lock a page that was just found may
// have left, or be there under another entry.
//
// Kernel: mm/swap_state.c, and the parts of mm/swapfile.c that know pages.
#ifndef RMAPCHECK_CORE_VMOPS_SWAP_CACHE_H_
#define RMAPCHECK_CORE_VMOPS_SWAP_CACHE_H_

#include <optional>

#include "core/mm/machine.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

// Kernel: PageSwapCache(). The answer holds as long as the page lock is held.
bool PageSwapCache(const Page& page);

// Gives the page a slot. Kernel: add_to_swap(). Returns: false if no slot is free.
[[nodiscard]] bool AddToSwap(Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// Whether the page's slot is being written; who has begun that ends it. Only on a machine with
// dirty bits. Kernel: PageWriteback(), end_page_writeback().
bool PageWriteback(const Page& page);
void EndPageWriteback(Page& page);

// Takes the page out of the cache. Kernel: delete_from_swap_cache().
// Requires: the page is in the cache; the caller has another use of it.
void DeleteFromSwapCache(Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// The same, if nobody maps the page and nobody but the cache and the caller has a reference: nobody
// can come upon it any more; and if no device has written to it since it was stored.
// Kernel: __remove_mapping(), mm/vmscan.c. Requires: as above.
// Returns: whether it was taken out.
[[nodiscard]] bool RemoveMapping(Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// Takes the page out of the cache if no page table names its slot, and it is not being written.
// `page` may also be in no cache. Kernel: try_to_free_swap(). Requires: the caller has another use
// of the page.
void TryToFreeSwap(Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// Drops a reference on a page that may be left in the cache without users.
// Kernel: free_page_and_swap_cache(). Order: a trylock, so it may be called under a pte lock.
void FreePageAndSwapCache(Page& page);

// A page table no longer names the slot. Kernel: free_swap_and_cache().
void FreeSwapAndCache(const Machine& machine, SwapEntry entry);

// Returns: whether only the caller's pte, or the swap entry it has instead, leads to the page. If
// so the page has left the cache: nothing else will ever read its slot. But if that is just being
// written, the page stays there. Kernel: reuse_swap_page(). Requires: the caller has the pte or the
// entry.
[[nodiscard]] bool ReuseSwapPage(Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// Returns: the page that caches the slot, with a reference, read in if need be; null if the entry
// has lost its last user or is being read by somebody else, so that the caller looks again; nothing
// if memory ran out. Kernel: lookup_swap_cache(), read_swap_cache_async().
std::optional<Page*> SwapinPage(const Machine& machine, SwapEntry entry);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_SWAP_CACHE_H_

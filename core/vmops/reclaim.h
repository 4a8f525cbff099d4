// Taking a page from its users, who fault it back from swap. Kernel: shrink_page_list(),
// mm/vmscan.c. A walk that misses a mapping is no harm here: the page stays.
// Not modelled: which page is chosen, and the accessed bit.
#ifndef RMAPCHECK_CORE_VMOPS_RECLAIM_H_
#define RMAPCHECK_CORE_VMOPS_RECLAIM_H_

#include "core/mm/mm.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

// Whether a page is in its slot when it was given to the device, or only later: then it stays in
// the swap cache until who gave it says EndPageWriteback(), and is not reclaimed before.
enum class Storing { kAtOnce, kBegun };

// Unmaps an anonymous page and stores it in a slot. Requires: the caller has the one reference that
// isolated it. Returns: whether nobody else has the page any more; its last user is then the
// caller. Otherwise it may be left in the swap cache. Order: waits for nobody's page lock.
// `storing` other than kAtOnce: only on a machine with dirty bits.
bool ShrinkPage(Page& page, Storing storing = Storing::kAtOnce);

// The same of a page of a file, which leaves its file's cache. One that is dirty stays there: who
// stores it is not modelled here. Requires: the caller has a reference. Returns: whether it has
// left. Order: takes the file's i_mmap_lock.
bool ShrinkFilePage(Page& page);

// Returns: the page that is mapped at `address`, with a reference; null if none is.
// Kernel: follow_page(), get_page().
Page* IsolatePage(Mm& mm, VirtualPage address);

// The same for who wants to be the only one to isolate it, until he puts it back: also null if
// somebody else has. Kernel: isolate_lru_page(), putback_lru_page().
Page* IsolateLruPage(Mm& mm, VirtualPage address);
void PutbackLruPage(Page& page);

// Isolates, shrinks and gives back what is mapped there; of a huge page, which is split, the first.
// Returns: as ShrinkPage.
bool SwapOut(Mm& mm, VirtualPage address);

// Takes pages out of the swap cache that are left there without users, as reclaim does sooner or
// later: those whose last user found their lock taken.
void ReclaimSwapCache(const Machine& machine);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_RECLAIM_H_

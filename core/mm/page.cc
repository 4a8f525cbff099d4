// The life of a page, from the allocator to its last user. Nothing here knows who maps it: that is
// the matter of core/rmap.
#include "core/mm/page.h"

#include "core/mm/machine.h"

namespace rmap::inline KSYNC_BACKEND {

Page* AllocPage(const Machine& machine) {
  if (machine.AllocationFails("page")) return nullptr;
  return ksync::New<Page>(machine);
}

void FreeUnusedPage(Page* page) { ksync::Delete(page); }

// Order: relaxed: the use the caller has keeps the page, and whoever frees it reads every count.
void GetPage(Page& page) { page.uses.FetchAdd(kOneReference, ksync::relaxed); }

void PutPage(Page& page) { DropUses(page, kOneReference); }

void DropUses(Page& page, PageUses uses) {
  // Order: acq_rel, so that who frees the page comes after everything its other users did to it.
  const PageUses before = page.uses.FetchSub(uses, ksync::acq_rel);
  ksync::Check(before >= uses, "BUG: a page loses a use that it had not");
  if (before == uses) ksync::Delete(&page);
}

}  // namespace rmap::inline KSYNC_BACKEND

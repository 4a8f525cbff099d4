// The life of a page, from the allocator to its last user. Nothing here knows who maps it: that is
// the matter of core/rmap.
#include "core/mm/page.h"

#include "core/mm/frames.h"
#include "core/mm/machine.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Kernel: __free_page().
void FreeSinglePage(Page& page) {
  PageFrames* const frames = page.machine.frames();
  if (frames == nullptr) return ksync::Delete(&page);
  frames->Free(page);
}

// Kernel: free_compound_page().
void FreePage(Page& page) {
  if (PageTransHuge(page)) FreeSinglePage(*page.behind.Read());
  FreeSinglePage(page);
}

}  // namespace

Page* AllocPage(const Machine& machine) {
  machine.WaitForMemory();
  if (machine.AllocationFails("page")) return nullptr;
  if (PageFrames* const frames = machine.frames()) return frames->Alloc(machine);
  return ksync::New<Page>(machine);
}

Page* AllocHugePage(const Machine& machine) {
  Page* const head = AllocPage(machine);
  if (head == nullptr) return nullptr;
  Page* const behind = AllocPage(machine);
  if (behind == nullptr) {
    FreeSinglePage(*head);
    return nullptr;
  }
  head->behind.Write(behind);
  head->trans_huge.Write(true);
  return head;
}

bool PageTransHuge(const Page& page) {
  return page.machine.HasHugePages() && page.trans_huge.Read();
}

void FreeUnusedPage(Page* page) { FreePage(*page); }

// Order: relaxed: the use the caller has keeps the page, and whoever frees it reads every count.
void GetPage(Page& page) { page.uses.FetchAdd(kOneReference, ksync::relaxed); }

void PutPage(Page& page) { DropUses(page, kOneReference); }

bool GetPageUnlessZero(Page& page) {
  PageUses seen = page.uses.Load(ksync::acquire);
  while (seen != 0) {
    if (page.uses.CompareExchange(seen, seen + kOneReference, ksync::acquire)) return true;
  }
  return false;
}

bool PageKsm(const Page& page) {
  return page.machine.ksm() != nullptr && IsKsm(page.mapping.Read());
}

void DropUses(Page& page, PageUses uses) {
  // Order: acq_rel, so that who frees the page comes after everything its other users did to it.
  const PageUses before = page.uses.FetchSub(uses, ksync::acq_rel);
  ksync::Check(before >= uses, "BUG: a page loses a use that it had not");
  if (before == uses) FreePage(page);
}

}  // namespace rmap::inline KSYNC_BACKEND

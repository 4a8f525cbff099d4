// One page at a time. Everything happens under its lock, so that whoever faults it back waits, and
// looks again; but for the lookup itself, which RemoveMapping() excludes.
#include "core/vmops/reclaim.h"

#include "core/rmap/file_walk.h"
#include "core/rmap/walk.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Kernel: pageout(). Requires: nobody maps the page; it is in the swap cache.
void Pageout(Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  // Order: acquire: either what a device wrote before it set the mark is stored, or the mark stays.
  page.dirty.Exchange(false, ksync::acquire);
  const SwapEntry entry = page.swap_entry.Read();
  const std::uint32_t content = page.content.Read();
  page.machine.swap().SwapWritepage(entry, content);
}

// A merged page was at first one of the kernel's own. Kernel: 5ad6468801, lru_cache_add_lru().
bool IsSwappable(const Page& page) {
  return page.machine.Has(KsmState::kSwappable) || !PageKsm(page);
}

// Whether what is in the page's slot is not what is on the page. Requires: nobody maps it.
// Order: relaxed: as long as a device may write, the page is not taken out of the cache.
bool MustBeStored(const Page& page) {
  return !page.machine.HasDirtyBits() || page.dirty.Load(ksync::relaxed);
}

// Returns: as ShrinkPage.
bool ShrinkLockedPage(Page& page, Storing storing) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  if (page.mlocked.Read() || PageWriteback(page) || !IsSwappable(page)) return false;
  if (PageTransHuge(page) && !SplitHugePage(page)) return false;
  if (!PageSwapCache(page) && !AddToSwap(page)) return false;
  if (PageMapped(page)) TryToUnmap(page, Unmap::kToSwap);
  if (PageMapped(page)) return false;
  if (MustBeStored(page)) {
    if (storing == Storing::kBegun) page.writeback.Write(true);
    Pageout(page);
  }
  return !PageWriteback(page) && RemoveMapping(page);
}

// Whether nobody but the cache and the caller has the page.
// Order: acquire, so that what was done through a reference that is gone was done before.
bool IsUnusedInCache(const Page& page) {
  return page.uses.Load(ksync::acquire) == 2 * kOneReference;
}

// Returns: as ShrinkFilePage.
bool ShrinkLockedFilePage(Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  AddressSpace* const mapping = ToAddressSpace(page.mapping.Read());
  if (mapping == nullptr) return false;  // It was truncated.
  if (PageMapped(page)) TryToUnmapFile(*mapping, page);
  const PageOffset index = page.index.Read();
  if (!RemoveFromPageCacheIf(*mapping, page, index, IsUnusedInCache)) return false;
  page.mapping.Write(0);
  PutPage(page);  // The cache's reference.
  return true;
}

}  // namespace

bool ShrinkPage(Page& page, Storing storing) {
  if (!page.lock.TryLock()) return false;
  const bool shrunk = ShrinkLockedPage(page, storing);
  page.lock.Unlock();
  return shrunk;
}

bool ShrinkFilePage(Page& page) {
  if (!page.lock.TryLock()) return false;
  const bool shrunk = ShrinkLockedFilePage(page);
  page.lock.Unlock();
  return shrunk;
}

Page* IsolatePage(Mm& mm, VirtualPage address) {
  const ksync::Guard lock(mm.pte_lock);
  const Pte pte = mm.page_table[address].Read();
  if (!pte.IsPresent()) return nullptr;
  GetPage(pte.page());
  return &pte.page();
}

Page* IsolateLruPage(Mm& mm, VirtualPage address) {
  Page* const page = IsolatePage(mm, address);
  if (page == nullptr) return nullptr;
  // Order: acquire, so that this comes after what the one before did with the page.
  if (page->lru.Exchange(false, ksync::acquire)) return page;
  FreePageAndSwapCache(*page);
  return nullptr;
}

void PutbackLruPage(Page& page) {
  page.lru.Store(true, ksync::release);
  FreePageAndSwapCache(page);
}

bool SwapOut(Mm& mm, VirtualPage address) {
  Page* const huge = IsolateHugePage(mm, address);
  Page* const page = huge != nullptr ? huge : IsolatePage(mm, address);
  if (page == nullptr) return false;
  const bool shrunk = ShrinkPage(*page);
  FreePageAndSwapCache(*page);
  return shrunk;
}

void ReclaimSwapCache(const Machine& machine) {
  for (SwapEntry entry; entry.slot < machine.size().swap_slots; ++entry.slot) {
    Page* const page = machine.swap().LookupSwapCache(entry, GetPage);
    if (page != nullptr) FreePageAndSwapCache(*page);
  }
}

}  // namespace rmap::inline KSYNC_BACKEND

// Order of the two records: page.private is set before others can find the page through the slot,
// and cleared after they can find it no more, or under the page lock that they must take.
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the page that caches the slot, with a reference, or null.
Page* LookupSwapCache(const Machine& machine, SwapEntry entry) {
  return machine.swap().LookupSwapCache(entry, GetPage);
}

// Fills a page that nobody knows yet. Returns: as SwapcachePrepare.
bool ReadInto(Page& page, SwapEntry entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  SwapArea& swap = page.machine.swap();
  page.swap_entry.Write(entry);
  if (!swap.SwapcachePrepare(entry, page)) return false;
  const std::uint32_t content = swap.SwapReadpage(entry);
  page.content.Write(content);
  return true;
}

// Kernel: read_swap_cache_async(). Returns: as SwapinPage.
std::optional<Page*> ReadSwapCache(const Machine& machine, SwapEntry entry) {
  Page* const page = AllocPage(machine);
  if (page == nullptr) return std::nullopt;
  // The cache's, and the caller's. Order: release, because the memory may have been another page's,
  // which somebody looks for still: who takes a reference on this one comes after the end of that.
  page->uses.Store(2 * kOneReference, ksync::release);
  bool is_read = false;
  {
    const ksync::Guard lock(page->lock);
    is_read = ReadInto(*page, entry);
  }
  if (is_read) return page;
  FreeUnusedPage(page);
  return nullptr;
}

}  // namespace

bool PageSwapCache(const Page& page) { return page.swap_entry.Read() != kNoSwapEntry; }

bool PageWriteback(const Page& page) {
  // Order: acquire, so that who takes the page out of the cache comes after what the device did.
  return page.machine.HasDirtyBits() && page.writeback.LoadAcquire();
}

void EndPageWriteback(Page& page) { page.writeback.StoreRelease(false); }

bool AddToSwap(Page& page) {
  page.lock.AssertHeld();
  SwapArea& swap = page.machine.swap();
  const std::optional<SwapEntry> entry = swap.GetSwapPage();
  if (!entry.has_value()) return false;
  // Its slot holds nothing yet. Order: relaxed: who asks has the page lock.
  if (page.machine.HasDirtyBits()) page.dirty.Store(true, ksync::relaxed);
  GetPage(page);
  page.swap_entry.Write(*entry);
  swap.AddToSwapCache(*entry, page);
  return true;
}

void DeleteFromSwapCache(Page& page) {
  page.lock.AssertHeld();
  const SwapEntry entry = page.swap_entry.Read();
  page.machine.swap().DeleteFromSwapCache(entry, page);
  page.swap_entry.Write(kNoSwapEntry);
  PutPage(page);
}

bool RemoveMapping(Page& page) {
  page.lock.AssertHeld();
  const SwapEntry entry = page.swap_entry.Read();
  // The count first: who has a reference may write to the page, mark it and let it go. References
  // are taken under swap_lock, which is held here, or from a mapping, which nobody makes without
  // the page lock. Order: acquire, so that the mark is seen of who has let the page go.
  const auto nobody_else = [&page] {
    if (page.uses.Load(ksync::acquire) != 2 * kOneReference) return false;
    return !page.dirty.Load(ksync::relaxed);
  };
  if (!page.machine.swap().DeleteFromSwapCacheIf(entry, page, nobody_else)) return false;
  page.swap_entry.Write(kNoSwapEntry);
  PutPage(page);
  return true;
}

void TryToFreeSwap(Page& page) {
  page.lock.AssertHeld();
  const SwapEntry entry = page.swap_entry.Read();
  if (entry == kNoSwapEntry || PageWriteback(page)) return;
  if (page.machine.swap().PageSwapcount(entry) == 0) DeleteFromSwapCache(page);
}

void FreePageAndSwapCache(Page& page) {
  if (PageSwapCache(page) && !PageMapped(page) && page.lock.TryLock()) {
    TryToFreeSwap(page);
    page.lock.Unlock();
  }
  PutPage(page);
}

void FreeSwapAndCache(const Machine& machine, SwapEntry entry) {
  machine.swap().SwapFree(entry);
  Page* const page = LookupSwapCache(machine, entry);
  if (page != nullptr) FreePageAndSwapCache(*page);
}

bool ReuseSwapPage(Page& page) {
  page.lock.AssertHeld();
  if (PageKsm(page)) return false;
  int users = PageMapcount(page);
  if (users > 1) return false;
  const SwapEntry entry = page.swap_entry.Read();
  if (entry == kNoSwapEntry) return true;
  users += page.machine.swap().PageSwapcount(entry);
  if (users > 1) return false;
  if (!PageWriteback(page)) DeleteFromSwapCache(page);
  return true;
}

std::optional<Page*> SwapinPage(const Machine& machine, SwapEntry entry) {
  Page* const cached = LookupSwapCache(machine, entry);
  if (cached != nullptr) return cached;
  return ReadSwapCache(machine, entry);
}

}  // namespace rmap::inline KSYNC_BACKEND

// Where anonymous pages go when memory is short: slots, the pages that cache them, and what they
// hold. Kernel: struct swap_info_struct with swap_map, and swapper_space, the swap cache.
//
// A slot lives while something needs it: each swap entry in a page table counts one (map count),
// and the swap cache claims it while a page holds, or is about to hold, the slot's content. The
// last of them to go frees the slot. Everything is Plain under swap_lock.
//
// A page leaves the cache, and a claim is made, only under swap_lock; a lookup takes its reference
// there too. So a page that is found cannot go before the finder holds it.
//
// Invariants (swap_lock held):
//   1. A slot is free exactly if its map count is zero and the cache does not claim it.
//   2. A slot has a page only while the cache claims it.
//   3. A bit of free_ is set exactly if its slot is free, and no word below lowest_ has one.
//
// What it does not do: touch pages, whose flags, counts and contents are the caller's; wait for
// input and output, which are one step here. Source: mm/swapfile.c, mm/swap_state.c, mm/page_io.c.
#ifndef RMAPCHECK_CORE_MM_SWAP_H_
#define RMAPCHECK_CORE_MM_SWAP_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "core/mm/lock_order.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

struct Page;

// Names a slot. Kernel: swp_entry_t.
struct SwapEntry {
  std::uint32_t slot = 0;
  friend constexpr bool operator==(const SwapEntry&, const SwapEntry&) = default;
};

// Every call but the constructor takes swap_lock. A call about an entry fails with a BUG if there
// is no such slot.
class SwapArea {
 public:
  // Not for an object from ksync::New: it owns memory that an abandoned execution would not free.
  explicit SwapArea(std::uint32_t slot_count);
  SwapArea(const SwapArea&) = delete;
  SwapArea& operator=(const SwapArea&) = delete;

  // From now on no slot is given away. Kernel: sys_swapoff() clears SWP_WRITEOK.
  void Close();

  // Claims the lowest free slot for the cache. Returns: its entry; nothing if none is free, or if
  // the area is closed.
  // The caller goes on with AddToSwapCache or gives it back by SwapcacheFree.
  // Kernel: get_swap_page().
  [[nodiscard]] std::optional<SwapEntry> GetSwapPage();

  // Counts, or stops counting, one page-table entry. Kernel: swap_duplicate(), swap_free().
  // Fails: duplicating a free slot; freeing one that no page table names.
  void SwapDuplicate(SwapEntry entry);
  void SwapFree(SwapEntry entry);

  // Puts a page in a slot that the caller claimed. Kernel: add_to_swap_cache().
  // Requires: the page lock; the caller has a reference for the cache. Fails: there is no claim, or
  // a page already.
  void AddToSwapCache(SwapEntry entry, Page& page);

  // Claims a slot for a page that is to be read from it, and puts the page there. In the kernel
  // these are two steps, and who meets the state between them tries again; that shows nothing new.
  // Requires: as AddToSwapCache.
  // Returns: false, with nothing changed, if no page table names the slot any more or somebody else
  // claimed it. Kernel: swapcache_prepare() and add_to_swap_cache().
  [[nodiscard]] bool SwapcachePrepare(SwapEntry entry, Page& page);

  // Ends the cache's claim; the cache's reference to the page is the caller's now.
  // Requires: the page lock. Fails: another page is there, or none.
  // Kernel: delete_from_swap_cache().
  void DeleteFromSwapCache(SwapEntry entry, const Page& page);
  // The same if `may()`, asked under swap_lock, agrees: then no lookup comes in between.
  // Returns: whether the page has left. Kernel: __remove_mapping() under tree_lock.
  template <typename May>
  [[nodiscard]] bool DeleteFromSwapCacheIf(SwapEntry entry, const Page& page, May may) {
    ksync::Guard guard(swap_lock_);
    if (!may()) return false;
    Uncache(entry, page);
    return true;
  }
  // Puts `page` in the place of `old` if `may()`, asked under swap_lock, agrees: then no lookup
  // comes in between. The cache's reference to `old` is the caller's now. Requires: both page
  // locks; the caller has a reference to `page` for the cache. Returns: whether it did. Fails:
  // `old` is not there. Kernel: migrate_page_move_mapping(), mm/migrate.c.
  template <typename May>
  [[nodiscard]] bool ReplaceInSwapCacheIf(SwapEntry entry, const Page& old, Page& page, May may) {
    ksync::Guard guard(swap_lock_);
    if (!may()) return false;
    Use use = SlotOf(entry).use.Read();
    ksync::Check(use.page == &old, "BUG: a page leaves a swap slot that it does not cache");
    use.page = &page;
    SetUse(entry, use);
    return true;
  }
  // Ends a claim that has no page. Fails: there is no such claim. Kernel: swapcache_free().
  void SwapcacheFree(SwapEntry entry);

  // Returns: the page that caches the slot, after `get(page)` took a reference under swap_lock;
  // null if there is none. Kernel: lookup_swap_cache().
  template <typename Get>
  Page* LookupSwapCache(SwapEntry entry, Get get) const {
    ksync::Guard guard(swap_lock_);
    Page* const page = SlotOf(entry).use.Read().page;
    if (page != nullptr) get(*page);
    return page;
  }

  // Stores, or returns, what the slot holds. Requires: the lock of the page that caches it.
  // Fails: the cache does not claim the slot. Kernel: swap_writepage(), swap_readpage().
  void SwapWritepage(SwapEntry entry, std::uint32_t content);
  std::uint32_t SwapReadpage(SwapEntry entry) const;

  // Returns: what is read back from a slot. Requires: no other thread uses the area, and no page
  // caches the slot.
  std::uint32_t ContentAtRest(SwapEntry entry) const;

  // Returns: how many page-table entries name the slot. Kernel: page_swapcount().
  int PageSwapcount(SwapEntry entry) const;

  // Returns: how many slots are not free. Kernel: total_swap_pages - nr_swap_pages.
  std::uint32_t SlotsInUse() const;

 private:
  struct Use {
    int map_count = 0;
    bool claimed = false;  // Kernel: SWAP_HAS_CACHE.
    Page* page = nullptr;

    bool IsFree() const { return map_count == 0 && !claimed; }
  };
  struct Slot {
    ksync::Plain<Use> use{Use{}, "swap.use"};
    ksync::Plain<std::uint32_t> content{"swap.content"};
  };

  struct FreeWord {
    ksync::Plain<std::uint64_t> bits{0, "swap.free"};
  };
  static constexpr std::uint32_t kWordBits = 64;

  std::uint32_t WordCount() const { return (slot_count_ + kWordBits - 1) / kWordBits; }

  Slot& SlotOf(SwapEntry entry) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(swap_lock_);
  void SetUse(SwapEntry entry, const Use& use) ABSL_EXCLUSIVE_LOCKS_REQUIRED(swap_lock_);
  void Uncache(SwapEntry entry, const Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(swap_lock_);
  void SetFree(SwapEntry entry, bool free) ABSL_EXCLUSIVE_LOCKS_REQUIRED(swap_lock_);
  std::optional<SwapEntry> FindFree() ABSL_EXCLUSIVE_LOCKS_REQUIRED(swap_lock_);

  const std::uint32_t slot_count_;
  const std::unique_ptr<Slot[]> slots_ ABSL_GUARDED_BY(swap_lock_);
  mutable ksync::SpinLock swap_lock_{kSwapLock};
  // A bit for each slot, so that a search among many slots in use is short.
  const std::unique_ptr<FreeWord[]> free_ ABSL_GUARDED_BY(swap_lock_);
  // Kernel: lowest_bit.
  ksync::Plain<std::uint32_t> lowest_ ABSL_GUARDED_BY(swap_lock_){0, "swap.lowest_free"};
  ksync::Plain<bool> is_closed_ ABSL_GUARDED_BY(swap_lock_){false, "swap.is_closed"};
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_SWAP_H_

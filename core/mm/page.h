// A physical page. Kernel: struct page.
//
// The mapping word says to whom the page belongs: its low bit set means "anonymous", and the rest
// is a pointer to the anon_vma through which all mappings are found; clear, it is a pointer to the
// file's address_space. With the next bit it is a page that was merged, and the pointer is one to
// its stable node, or null; in KSM's first states such a page is one that is anonymous and has no
// anon_vma. Once set it stays when the last mapping goes; it means something only
// while the page is mapped or locked.
//
// Invariants:
//   1. mapping and index are written with the page lock held, or before anyone else can find the
//      page; they are read without.
//   2. uses counts the present ptes that name the page (kernel: _mapcount, and a reference each)
//      and, apart, the other references (kernel: the rest of _count). One word, so that the last
//      user is one operation. Mappings come and go under a pte lock.
//   3. Who drops the last use frees the page. Touching it later is a use after free.
#ifndef RMAPCHECK_CORE_MM_PAGE_H_
#define RMAPCHECK_CORE_MM_PAGE_H_

#include <cstdint>

#include "core/mm/lock_order.h"
#include "core/mm/pte.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class AnonVma;
class Machine;
struct AddressSpace;
struct StableNode;  // Defined by core/ksm.

// Kernel: page->mapping. A pointer with the bit PAGE_MAPPING_ANON, and perhaps PAGE_MAPPING_KSM.
using MappingWord = std::uintptr_t;
inline constexpr MappingWord kPageMappingAnon = 1;
inline constexpr MappingWord kPageMappingKsm = 2;
inline constexpr MappingWord kPageMappingFlags = kPageMappingAnon | kPageMappingKsm;

// How many mappings (low half) and other references (high half) a page has.
using PageUses = std::uint64_t;
inline constexpr PageUses kOneMapping = 1;
inline constexpr PageUses kOneReference = PageUses{1} << 32;

constexpr int MappingsIn(PageUses uses) { return static_cast<int>(uses & (kOneReference - 1)); }

// page->private of a page that is not in the swap cache.
inline constexpr SwapEntry kNoSwapEntry{~std::uint32_t{0}};

struct alignas(128) Page {
  explicit Page(const Machine& owner) : machine(owner) {}

  const Machine& machine;
  ksync::Marked<MappingWord> mapping{0, "page.mapping"};
  ksync::Mutex lock{kPageLock};
  ksync::Marked<PageOffset> index{0, "page.index"};
  ksync::Atomic<PageUses> uses{0, "page.uses"};
  // Which slot of the swap cache the page is in. Kernel: PageSwapCache(), page->private.
  // Written under the page lock.
  ksync::Marked<SwapEntry> swap_entry{kNoSwapEntry, "page.private"};
  // What is written on it. Accesses of the CPU hold a pte lock here: no stale translations. A
  // device holds a reference.
  ksync::Marked<std::uint32_t> content{0, "page.content"};
  // It was written on since it was last put in its slot: by a device; on a machine with dirty bits
  // by whoever did, as far as ptes do not tell. Elsewhere who stores a page does not ask whether he
  // must. Kernel: PG_dirty.
  ksync::Atomic<bool> dirty{false, "page.dirty"};
  // Its slot is being written, so it stays in the swap cache. Kernel: PG_writeback.
  ksync::Marked<bool> writeback{false, "page.writeback"};
  // Not to be reclaimed: some VMA has it locked. Kernel: PG_mlocked. Set under the page lock, or on
  // a new page.
  ksync::Marked<bool> mlocked{false, "page.mlocked"};
  // The page is the head of a huge page that is not split (core/vmops/huge_page.h); then the page
  // behind it. Kernel: PageTransHuge(); page + 1.
  ksync::Marked<bool> trans_huge{false, "page.trans_huge"};
  ksync::Plain<Page*> behind{nullptr, "page.behind"};
  // It can be isolated. Kernel: PG_lru, set here from the beginning.
  ksync::Atomic<bool> lru{true, "page.lru"};
};

// Returns: a page without any use; null if memory ran out. It becomes somebody's by GetPage() or by
// being mapped, or is given back by FreeUnusedPage(). Kernel: alloc_page().
Page* AllocPage(const Machine& machine);
void FreeUnusedPage(Page* page);

// Returns: the head of a huge page without any use; null if memory ran out. The pages behind it go
// with it, unless it is split before. Kernel: alloc_hugepage().
Page* AllocHugePage(const Machine& machine);
bool PageTransHuge(const Page& page);

// Takes and drops a reference that is not a mapping; the last use frees. Kernel: get_page(),
// put_page(). Requires: to take one, that the page has a use that cannot end meanwhile.
void GetPage(Page& page);
void PutPage(Page& page);
// Takes a reference unless the page has no use: then it is being freed, or nobody's yet. Returns:
// whether it did. Order: acquire, also if not: what its last users did is over.
// Kernel: get_page_unless_zero(). Requires: the memory of the page stays.
[[nodiscard]] bool GetPageUnlessZero(Page& page);
// Drops uses of either kind. Requires: the caller has them.
void DropUses(Page& page, PageUses uses);

// Kernel: page_mapcount(), page_mapped().
// Order: relaxed, because it decides nothing alone: a walker that needs the answer to hold asks
// under the anon_vma's lock, which orders it after whoever unmapped the page and unlinked its VMA.
inline int PageMapcount(const Page& page) { return MappingsIn(page.uses.Load(ksync::relaxed)); }
inline bool PageMapped(const Page& page) { return PageMapcount(page) > 0; }

// Returns: whether somebody holds the page lock. Kernel: PageLocked().
inline bool PageLocked(Page& page) { return page.lock.IsLocked(); }

// Returns: whether the page belongs to processes, not to a file. Kernel: PageAnon().
inline bool IsAnon(MappingWord mapping) { return (mapping & kPageMappingAnon) != 0; }

inline MappingWord ToMapping(AnonVma* anon_vma) {
  return reinterpret_cast<MappingWord>(anon_vma) | kPageMappingAnon;
}

// Returns: the anon_vma a mapping word names, or null if the page is not anonymous, or was merged.
// Kernel: page_anon_vma().
inline AnonVma* ToAnonVma(MappingWord mapping) {
  if ((mapping & kPageMappingFlags) != kPageMappingAnon) return nullptr;
  return reinterpret_cast<AnonVma*>(mapping & ~kPageMappingFlags);
}

// Returns: whether the page was merged: no process may write to it. Kernel: PageKsm().
inline bool IsKsm(MappingWord mapping) {
  return (mapping & kPageMappingFlags) == kPageMappingFlags || mapping == kPageMappingAnon;
}

inline MappingWord ToMapping(StableNode* node) {
  return reinterpret_cast<MappingWord>(node) | kPageMappingFlags;
}

// Returns: the stable node a mapping word names, or null if the page was not merged, or has none.
// Kernel: page_stable_node().
inline StableNode* ToStableNode(MappingWord mapping) {
  return IsKsm(mapping) ? reinterpret_cast<StableNode*>(mapping & ~kPageMappingFlags) : nullptr;
}

// Returns: the same of a page. It costs nothing on a machine that does not merge.
bool PageKsm(const Page& page);

inline MappingWord ToMapping(AddressSpace* mapping) {
  return reinterpret_cast<MappingWord>(mapping);
}

// Returns: the file a mapping word names, or null if the page is anonymous, or nobody's.
// Kernel: page_mapping().
inline AddressSpace* ToAddressSpace(MappingWord mapping) {
  if ((mapping & kPageMappingAnon) != 0) return nullptr;
  return reinterpret_cast<AddressSpace*>(mapping);
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_PAGE_H_

// A physical page. Kernel: struct page.
//
// The mapping word says to whom the page belongs: its low bit set means "anonymous", and the rest
// is a pointer to the anon_vma through which all mappings are found. Once set it stays when the
// last mapping goes; it means something only while the page is mapped or locked.
//
// Invariants:
//   1. mapping and index are written with the page lock held, or before anyone else can find the
//      page; they are read without.
//   2. mapcount is the number of present ptes that name the page; it changes under a pte lock.
//   3. A page is never given back here: struct page outlives its contents in the kernel too.
#ifndef RMAPCHECK_CORE_MM_PAGE_H_
#define RMAPCHECK_CORE_MM_PAGE_H_

#include <cstdint>

#include "core/mm/lock_order.h"
#include "core/mm/pte.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class AnonVma;
class Machine;

// Kernel: page->mapping. A pointer with the bit PAGE_MAPPING_ANON.
using MappingWord = std::uintptr_t;
inline constexpr MappingWord kPageMappingAnon = 1;

struct Page {
  Page(Machine& owner, Pfn number) : machine(owner), pfn(number) {}

  Machine& machine;
  const Pfn pfn;
  ksync::Mutex lock{kPageLock};
  ksync::Marked<MappingWord> mapping{0, "page.mapping"};
  ksync::Marked<PageOffset> index{0, "page.index"};
  ksync::Atomic<int> mapcount{0, "page.mapcount"};
};

// Kernel: page_mapped().
// Order: relaxed, because it decides nothing alone: a walker that needs the answer to hold asks
// under the anon_vma's lock, which orders it after whoever unmapped the page and unlinked its VMA.
inline bool PageMapped(const Page& page) { return page.mapcount.Load(ksync::relaxed) > 0; }

// Returns: whether somebody holds the page lock. Kernel: PageLocked().
// Requires: the calling thread does not hold it.
inline bool PageLocked(Page& page) {
  if (!page.lock.TryLock()) return true;
  page.lock.Unlock();
  return false;
}

inline MappingWord ToMapping(AnonVma* anon_vma) {
  return reinterpret_cast<MappingWord>(anon_vma) | kPageMappingAnon;
}

// Returns: the anon_vma a mapping word names, or null if the page is not anonymous.
// Kernel: page_anon_vma().
inline AnonVma* ToAnonVma(MappingWord mapping) {
  if ((mapping & kPageMappingAnon) == 0) return nullptr;
  return reinterpret_cast<AnonVma*>(mapping & ~kPageMappingAnon);
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_PAGE_H_

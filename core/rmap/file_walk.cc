// Each pte is asked under its lock: VMAs of a file may be moving, and their ptes with them, but who
// moves them holds i_mmap_lock.
#include "core/rmap/file_walk.h"

#include "core/rmap/page_check.h"
#include "core/rmap/page_rmap.h"

namespace rmap::inline KSYNC_BACKEND {

void TryToUnmapFile(AddressSpace& mapping, Page& page) {
  page.lock.AssertHeld();
  const ksync::Guard i_mmap_lock(mapping.i_mmap_lock);
  ForEachVmaOfFile(mapping, page, [&page](const Vma& vma, VirtualPage address) {
    const auto maps = [&page](Pte pte) { return pte.Maps(page); };
    WithPte(vma, address, Peek::kSparesTheLock, maps, [&page](ksync::Marked<Pte>& pte) {
      pte.Write(Pte{});
      PageRemoveRmap(page);
    });
  });
}

}  // namespace rmap::inline KSYNC_BACKEND

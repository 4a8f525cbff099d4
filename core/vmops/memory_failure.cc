// Two walks, each with its own hold of the anon_vma; between them users may come and go. Not
// modelled: pages of files, the swap cache, and the attempts to go on without the page.
#include "core/vmops/memory_failure.h"

#include "core/rmap/walk.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {

std::vector<const Mm*> MemoryFailure(Page& page, std::uint32_t* lost) {
  if (PageKsm(page) && page.machine.Has(Fix::kKh10)) return {};
  const ksync::Guard lock(page.lock);
  if (PageTransHuge(page)) SplitHugePage(page);
  std::vector<const Mm*> killed = CollectProcsAnon(page);
  TryToUnmap(page, Unmap::kPoisoned);
  // The swap cache may give it to others yet, who have not locked it; and a machine that merges
  // pages asks when one is freed. Kernel: clear_page_mlock() in page_remove_rmap().
  const bool is_asked = PageSwapCache(page) || page.machine.ksm() != nullptr;
  if (is_asked) page.mlocked.Write(false);
  if (lost != nullptr) *lost = page.content.Read();
  return killed;
}

}  // namespace rmap::inline KSYNC_BACKEND

// Two walks, each with its own hold of the anon_vma; between them users may come and go. Not
// modelled: pages of files, the swap cache, and the attempts to go on without the page.
#include "core/vmops/memory_failure.h"

#include "core/rmap/walk.h"

namespace rmap::inline KSYNC_BACKEND {

std::vector<const Mm*> MemoryFailure(Page& page) {
  const ksync::Guard lock(page.lock);
  std::vector<const Mm*> killed = CollectProcsAnon(page);
  TryToUnmap(page, Unmap::kPoisoned);
  return killed;
}

}  // namespace rmap::inline KSYNC_BACKEND

// The page lock keeps reclaim, which sets the flag on its walk, from doing so while it is cleared.
#include "core/vmops/mlock.h"

#include "core/rmap/walk.h"

namespace rmap::inline KSYNC_BACKEND {

void MlockVmaNewPage(Page& page, const Vma& vma) {
  if ((vma.vm_flags.Read() & kVmLocked) != 0) page.mlocked.Write(true);
}

void MunlockVmaPage(Page& page) {
  const ksync::Guard lock(page.lock);
  if (!page.mlocked.Read()) return;
  page.mlocked.Write(false);
  TryToMunlock(page);
}

void ClearPageMlock(Page& page) {
  const ksync::Guard lock(page.lock);
  page.mlocked.Write(false);
}

}  // namespace rmap::inline KSYNC_BACKEND

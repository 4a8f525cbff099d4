// A page that comes back is shared until the opposite is proved: it is mapped read-only, unless the
// fault is a write and nothing else leads to the page.
#include "core/vmops/swap_in.h"

#include "core/rmap/page_rmap.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {

bool SwapIn::Begin() {
  const std::optional<Page*> found = SwapinPage(mm_.machine, orig_.entry());
  if (!found.has_value()) return false;
  page_ = *found;
  return true;
}

bool SwapIn::IsStillCached() const {
  const SwapEntry now = page_->swap_entry.Read();
  if (now == kNoSwapEntry) return !mm_.machine.Has(Fix::kKh40);
  return now == orig_.entry() || !mm_.machine.Has(Fix::kKh41);
}

void SwapIn::Map() {
  const ksync::Guard lock(mm_.pte_lock);
  if (mm_.page_table[address_].Read() != orig_) return;
  Pte pte = Pte::Present(*page_, vma_.vm_page_prot.Read());
  const bool reused = access_ == Access::kWrite && ReuseSwapPage(*page_);
  if (!reused) pte = pte.WriteProtected();
  mm_.page_table[address_].Write(pte);
  // That rmap is told of it came with the commit that lets a page keep its anchor.
  const bool exclusive = reused && mm_.machine.Has(Mechanism::kAnchorIsKept);
  PageAddAnonRmap(*page_, vma_, address_, exclusive);
  mm_.machine.swap().SwapFree(orig_.entry());
}

void SwapIn::Finish() {
  if (page_ == nullptr) return;
  {
    const ksync::Guard lock(page_->lock);
    if (IsStillCached()) Map();
  }
  PutPage(*page_);
}

}  // namespace rmap::inline KSYNC_BACKEND

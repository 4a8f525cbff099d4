// A page that comes back is shared until the opposite is proved: it is mapped read-only, unless the
// fault is a write and nothing else leads to the page.
#include "core/vmops/swap_in.h"

#include "core/rmap/anon_vma.h"
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
  if (reused && mm_.machine.HasDirtyBits()) pte = pte.Dirtied();
  mm_.page_table[address_].Write(pte);
  // That rmap is told of it came with the commit that lets a page keep its anchor.
  const bool exclusive = reused && mm_.machine.Has(Mechanism::kAnchorIsKept);
  PageAddAnonRmap(*page_, vma_, address_, exclusive);
  mm_.machine.swap().SwapFree(orig_.entry());
}

// A page that was merged when it went to swap comes back as one process' own; its others have it at
// other addresses, or on other anon_vmas. Kernel: ksm_might_need_to_copy().
bool SwapIn::NeedsCopy() {
  if (mm_.machine.ksm() == nullptr) return false;
  const MappingWord mapping = page_->mapping.Read();
  const AnonVma* const anchor = ToAnonVma(mapping);
  // What has no node is mapped all the same until cbf86cfe04a6, of the release in which merged
  // pages began to move.
  if (anchor == nullptr && !mm_.machine.Has(Mechanism::kMergedPagesMove)) return false;
  // Merged still; or nobody's yet. What was merged and has lost its node, no walk could find.
  if (anchor == nullptr) return IsKsm(mapping) && ToStableNode(mapping) == nullptr;
  const std::optional<bool> anchored = AsksAnchor(*anchor);
  if (!anchored.has_value()) page_->mapping.Write(0);  // It is anchored anew.
  if (!anchored.has_value()) return false;
  return !*anchored || page_->index.Read() != LinearPageIndex(vma_, address_);
}

// What a page names that nobody maps may have gone with the last who did, and be another by now.
// Nobody maps the page anew, whose lock is held: so if somebody does before and after, its anchor
// was there all the time. Returns: nothing if nobody does. (The kernel believes the page,
// docs/KSM.md.)
std::optional<bool> SwapIn::AsksAnchor(const AnonVma& anchor) const {
  const ksync::RcuReadGuard rcu;
  if (!PageMapped(*page_)) return std::nullopt;
  const bool anchored = IsAnchoredAt(anchor);
  if (!PageMapped(*page_)) return std::nullopt;
  return anchored;
}

// Whether a walk from the anchor comes here. Kernel: the anon_vmas are the same; since G5, their
// roots are.
bool SwapIn::IsAnchoredAt(const AnonVma& anchor) const {
  const AnonVma* const own = vma_.anon_vma.Read();
  if (!mm_.machine.Has(Mechanism::kRootLock) || own == nullptr) return own == &anchor;
  const AnonVma* const root = anchor.root.Read();
  return own->root.Read() == root;
}

// Returns: false if memory ran out. Kernel: ksm_does_need_to_copy().
bool SwapIn::MapCopy() {
  Page* const copy = AllocPage(mm_.machine);
  if (copy == nullptr) return false;
  const std::uint32_t content = page_->content.Read();
  copy->content.Write(content);
  {
    const ksync::Guard lock(mm_.pte_lock);
    if (mm_.page_table[address_].Read() == orig_) {
      PageAddNewAnonRmap(*copy, vma_, address_);
      mm_.page_table[address_].Write(Pte::Present(*copy, vma_.vm_page_prot.Read()));
      mm_.machine.swap().SwapFree(orig_.entry());
      return true;
    }
  }
  FreeUnusedPage(copy);
  return true;
}

bool SwapIn::MapOrCopy() {
  if (NeedsCopy()) return MapCopy();
  Map();
  return true;
}

bool SwapIn::Finish() {
  if (page_ == nullptr) return true;
  bool had_memory = true;
  {
    const ksync::Guard lock(page_->lock);
    if (IsStillCached()) had_memory = MapOrCopy();
  }
  PutPage(*page_);
  return had_memory;
}

}  // namespace rmap::inline KSYNC_BACKEND

// What becomes of a page that ksmd has come to. Kernel: cmp_and_merge_page().
//
// A shared page of the same content takes its place; else, if it did not change since the last
// round, a page that waits for an equal one becomes shared with it; else it waits.
#include <optional>

#include "core/ksm/break_cow.h"
#include "core/ksm/ksm.h"
#include "core/ksm/merge.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: whether the item's page is, or has become, the shared one; then the item has a count on
// the anon_vma. `shared`: as for TryToMergeOnePage. Kernel: try_to_merge_with_ksm_page().
bool TryToMergeWithKsmPage(RmapItem& item, Page& page, Page* shared) {
  const ksync::SharedGuard mmap_sem(item.mm.mmap_sem);
  const Vma* const vma = FindVmaOf(item);
  if (vma == nullptr || !TryToMergeOnePage(*vma, page, shared)) return false;
  return HoldAnonVma(item, *vma);
}

// Until K9 what is shared is a page of KSM's own. Returns: one with the content that `page` has
// now, with a reference; null if memory ran out. Kernel: try_to_merge_two_pages() until 80e1482260.
Page* CopyForSharing(const Page& page) {
  Page* const copy = AllocPage(page.machine);
  if (copy == nullptr) return nullptr;
  GetPage(*copy);
  copy->content.Write(page.content.Read());
  const ksync::Guard lock(copy->lock);
  SetPageStableNode(*copy, nullptr);
  return copy;
}

// `copy`: what is to be shared; null: `page` itself. Returns: whether that is what both map now.
// Kernel: try_to_merge_two_pages().
bool TryToMergeTwoPages(RmapItem& item, Page& page, const UnstableTree::Match& match, Page* copy) {
  if (!TryToMergeWithKsmPage(item, page, copy)) return false;
  Page* const shared = copy != nullptr ? copy : &page;
  if (TryToMergeWithKsmPage(*match.item, *match.page, shared)) return true;
  BreakCow(item);
  return false;
}

// Until the keyhole the node of a merged page may go before the page does, which was mapped by fork
// meanwhile, or could not be broken for want of memory.
bool IsLeftOver(const Page& page) {
  return !page.machine.Has(KsmState::kKeyhole) && IsKsm(page.mapping.Read());
}

}  // namespace

void Ksm::CmpAndMergePage(Page& page, RmapItem& item) {
  RemoveFromTree(item);
  if (const StableTree::Match shared = stable_.Search(page); shared.page != nullptr) {
    const bool merged = TryToMergeWithKsmPage(item, page, shared.page);
    if (merged) AppendTo(shared, item);
    return PutPage(*shared.page);
  }
  if (IsLeftOver(page)) BreakItem(item);
  const Checksum checksum = CalcChecksum(page);
  if (item.oldchecksum.Read() != checksum) return item.oldchecksum.Write(checksum);
  const UnstableTree::Match match = unstable_.SearchInsert(item, page, scan_.seqnr.Read());
  if (match.item != nullptr) MergeTwo(page, item, match);
}

void Ksm::MergeTwo(Page& page, RmapItem& item, const UnstableTree::Match& match) {
  const bool copies = !machine_.Has(KsmState::kUpgradeInPlace);
  Page* const copy = copies ? CopyForSharing(page) : nullptr;
  const bool has_page = !copies || copy != nullptr;
  const bool merged = has_page && TryToMergeTwoPages(item, page, match, copy);
  PutPage(*match.page);
  if (merged) MakeStable(copies ? *copy : page, item, *match.item);
  if (copy != nullptr) PutPage(*copy);
}

// Requires: the page is shared, and the caller has a reference.
void Ksm::AppendTo(const StableTree::Match& shared, RmapItem& item) {
  const ksync::Guard lock(shared.page->lock);
  StableNode* const named = ToStableNode(shared.page->mapping.Read());
  stable_.Append(item, named != nullptr ? *named : *shared.node);
}

// Both items map the page, which nobody can write to. If it cannot be put into the stable tree,
// each gets its own back.
void Ksm::MakeStable(Page& page, RmapItem& item, RmapItem& other) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  RemoveFromTree(other);
  StableNode* node = nullptr;
  {
    // Before there were walks nobody asked with the page's lock; and before nodes had a page it was
    // looked for with mmap_sem.
    std::optional<ksync::Guard<ksync::Mutex>> lock;
    if (machine_.Has(KsmState::kSwappable)) lock.emplace(page.lock);
    node = stable_.Insert(page);
    if (node != nullptr) stable_.Append(other, *node);
    if (node != nullptr) stable_.Append(item, *node);
  }
  if (node != nullptr) return;
  BreakCow(other);
  BreakCow(item);
}

}  // namespace rmap::inline KSYNC_BACKEND

// What becomes of a page that ksmd has come to. Kernel: cmp_and_merge_page().
//
// A shared page of the same content takes its place; else, if it did not change since the last
// round, a page that waits for an equal one becomes shared with it; else it waits.
#include "core/ksm/break_cow.h"
#include "core/ksm/ksm.h"
#include "core/ksm/merge.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// A part of the content, so that a page may have changed and look as if not. Kernel:
// calc_checksum(), which has 32 bits for 4096 bytes.
Checksum CalcChecksum(const Page& page) { return page.content.Read() & 7; }

// Returns: whether the item's page is, or has become, the shared one; then the item has a count on
// the anon_vma. `shared`: as for TryToMergeOnePage. Kernel: try_to_merge_with_ksm_page().
bool TryToMergeWithKsmPage(RmapItem& item, Page& page, Page* shared) {
  const ksync::SharedGuard mmap_sem(item.mm.mmap_sem);
  const Vma* const vma = FindVmaOf(item);
  if (vma == nullptr || !TryToMergeOnePage(*vma, page, shared)) return false;
  return HoldAnonVma(item, *vma);
}

// Returns: whether `page` is what both map now. Kernel: try_to_merge_two_pages().
bool TryToMergeTwoPages(RmapItem& item, Page& page, const UnstableTree::Match& match) {
  if (!TryToMergeWithKsmPage(item, page, nullptr)) return false;
  if (TryToMergeWithKsmPage(*match.item, *match.page, &page)) return true;
  BreakCow(item);
  return false;
}

}  // namespace

void Ksm::CmpAndMergePage(Page& page, RmapItem& item) {
  RemoveFromTree(item);
  if (Page* const shared = stable_.Search(page)) {
    const bool merged = TryToMergeWithKsmPage(item, page, shared);
    if (merged) AppendTo(*shared, item);
    return PutPage(*shared);
  }
  const Checksum checksum = CalcChecksum(page);
  if (item.oldchecksum.Read() != checksum) return item.oldchecksum.Write(checksum);
  const UnstableTree::Match match = unstable_.SearchInsert(item, page, scan_.seqnr.Read());
  if (match.item == nullptr) return;
  const bool merged = TryToMergeTwoPages(item, page, match);
  PutPage(*match.page);
  if (merged) MakeStable(page, item, *match.item);
}

// Requires: the page is shared, and the caller has a reference.
void Ksm::AppendTo(Page& shared, RmapItem& item) {
  const ksync::Guard lock(shared.lock);
  stable_.Append(item, *ToStableNode(shared.mapping.Read()));
}

// Both items map the page, which nobody can write to. If it cannot be put into the stable tree,
// each gets its own back.
void Ksm::MakeStable(Page& page, RmapItem& item, RmapItem& other) {
  RemoveFromTree(other);
  StableNode* node = nullptr;
  {
    const ksync::Guard lock(page.lock);
    node = stable_.Insert(page);
    if (node != nullptr) stable_.Append(other, *node);
    if (node != nullptr) stable_.Append(item, *node);
  }
  if (node != nullptr) return;
  BreakCow(other);
  BreakCow(item);
}

}  // namespace rmap::inline KSYNC_BACKEND

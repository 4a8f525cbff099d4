// Each page that is compared is looked up anew where its item says it is: it may have gone, or have
// been replaced.
#include "core/ksm/unstable_tree.h"

#include "core/ksm/break_cow.h"

namespace rmap::inline KSYNC_BACKEND {
UnstableTree::Match UnstableTree::SearchInsert(RmapItem& item, Page& page, unsigned round) {
  PageTree<RmapItem>::Place place;
  while (auto* const node = root_.At(place)) {
    Page* const tree_page = GetMergeablePage(node->owner());
    if (tree_page == nullptr) return {};
    const std::uint32_t content = tree_page->content.Read();
    const std::uint32_t wanted = page.content.Read();
    if (&page != tree_page && content == wanted) return {&node->owner(), tree_page};
    PutPage(*tree_page);
    if (&page == tree_page) return {};  // Shared by fork already.
    place = {node, wanted < content ? Side::kLeft : Side::kRight};
  }
  root_.Insert(item.node, place);
  item.place.Write(ItemPlace::kUnstableTree);
  item.seqnr.Write(round);
  Add(counters_.pages_unshared, 1);
  return {};
}

void UnstableTree::Remove(RmapItem& item, unsigned round) {
  const unsigned age = round - item.seqnr.Read();
  ksync::Check(age <= 1, "BUG: an item is in the unstable tree of a round long ago");
  if (age == 0) root_.Erase(item.node);
  Add(counters_.pages_unshared, -1);
  item.place.Write(ItemPlace::kNowhere);
}

}  // namespace rmap::inline KSYNC_BACKEND

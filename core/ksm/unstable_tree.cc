// Each page that is compared is looked up anew where its item says it is: it may have gone, or have
// been replaced.
#include "core/ksm/unstable_tree.h"

#include "core/ksm/break_cow.h"

namespace rmap::inline KSYNC_BACKEND {
UnstableTree::Match UnstableTree::SearchInsert(RmapItem& item, Page& page, unsigned round) {
  const int tree = nodes_.TreeOf(page);
  PageTree<RmapItem>::Place place;
  while (auto* const node = roots_[tree].At(place)) {
    Page* const tree_page = GetMergeablePage(node->owner());
    if (tree_page == nullptr) return {};
    const std::uint32_t content = tree_page->content.Read();
    const std::uint32_t wanted = page.content.Read();
    const bool equal = content == wanted;
    const bool goes = &page != tree_page && nodes_.TreeOf(*tree_page) == tree;
    if (equal && goes) return {&node->owner(), tree_page};
    PutPage(*tree_page);
    // Shared by fork already; or it is another page by now, of another node of memory.
    if (&page == tree_page || equal) return {};
    place = {node, wanted < content ? Side::kLeft : Side::kRight};
  }
  roots_[tree].Insert(item.node, place);
  item.tree.Write(tree);
  item.place.Write(ItemPlace::kUnstableTree);
  item.seqnr.Write(round);
  Add(counters_.pages_unshared, 1);
  return {};
}

void UnstableTree::Remove(RmapItem& item, unsigned round) {
  const unsigned age = round - item.seqnr.Read();
  ksync::Check(age <= 1, "BUG: an item is in the unstable tree of a round long ago");
  if (age == 0) roots_[item.tree.Read()].Erase(item.node);
  Add(counters_.pages_unshared, -1);
  item.place.Write(ItemPlace::kNowhere);
}

}  // namespace rmap::inline KSYNC_BACKEND

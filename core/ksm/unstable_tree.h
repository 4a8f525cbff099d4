// The pages that were seen in this round and found no equal one, by content. Kernel:
// root_unstable_tree.
//
// Their processes go on writing to them, so the order holds only by and large: a search may miss.
// That costs nothing but time, because each round begins with an empty tree, and because a page
// comes into it only if it did not change for a round.
#ifndef RMAPCHECK_CORE_KSM_UNSTABLE_TREE_H_
#define RMAPCHECK_CORE_KSM_UNSTABLE_TREE_H_

#include "core/ksm/counters.h"
#include "core/ksm/memory_nodes.h"
#include "core/ksm/page_tree.h"
#include "core/ksm/rmap_item.h"
#include "core/mm/page.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// Each requires ksm_thread_mutex.
class UnstableTree {
 public:
  UnstableTree(KsmCounters& counters, const MemoryNodes& nodes)
      : counters_(counters), nodes_(nodes) {}

  // What was found for a page: the item of an equal one, and that, with a reference. Or nothing.
  struct Match {
    RmapItem* item = nullptr;
    Page* page = nullptr;
  };

  // Looks for a page of that content; if there is none, the item is put into the tree instead.
  // `round` is the number of this round. Kernel: unstable_tree_search_insert().
  Match SearchInsert(RmapItem& item, Page& page, unsigned round);

  // Takes an item out. Fails: it is older than the round before. Kernel:
  // remove_rmap_item_from_tree(). Requires: it is in the tree, or was in that of the last round.
  void Remove(RmapItem& item, unsigned round);

  // A round begins: nothing is in the tree any more. The items say so when they are asked for.
  void Clear() {
    for (PageTree<RmapItem>& root : roots_) root.Clear();
  }

  // How many items are in all its trees. Requires: a round goes on.
  int Items() const {
    int items = 0;
    for (const PageTree<RmapItem>& root : roots_) items += root.Shape().nodes;
    return items;
  }

  // Of the tree for all nodes of memory, or for the first.
  TreeShape Shape() const { return roots_[0].Shape(); }

 private:
  KsmCounters& counters_;
  const MemoryNodes& nodes_;
  PageTree<RmapItem> roots_[MemoryNodes::kCount] = {PageTree<RmapItem>{"root_unstable_tree"},
                                                    PageTree<RmapItem>{"root_unstable_tree"}};
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_UNSTABLE_TREE_H_

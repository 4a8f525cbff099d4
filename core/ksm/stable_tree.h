// The pages that are shared, by content, and who shares each; all in one tree, or in one for each
// node of memory (memory_nodes.h). Kernel: struct stable_node, root_stable_tree.
//
// A shared page cannot be written, so its place in the tree stays right. The page names its node in
// its mapping word; the node names the page, and holds no reference on it: the page must go when
// its last user does, not when ksmd comes by. Who comes from the node peeps through the keyhole:
// does the page still name this node? Then it takes a reference, unless the page is going, and asks
// again. A node whose page has gone is stale, and is taken off by whoever finds it so.
//
// Before the keyhole (K5 to K7) the node has a reference on its page, and both part when the last
// item goes. Before that (until K4) neither names the other: the page of a node is the merged page
// that is mapped where one of its items says. (Until K3 the items of one page were a list whose
// first stood in the tree. That is a node here, too.)
//
// Invariants:
//   1. The tree is changed by who holds ksm_thread_mutex.
//   2. The items of a node change under the lock of its page, or when that has gone.
//   3. A node outlives its page: only who has seen that the page names it no more frees it.
#ifndef RMAPCHECK_CORE_KSM_STABLE_TREE_H_
#define RMAPCHECK_CORE_KSM_STABLE_TREE_H_

#include "core/ksm/counters.h"
#include "core/ksm/memory_nodes.h"
#include "core/ksm/page_tree.h"
#include "core/ksm/rmap_item.h"
#include "core/mm/list.h"
#include "core/mm/page.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

struct StableNode {
  StableNode(Page* its_page, int its_node)
      : memory_node(its_node), page(its_page, "stable_node.page") {}

  const int memory_node;  // Of the page. Kernel: stable_node->nid.

  TreeNode<StableNode> node{this};
  List<RmapItem> hlist{"stable_node.hlist"};
  ksync::Marked<Page*> page;                               // Kernel: stable_node->kpfn.
  ksync::Marked<unsigned> moves{0u, "stable_node.moves"};  // How often its page moved.
};

// Kernel: set_page_stable_node(). Requires: the page lock, and that nobody can write to the page.
void SetPageStableNode(Page& page, StableNode* node) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// Each requires ksm_thread_mutex.
class StableTree {
 public:
  StableTree(const Machine& machine, KsmCounters& counters, const MemoryNodes& nodes)
      : machine_(machine), counters_(counters), nodes_(nodes) {}

  // A shared page, with a reference; and its node, unless the page names it.
  struct Match {
    Page* page = nullptr;
    StableNode* node = nullptr;
  };

  // Returns: a shared page of that content; the page itself if it is shared already, by fork;
  // nothing if there is none, or a stale node was in the way. Kernel: stable_tree_search().
  Match Search(Page& page);

  // Makes a page, which nobody can write to, a shared one. Returns: its node; null if memory ran
  // out, if there is such a page, or if a stale node was in the way. Kernel: stable_tree_insert().
  StableNode* Insert(Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

  // The item shares the page of the node, whose lock is held. Kernel: stable_tree_append().
  void Append(RmapItem& item, StableNode& node);
  // The item shares it no more. Order: takes the lock of the page.
  // Kernel: remove_rmap_item_from_tree(). Requires: it is at a stable node.
  void Remove(RmapItem& item);

  // Takes stale nodes off. Returns: whether none is left. Kernel: ksm_check_stable_tree().
  bool RemoveStale();

  // Of the tree for all nodes of memory, or for the first.
  TreeShape Shape() const { return roots_[0].Shape(); }

  // Takes all off. The pages are merged still, and belong to no node. Returns: false if one is
  // mapped; then some are left. Kernel: remove_all_stable_nodes().
  // Requires: nothing hangs from any of them.
  [[nodiscard]] bool RemoveAll();

  // The smallest node of a tree, or the next larger; null if there is none.
  const StableNode* First(int tree) const { return OwnerOf(roots_[tree].First()); }
  const StableNode* After(int tree, const StableNode& node) const {
    return OwnerOf(roots_[tree].After(node.node));
  }

 private:
  static const StableNode* OwnerOf(const TreeNode<StableNode>* node) {
    return node == nullptr ? nullptr : &node->owner();
  }
  using Place = PageTree<StableNode>::Place;

  // The way down to a content: the node that has it and its page, with a reference; else where it
  // would be; or neither, if a stale node was in the way.
  struct Descent {
    StableNode* node = nullptr;
    Page* page = nullptr;
    Place place = {};
    bool met_stale = false;
  };
  Descent GoDown(const Page& page);

  Page* GetKsmPage(StableNode& node);
  void Forget(RmapItem& item, const StableNode& node);
  Page* FindByItems(StableNode& node);
  void TakeOff(RmapItem& item, StableNode& node);
  void RemoveNode(StableNode& node);
  void RemoveBeforeKeyhole(RmapItem& item, StableNode& node);
  bool RemoveUnmapped(StableNode& node);

  const Machine& machine_;
  KsmCounters& counters_;
  const MemoryNodes& nodes_;
  PageTree<StableNode> roots_[MemoryNodes::kCount] = {PageTree<StableNode>{"root_stable_tree"},
                                                      PageTree<StableNode>{"root_stable_tree"}};
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_STABLE_TREE_H_

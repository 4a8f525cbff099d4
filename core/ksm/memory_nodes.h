// Whether pages of all nodes of memory may become one, or only those of the same node. Kernel:
// ksm_merge_across_nodes, get_kpfn_nid().
//
// There is one tree of each kind for all nodes, or one for each. Which that is of a page follows
// from the page, and from what may be merged now: who changes the latter sees to it that no stable
// node is left that was put somewhere by what was allowed before.
//
// What it does not do: a page that moves to another node (it stays in the tree of the old one).
#ifndef RMAPCHECK_CORE_KSM_MEMORY_NODES_H_
#define RMAPCHECK_CORE_KSM_MEMORY_NODES_H_

#include "core/ksm/page_frames.h"
#include "core/mm/page.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class MemoryNodes {
 public:
  static constexpr int kCount = 2;

  // Each requires ksm_thread_mutex.
  bool merges_across() const { return merges_across_.Read(); }
  void SetMergesAcross(bool merges) { merges_across_.Write(merges); }

  // Returns: the number of the tree for the pages of that node of memory, or for that page.
  int TreeOf(int node) const { return merges_across() ? 0 : node; }
  int TreeOf(const Page& page) const { return TreeOf(StablePageFrames::NodeOf(page)); }

 private:
  ksync::Plain<bool> merges_across_{true, "ksm.merge_across_nodes"};
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_MEMORY_NODES_H_

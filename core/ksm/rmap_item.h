// What ksmd knows of one page that it has seen: in which process, where, and what came of it.
// Kernel: struct rmap_item.
//
// The items of a process are a list by address, along which the scan goes; a place in it is a link,
// so that an item can be put in, or taken out, where the scan stands. An item is also in the
// unstable tree, if its page is waiting for an equal one, or hangs from the stable node of the page
// that it shares.
//
// Invariants:
//   1. An item is written by who holds ksm_thread_mutex; what hangs from a stable node only with
//      the lock of its page, under which walks read it.
//   2. It has a count on the anon_vma exactly while it hangs from a stable node, or is about to.
#ifndef RMAPCHECK_CORE_KSM_RMAP_ITEM_H_
#define RMAPCHECK_CORE_KSM_RMAP_ITEM_H_

#include <cstdint>

#include "core/ksm/page_tree.h"
#include "core/mm/list.h"
#include "core/mm/mm.h"
#include "core/mm/page.h"
#include "core/rmap/anon_vma.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

struct RmapItem;
struct StableNode;

// Kernel: struct rmap_item **.
using RmapLink = ksync::Plain<RmapItem*>;

// What is left of a page's content when it is asked whether that changed.
using Checksum = std::uint32_t;

// A part of the content, so that a page may have changed and look as if not. Kernel:
// calc_checksum(), which has 32 bits for 4096 bytes.
inline Checksum CalcChecksum(const Page& page) { return page.content.Read() & 7; }

// Kernel: UNSTABLE_FLAG, STABLE_FLAG.
enum class ItemPlace { kNowhere, kUnstableTree, kStableNode };

struct RmapItem {
  RmapItem(Mm& its_mm, VirtualPage its_address, RmapItem* next)
      : mm(its_mm), address(its_address), rmap_list(next, "rmap_item.rmap_list") {}

  Mm& mm;
  const VirtualPage address;
  RmapLink rmap_list;  // The next item of the process.
  ksync::Plain<ItemPlace> place{ItemPlace::kNowhere, "rmap_item.place"};
  // As it was when the page was looked at last.
  ksync::Plain<Checksum> oldchecksum{Checksum{0}, "rmap_item.oldchecksum"};
  // In the unstable tree: since which round, and in which tree. Kernel: SEQNR_MASK; nid.
  ksync::Plain<unsigned> seqnr{0u, "rmap_item.seqnr"};
  ksync::Plain<int> tree{0, "rmap_item.nid"};
  TreeNode<RmapItem> node{this};
  // At a stable node.
  ksync::Plain<StableNode*> head{nullptr, "rmap_item.head"};
  ListNode<RmapItem> hlist{this, "rmap_item.hlist"};
  ksync::Plain<AnonVma*> anon_vma{nullptr, "rmap_item.anon_vma"};
};

// Counts the anon_vma of the VMA that maps the item's page: as long as it is there, who inherits
// the mapping by fork is found. Returns: false if the VMA has none: it is not the one in which the
// page was found. Kernel: hold_anon_vma(), which does not ask. Requires: mmap_sem.
[[nodiscard]] bool HoldAnonVma(RmapItem& item, const Vma& vma);
// Kernel: drop_anon_vma(). Order: takes the anon_vma's lock.
void DropAnonVma(RmapItem& item);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_RMAP_ITEM_H_

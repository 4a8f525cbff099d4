// What ksmd knows of one page that it has seen: in which process, where, and what came of it.
// Kernel: struct rmap_item.
//
// The items of a process are a list by address, along which the scan goes; a place in it is a link,
// so that an item can be put in, or taken out, where the scan stands.
//
// Invariant: an item is read and written by who holds ksm_thread_mutex, and by nobody else.
#ifndef RMAPCHECK_CORE_KSM_RMAP_ITEM_H_
#define RMAPCHECK_CORE_KSM_RMAP_ITEM_H_

#include "core/mm/mm.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

struct RmapItem;

// Kernel: struct rmap_item **.
using RmapLink = ksync::Plain<RmapItem*>;

struct RmapItem {
  RmapItem(Mm& its_mm, VirtualPage its_address, RmapItem* next)
      : mm(its_mm), address(its_address), rmap_list(next, "rmap_item.rmap_list") {}

  Mm& mm;
  const VirtualPage address;
  RmapLink rmap_list;  // The next item of the process.
};

// Returns: the item of a page. Items before it, at which the scan found nothing, are dropped.
// `place` is where the scan stands among the items of the process.
// Returns: null if memory ran out. Kernel: get_next_rmap_item().
RmapItem* GetNextRmapItem(Mm& mm, RmapLink& place, VirtualPage address);

// Drops all items from there on. Kernel: remove_trailing_rmap_items().
void RemoveTrailingRmapItems(RmapLink& place);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_RMAP_ITEM_H_

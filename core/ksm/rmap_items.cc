// The list along which the scan goes: what lies behind it is known, what lies before it may have
// gone since.
#include "core/ksm/ksm.h"

namespace rmap::inline KSYNC_BACKEND {

// Kernel: remove_rmap_item_from_tree().
void Ksm::RemoveFromTree(RmapItem& item) {
  const ItemPlace place = item.place.Read();
  if (place == ItemPlace::kStableNode) stable_.Remove(item);
  if (place == ItemPlace::kUnstableTree) unstable_.Remove(item, scan_.seqnr.Read());
}

// Drops the item at `place`; what came behind it is there now.
void Ksm::DropItem(RmapLink& place) {
  RmapItem* const item = place.Read();
  place.Write(item->rmap_list.Read());
  RemoveFromTree(*item);
  Add(counters_.rmap_items, -1);
  ksync::Delete(item);
}

// Returns: the item of a page; null if memory ran out. Items before it, at which the scan found
// nothing, are dropped. `place` is where the scan stands among the items of the process.
// Kernel: get_next_rmap_item().
RmapItem* Ksm::GetNextRmapItem(Mm& mm, RmapLink& place, VirtualPage address) {
  while (place.Read() != nullptr && place.Read()->address < address) DropItem(place);
  RmapItem* const next = place.Read();
  if (next != nullptr && next->address == address) return next;
  if (machine_.AllocationFails("rmap_item")) return nullptr;
  RmapItem* const item = ksync::New<RmapItem>(mm, address, next);
  place.Write(item);
  Add(counters_.rmap_items, 1);
  return item;
}

// Drops all items from there on. Kernel: remove_trailing_rmap_items().
void Ksm::RemoveTrailingRmapItems(RmapLink& place) {
  while (place.Read() != nullptr) DropItem(place);
}

}  // namespace rmap::inline KSYNC_BACKEND

// The list along which the scan goes: what lies behind it is known, what lies before it may have
// gone since.
#include "core/ksm/rmap_item.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Drops the item at `place`; what came behind it is there now.
void DropItem(RmapLink& place) {
  RmapItem* const item = place.Read();
  place.Write(item->rmap_list.Read());
  ksync::Delete(item);
}

}  // namespace

RmapItem* GetNextRmapItem(Mm& mm, RmapLink& place, VirtualPage address) {
  while (place.Read() != nullptr && place.Read()->address < address) DropItem(place);
  RmapItem* const next = place.Read();
  if (next != nullptr && next->address == address) return next;
  if (mm.machine.AllocationFails("rmap_item")) return nullptr;
  RmapItem* const item = ksync::New<RmapItem>(mm, address, next);
  place.Write(item);
  return item;
}

void RemoveTrailingRmapItems(RmapLink& place) {
  while (place.Read() != nullptr) DropItem(place);
}

}  // namespace rmap::inline KSYNC_BACKEND

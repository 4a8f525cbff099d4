// The count that an item has on an anon_vma. It may outlive the process, the VMA and all relatives.
// Until KSM's state K7 an item has none.
// Which anon_vma that was, the item does not forget: it is asked under the lock of the page.
#include "core/ksm/rmap_item.h"

namespace rmap::inline KSYNC_BACKEND {

namespace {

bool HasAnonVma(const RmapItem& item) { return item.mm.machine.Has(KsmState::kAnonVmaHeld); }

}  // namespace

bool HoldAnonVma(RmapItem& item, const Vma& vma) {
  if (!HasAnonVma(item)) return true;
  // Order: acquire, because a first fault may just have made it, with mmap_sem for reading as here.
  AnonVma* const anon_vma = vma.anon_vma.LoadAcquire();
  if (anon_vma == nullptr) return false;
  GetAnonVma(*anon_vma);
  item.anon_vma.Write(anon_vma);
  return true;
}

void DropAnonVma(RmapItem& item) {
  if (HasAnonVma(item)) PutAnonVma(item.mm.machine, *item.anon_vma.Read());
}

}  // namespace rmap::inline KSYNC_BACKEND

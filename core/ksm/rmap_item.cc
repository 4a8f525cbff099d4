// The count that an item has on an anon_vma. It may outlive the process, the VMA and all relatives.
// Which anon_vma that was, the item does not forget: it is asked under the lock of the page.
#include "core/ksm/rmap_item.h"

namespace rmap::inline KSYNC_BACKEND {

bool HoldAnonVma(RmapItem& item, const Vma& vma) {
  AnonVma* const anon_vma = vma.anon_vma.Read();
  if (anon_vma == nullptr) return false;
  GetAnonVma(*anon_vma);
  item.anon_vma.Write(anon_vma);
  return true;
}

void DropAnonVma(RmapItem& item) { PutAnonVma(item.mm.machine, *item.anon_vma.Read()); }

}  // namespace rmap::inline KSYNC_BACKEND

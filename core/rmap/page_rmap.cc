// Counting mappings, and choosing the anchor of a page.
// Order: mappings are counted relaxed on the way up, because every change is made under a pte lock,
// and who must know that a page is mapped no more learns it through the lock of its anon_vma.
#include "core/rmap/page_rmap.h"

#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: where the VMA anchors a page. `exclusive`: no other process can map it.
AnonVma* AnchorFor(const Vma& vma, bool exclusive) {
  const bool newest = exclusive && vma.machine.Has(Fix::kKh21);
  if (newest || !vma.machine.Has(Fix::kKh20)) return vma.anon_vma.Read();
  // The oldest lives longest, and every VMA that may map the page is among its members.
  const auto* const oldest = vma.anon_vma_chain.Last();
  return oldest == nullptr ? nullptr : oldest->owner().anon_vma.Read();
}

// Kernel: __page_set_anon_rmap().
void PageSetAnonRmap(Page& page, const Vma& vma, VirtualPage address, bool exclusive) {
  AnonVma* const anchor = AnchorFor(vma, exclusive);
  ksync::Check(anchor != nullptr, "BUG: a page is mapped in a VMA without anon_vma");
  page.mapping.Write(ToMapping(anchor));
  page.index.Write(LinearPageIndex(vma, address));
}

// A false alarm: under a migration the page may belong to the next VMA by now.
void CheckInside(const Vma& vma, VirtualPage address) {
  const bool below = address < vma.vm_start.Read();
  const bool above = address >= vma.vm_end.Read();
  ksync::Check(!below && !above, "BUG: a page is mapped outside its VMA");
}

int MappingsBeforeAdding(Page& page) {
  return MappingsIn(page.uses.FetchAdd(kOneMapping, ksync::relaxed));
}

}  // namespace

PageOffset LinearPageIndex(const Vma& vma, VirtualPage address) {
  const VirtualPage distance = address - vma.vm_start.Read();
  return distance + vma.vm_pgoff.Read();
}

void PageAddNewAnonRmap(Page& page, const Vma& vma, VirtualPage address) {
  PageSetAnonRmap(page, vma, address, /*exclusive=*/true);
  page.uses.FetchAdd(kOneMapping, ksync::relaxed);
}

void PageAddAnonRmap(Page& page, const Vma& vma, VirtualPage address, bool exclusive) {
  if (!page.machine.Has(Fix::kKh51)) CheckInside(vma, address);
  if (MappingsBeforeAdding(page) != 0 || PageKsm(page)) return;
  if (page.machine.Has(Mechanism::kAnchorIsKept) && ToAnonVma(page.mapping.Read()) != nullptr) {
    return;
  }
  PageSetAnonRmap(page, vma, address, exclusive);
}

void PageMoveAnonRmap(Page& page, const Vma& vma, VirtualPage address) {
  page.lock.AssertHeld();
  page.mapping.Write(ToMapping(vma.anon_vma.Read()));
  page.index.Write(LinearPageIndex(vma, address));
}

void PageAddFileRmap(Page& page) { page.uses.FetchAdd(kOneMapping, ksync::relaxed); }

void PageDupRmap(Page& page) { page.uses.FetchAdd(kOneMapping, ksync::relaxed); }

void PageRemoveRmap(Page& page) { DropUses(page, kOneMapping); }

}  // namespace rmap::inline KSYNC_BACKEND

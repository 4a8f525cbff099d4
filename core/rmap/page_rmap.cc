// Counting mappings, and choosing the anchor of a page.
// Order: mapcount is changed relaxed throughout, because every change is made under a pte lock, and
// who must know that a page is mapped no more learns it through the lock of its anon_vma.
#include "core/rmap/page_rmap.h"

#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Kernel: linear_page_index().
PageOffset LinearPageIndex(const Vma& vma, VirtualPage address) {
  const VirtualPage distance = address - vma.vm_start.Read();
  return distance + vma.vm_pgoff.Read();
}

// Returns: where the VMA anchors a page. `exclusive`: no other process can map it.
AnonVma* AnchorFor(const Vma& vma, bool exclusive) {
  const bool newest = exclusive && vma.machine.Has(Fix::kKh21);
  if (newest || !vma.machine.Has(Fix::kKh20)) return vma.anon_vma.Read();
  // The oldest lives longest, and every VMA that may map the page is on its list.
  return vma.anon_vma_chain.Last()->owner().anon_vma.Read();
}

// Kernel: __page_set_anon_rmap().
void PageSetAnonRmap(Page& page, const Vma& vma, VirtualPage address, bool exclusive) {
  AnonVma* const anchor = AnchorFor(vma, exclusive);
  ksync::Check(anchor != nullptr, "BUG: a page is mapped in a VMA without anon_vma");
  page.mapping.Write(ToMapping(anchor));
  page.index.Write(LinearPageIndex(vma, address));
}

}  // namespace

void PageAddNewAnonRmap(Page& page, const Vma& vma, VirtualPage address) {
  page.mapcount.Store(1, ksync::relaxed);
  PageSetAnonRmap(page, vma, address, /*exclusive=*/true);
}

void PageAddAnonRmap(Page& page, const Vma& vma, VirtualPage address) {
  const bool first = page.mapcount.FetchAdd(1, ksync::relaxed) == 0;
  if (!first) return;
  if (page.machine.Has(Mechanism::kAnchorIsKept) && ToAnonVma(page.mapping.Read()) != nullptr) {
    return;
  }
  PageSetAnonRmap(page, vma, address, /*exclusive=*/false);
}

void PageDupRmap(Page& page) { page.mapcount.FetchAdd(1, ksync::relaxed); }

void PageRemoveRmap(Page& page) { page.mapcount.FetchSub(1, ksync::relaxed); }

}  // namespace rmap::inline KSYNC_BACKEND

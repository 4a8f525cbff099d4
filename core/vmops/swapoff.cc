// A page that has an anchor is looked for at one address of each VMA; one that was just read can be
// anywhere.
#include "core/vmops/swapoff.h"

#include "core/rmap/page_rmap.h"
#include "core/rmap/walk.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Kernel: unuse_pte(). Requires: the page lock.
void UnusePte(Mm& mm, const Vma& vma, VirtualPage address, Page& page) {
  const ksync::Guard lock(mm.pte_lock);
  const SwapEntry entry = page.swap_entry.Read();
  ksync::Marked<Pte>& pte = mm.page_table[address];
  if (pte.Read() != Pte::Swap(entry)) return;
  pte.Write(Pte::Present(page, vma.vm_page_prot.Read()).WriteProtected());
  PageAddAnonRmap(page, vma, address);
  mm.machine.swap().SwapFree(entry);
}

// Kernel: unuse_vma(). Requires: mmap_sem, the page lock.
void UnuseVma(Mm& mm, const Vma& vma, Page& page) {
  if (ToAnonVma(page.mapping.Read()) != nullptr) {
    const std::optional<VirtualPage> address = PageAddressInVma(page, vma);
    if (address.has_value()) UnusePte(mm, vma, *address, page);
    return;
  }
  const VirtualPage end = vma.vm_end.Read();
  for (VirtualPage address = vma.vm_start.Read(); address < end; ++address) {
    UnusePte(mm, vma, address, page);
  }
}

// Kernel: unuse_mm(), which drops the page lock if it must wait for mmap_sem.
void UnuseMm(Mm& mm, Page& page) {
  const ksync::SharedGuard mmap_sem(mm.mmap_sem);
  const ksync::Guard lock(page.lock);
  for (const Vma* vma = FirstVma(mm); vma != nullptr; vma = NextVma(mm, *vma)) {
    if (vma->anon_vma.Read() != nullptr) UnuseVma(mm, *vma, page);
  }
}

}  // namespace

bool TryToUnuse(std::initializer_list<Mm*> mms) {
  const Machine& machine = (*mms.begin())->machine;
  for (SwapEntry entry; entry.slot < machine.size().swap_slots; ++entry.slot) {
    if (machine.swap().PageSwapcount(entry) == 0) continue;
    const std::optional<Page*> page = SwapinPage(machine, entry);
    if (!page.has_value()) return false;
    if (*page == nullptr) continue;
    for (Mm* mm : mms) UnuseMm(*mm, **page);
    {
      const ksync::Guard lock((*page)->lock);
      TryToFreeSwap(**page);
    }
    PutPage(**page);
  }
  return true;
}

}  // namespace rmap::inline KSYNC_BACKEND

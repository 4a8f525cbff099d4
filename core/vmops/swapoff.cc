// A page that has an anchor is looked for at one address of each VMA; one that was just read can be
// anywhere.
#include "core/vmops/swapoff.h"

#include "core/rmap/page_rmap.h"
#include "core/rmap/walk.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// A swapped page and where it was. The page may have left the slot meanwhile.
struct Swapped {
  Page& page;
  const SwapEntry entry;
};

// Kernel: unuse_pte().
void UnusePte(Mm& mm, const Vma& vma, VirtualPage address, const Swapped& swapped)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(swapped.page.lock) {
  const ksync::Guard lock(mm.pte_lock);
  ksync::Marked<Pte>& pte = mm.page_table[address];
  if (pte.Read() != Pte::Swap(swapped.entry)) return;
  pte.Write(Pte::Present(swapped.page, vma.vm_page_prot.Read()).WriteProtected());
  PageAddAnonRmap(swapped.page, vma, address);
  mm.machine.swap().SwapFree(swapped.entry);
}

// Kernel: unuse_vma().
void UnuseVma(Mm& mm, const Vma& vma, const Swapped& swapped)
    ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem) ABSL_EXCLUSIVE_LOCKS_REQUIRED(swapped.page.lock) {
  if (ToAnonVma(swapped.page.mapping.Read()) != nullptr) {
    const std::optional<VirtualPage> address = PageAddressInVma(swapped.page, vma);
    if (address.has_value()) UnusePte(mm, vma, *address, swapped);
    return;
  }
  const VirtualPage end = vma.vm_end.Read();
  for (VirtualPage address = vma.vm_start.Read(); address < end; ++address) {
    UnusePte(mm, vma, address, swapped);
  }
}

// Kernel: unuse_mm(), which drops the page lock if it must wait for mmap_sem.
void UnuseMm(Mm& mm, const Swapped& swapped) {
  const ksync::SharedGuard mmap_sem(mm.mmap_sem);
  const ksync::Guard lock(swapped.page.lock);
  for (const Vma* vma = FirstVma(mm); vma != nullptr; vma = NextVma(mm, *vma)) {
    if (vma->anon_vma.Read() != nullptr) UnuseVma(mm, *vma, swapped);
  }
}

// Takes the page out of the slot, also if it is still needed there: who comes later reads it anew.
// Nobody may have written it to the slot yet: reclaim that must leave the page to somebody does
// not.
void LeaveSlot(const Swapped& swapped) {
  const auto& [page, entry] = swapped;
  const ksync::Guard lock(page.lock);
  if (page.swap_entry.Read() != entry) return;
  const std::uint32_t content = page.content.Read();
  page.machine.swap().SwapWritepage(entry, content);
  DeleteFromSwapCache(page);
}

}  // namespace

bool TryToUnuse(std::initializer_list<Mm*> mms) {
  const Machine& machine = (*mms.begin())->machine;
  machine.swap().Close();
  for (SwapEntry entry; entry.slot < machine.size().swap_slots; ++entry.slot) {
    if (machine.swap().PageSwapcount(entry) == 0) continue;
    const std::optional<Page*> page = SwapinPage(machine, entry);
    if (!page.has_value()) return false;
    if (*page == nullptr) continue;
    const Swapped swapped{**page, entry};
    for (Mm* mm : mms) UnuseMm(*mm, swapped);
    LeaveSlot(swapped);
    PutPage(swapped.page);
  }
  return true;
}

}  // namespace rmap::inline KSYNC_BACKEND

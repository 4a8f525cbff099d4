// The order of exit_mmap() is the point: ptes, then links, then VMAs. Nothing here takes mmap_sem;
// the last user needs none, and walkers never had it.
#include "core/vmops/exit.h"

#include "core/rmap/chain.h"
#include "core/rmap/page_rmap.h"
#include "core/vmops/mlock.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// A page in the swap cache must not be left there if this was its last mapping.
void ZapPage(Page& page) {
  const bool cached = PageSwapCache(page);
  if (cached) GetPage(page);
  PageRemoveRmap(page);
  if (cached) FreePageAndSwapCache(page);
}

// Requires: the pte lock is held.
void ZapPte(Mm& mm, VirtualPage address) {
  const Pte pte = mm.page_table[address].Read();
  if (pte.IsNone()) return;
  mm.page_table[address].Write(Pte{});
  if (pte.IsPresent()) ZapPage(pte.page());
  if (pte.IsSwap()) FreeSwapAndCache(mm.machine, pte.entry());
}

// Kernel: zap_pte_range(), mm/memory.c.
void ZapPteRange(Mm& mm, const Vma& vma) {
  const ksync::Guard lock(mm.pte_lock);
  const VirtualPage end = vma.vm_end.Read();
  for (VirtualPage address = vma.vm_start.Read(); address < end; ++address) ZapPte(mm, address);
}

// Kernel: remove_vma().
void RemoveVma(Mm& mm, Vma& vma) {
  VmaUnlink(mm, vma);
  FreeVma(vma);
}

// Kernel: munlock_vma_pages_all(), mm/mlock.c.
void MunlockVmaPagesAll(Mm& mm, Vma& vma) {
  const VmFlags flags = vma.vm_flags.Read();
  if ((flags & kVmLocked) == 0) return;
  vma.vm_flags.Write(flags & ~kVmLocked);
  const VirtualPage end = vma.vm_end.Read();
  for (VirtualPage address = vma.vm_start.Read(); address < end; ++address) {
    Page* const page = IsolatePage(mm, address);
    if (page == nullptr) continue;
    MunlockVmaPage(*page);
    FreePageAndSwapCache(*page);
  }
}

// Kernel: exit_mmap(): unmap_vmas(), free_pgtables(), remove_vma() for each.
void ExitMmap(Mm& mm) {
  const List<Vma>& mmap = mm.mmap;
  for (auto* node = mmap.First(); node != nullptr; node = mmap.After(*node)) {
    MunlockVmaPagesAll(mm, node->owner());
  }
  for (auto* node = mmap.First(); node != nullptr; node = mmap.After(*node)) {
    ZapPteRange(mm, node->owner());
  }
  for (auto* node = mmap.First(); node != nullptr; node = mmap.After(*node)) {
    UnlinkAnonVmas(node->owner());
  }
  while (auto* node = mmap.First()) RemoveVma(mm, node->owner());
}

}  // namespace

void Mmput(Mm& mm) {
  ExitMmap(mm);
  ksync::Delete(&mm);
}

}  // namespace rmap::inline KSYNC_BACKEND

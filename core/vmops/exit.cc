// The order of exit_mmap() is the point: ptes, then links, then VMAs. Nothing here takes mmap_sem;
// the last user needs none, and walkers never had it.
#include "core/vmops/exit.h"

#include "core/mm/file.h"
#include "core/rmap/chain.h"
#include "core/rmap/page_rmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Requires: the pte lock is held.
void ZapPte(Mm& mm, VirtualPage address) {
  const Pte pte = mm.page_table[address].Read();
  if (pte.IsNone()) return;
  mm.page_table[address].Write(Pte{});
  if (pte.IsPresent()) PageRemoveRmap(pte.page());
  if (pte.IsSwap()) mm.machine.swap().SwapFree(pte.entry());
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

// Takes the VMA off what leads walks to it. Kernel: free_pgtables().
void FreePgtables(Vma& vma) {
  UnlinkAnonVmas(vma);
  File* const file = vma.vm_file.Read();
  if (file != nullptr) UnlinkFileVma(file->f_mapping, vma.shared_node);
}

// Kernel: exit_mmap(): unmap_vmas(), free_pgtables(), remove_vma() for each.
void ExitMmap(Mm& mm) {
  const List<Vma>& mmap = mm.mmap;
  for (auto* node = mmap.First(); node != nullptr; node = mmap.After(*node)) {
    ZapPteRange(mm, node->owner());
  }
  for (auto* node = mmap.First(); node != nullptr; node = mmap.After(*node)) {
    FreePgtables(node->owner());
  }
  while (auto* node = mmap.First()) RemoveVma(mm, node->owner());
}

}  // namespace

void Mmput(Mm& mm) {
  ExitMmap(mm);
  ksync::Delete(&mm);
}

}  // namespace rmap::inline KSYNC_BACKEND

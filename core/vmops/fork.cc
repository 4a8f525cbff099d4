// Per VMA of the parent: copy it, link it, put it in the child's list, copy its ptes. Walkers can
// find the child's VMA from the moment it is linked.
#include "core/vmops/fork.h"

#include "core/rmap/chain.h"
#include "core/rmap/page_rmap.h"
#include "core/vmops/exit.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Kernel: copy_one_pte(), without write protection. Requires: both pte locks are held.
void CopyOnePte(Mm& child, Mm& parent, VirtualPage address) {
  const Pte pte = parent.page_table[address].Read();
  if (pte.IsNone()) return;
  if (pte.IsPresent()) PageDupRmap(pte.page());
  if (pte.IsSwap()) parent.machine.swap().SwapDuplicate(pte.entry());
  child.page_table[address].Write(pte);
}

// Kernel: copy_page_range(), mm/memory.c. The child's lock first: nobody waits for it.
void CopyPageRange(Mm& child, Mm& parent, const Vma& vma) {
  const ksync::Guard child_lock(child.pte_lock);
  const ksync::Guard parent_lock(parent.pte_lock);
  const VirtualPage end = vma.vm_end.Read();
  for (VirtualPage address = vma.vm_start.Read(); address < end; ++address) {
    CopyOnePte(child, parent, address);
  }
}

// Returns: false if memory ran out; then nothing of the VMA was copied.
bool DupVma(Mm& child, Mm& parent, const Vma& vma) {
  Vma* const copy = VmAreaDup(vma);
  if (copy == nullptr) return false;
  if (parent.machine.Has(Fix::kKh29)) copy->vm_mm.Write(&child);
  if (!AnonVmaFork(*copy, vma)) {
    ksync::Delete(copy);
    return false;
  }
  if (!parent.machine.Has(Fix::kKh29)) copy->vm_mm.Write(&child);
  InsertVmStruct(child, *copy);
  CopyPageRange(child, parent, vma);
  return true;
}

// Requires: nobody else knows the child. Returns: false if memory ran out.
bool DupMmap(Mm& child, Mm& parent) {
  const ksync::Guard parent_sem(parent.mmap_sem);
  const ksync::Guard child_sem(child.mmap_sem);
  for (auto* node = parent.mmap.First(); node != nullptr; node = parent.mmap.After(*node)) {
    if (!DupVma(child, parent, node->owner())) return false;
  }
  return true;
}

}  // namespace

Mm* DupMm(Mm& parent) {
  if (parent.machine.AllocationFails("mm")) return nullptr;
  Mm* const child = ksync::New<Mm>(parent.machine);
  if (DupMmap(*child, parent)) return child;
  Mmput(*child);
  return nullptr;
}

}  // namespace rmap::inline KSYNC_BACKEND

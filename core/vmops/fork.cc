// Per VMA of the parent: copy it and what it counts, link it, put it in the child's list, copy its
// ptes. Walkers can find the child's VMA from the moment it is linked. What fails gives back what
// the VMA has so far; the VMAs before it go with the child's mm.
#include "core/vmops/fork.h"

#include "core/mm/file.h"
#include "core/mm/ksm_port.h"
#include "core/mm/mempolicy.h"
#include "core/mm/tlb.h"
#include "core/rmap/chain.h"
#include "core/rmap/page_rmap.h"
#include "core/vmops/exit.h"
#include "core/vmops/huge_page.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// What the child gets; if a write may make a copy, both get it without the right to write.
// Kernel: ptep_set_wrprotect() and make_migration_entry_read() in copy_one_pte().
Pte ShareForCopyOnWrite(ksync::Marked<Pte>& parents) {
  const Pte pte = parents.Read();
  if (pte.IsSwap() || !(pte.IsWritable() || pte.SavesWrite())) return pte;
  parents.Write(pte.WriteProtected());
  return pte.WriteProtected();
}

// Kernel: copy_one_pte().
void CopyOnePte(Mm& child, Mm& parent, VirtualPage address, bool copy_on_write)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(child.pte_lock, parent.pte_lock) {
  Pte pte = parent.page_table[address].Read();
  if (pte.IsNone()) return;
  if (copy_on_write) pte = ShareForCopyOnWrite(parent.page_table[address]);
  if (pte.IsPresent()) PageDupRmap(pte.page());
  if (pte.IsSwap()) parent.machine.swap().SwapDuplicate(pte.entry());
  child.page_table[address].Write(pte);
}

// Kernel: copy_page_range(), mm/memory.c. The child's lock first: nobody waits for it.
void CopyPageRange(Mm& child, Mm& parent, const Vma& vma) {
  const bool copy_on_write = (vma.vm_flags.Read() & kVmShared) == 0;
  ForEachHugePiece(vma, [&](VirtualPage start, VirtualPage end) {
    if (CopyHugePmd(child, parent, vma, start)) return;
    const ksync::Guard child_lock(child.pte_lock);
    const ksync::Guard parent_lock(parent.pte_lock, ksync::Nesting::kSecond);
    for (VirtualPage address = start; address < end; ++address) {
      CopyOnePte(child, parent, address, copy_on_write);
    }
    FlushTlb(parent, start, end);
  });
}

// Takes the copy's references, and links it where walks will find it.
// Returns: false if memory ran out; then it has none and is linked nowhere.
bool LinkCopy(Vma& copy, const Vma& vma) {
  const Machine& machine = vma.machine;
  if (!VmaDupPolicy(vma, copy)) return false;
  if (!AnonVmaFork(copy, vma)) {
    if (machine.Has(Fix::kKh15)) MpolPut(copy.vm_policy.Read());
    return false;
  }
  if (File* const file = copy.vm_file.Read()) {
    GetFile(*file);
    VmaLinkFile(file->f_mapping, copy.shared_node);
  }
  return true;
}

// That pages stay in memory is not inherited.
void ForgetMlock(Vma& copy) {
  const VmFlags flags = copy.vm_flags.Read();
  if ((flags & kVmLocked) != 0) copy.vm_flags.Write(flags & ~kVmLocked);
}

// Kernel: the loop of dup_mmap(). Returns: false if memory ran out; then nothing of the VMA was
// copied.
bool DupVma(Mm& child, Mm& parent, const Vma& vma)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(child.mmap_sem, parent.mmap_sem) {
  Vma* const copy = VmAreaDup(vma);
  if (copy == nullptr) return false;
  if (parent.machine.Has(Fix::kKh29)) copy->vm_mm.Write(&child);
  if (!LinkCopy(*copy, vma)) {
    ksync::Delete(copy);
    return false;
  }
  if (!parent.machine.Has(Fix::kKh29)) copy->vm_mm.Write(&child);
  ForgetMlock(*copy);
  InsertVmStruct(child, *copy);
  CopyPageRange(child, parent, vma);
  if (const VmOperations* const operations = copy->vm_ops.Read()) operations->open(*copy);
  return true;
}

// Requires: nobody else knows the child. Returns: false if memory ran out.
bool DupMmap(Mm& child, Mm& parent) {
  const ksync::Guard parent_sem(parent.mmap_sem);
  const ksync::Guard child_sem(child.mmap_sem, ksync::Nesting::kSecond);
  const VirtualPage brk = parent.brk.Read();
  child.brk.Write(brk);
  KsmPort* const ksm = parent.machine.ksm();
  if (ksm != nullptr && !ksm->Fork(parent, child)) return false;
  for (const Vma* vma = FirstVma(parent); vma != nullptr; vma = NextVma(parent, *vma)) {
    if ((vma->vm_flags.Read() & kVmDontCopy) != 0) continue;
    if (!DupVma(child, parent, *vma)) return false;
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

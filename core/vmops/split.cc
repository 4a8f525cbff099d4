// A split is a copy, a clone of the chain, and a vma_adjust with the copy to insert. From the
// clone on walkers see the copy; until vma_adjust both VMAs cover the copy's pages. Each step that
// can fail has its undoing, and every generation forgot another one.
#include "core/vmops/split.h"

#include "core/mm/file.h"
#include "core/mm/mempolicy.h"
#include "core/rmap/chain.h"
#include "core/vmops/hugetlb.h"
#include "core/vmops/vma_adjust.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Gives `vma` what is left when `added`, one half of it, is inserted.
bool GiveAway(Vma& vma, VirtualPage address, NewVma where, Vma& added) {
  const VirtualPage start = vma.vm_start.Read();
  const PageOffset pgoff = vma.vm_pgoff.Read();
  if (where == NewVma::kAbove) return VmaAdjust(vma, {start, address, pgoff}, &added);
  const VirtualPage end = vma.vm_end.Read();
  return VmaAdjust(vma, {address, end, pgoff + (address - start)}, &added);
}

// Requires: `added` is a copy of the VMA and on no list.
void KeepHalf(Vma& added, VirtualPage address, NewVma where) {
  if (where == NewVma::kBelow) {
    added.vm_end.Write(address);
    return;
  }
  const VirtualPage distance = address - added.vm_start.Read();
  added.vm_start.Write(address);
  added.vm_pgoff.Write(added.vm_pgoff.Read() + distance);
}

void CallOpen(Vma& vma) {
  const VmOperations* const ops = vma.vm_ops.Read();
  if (ops != nullptr && ops->open != nullptr) ops->open(vma);
}

// Most VMAs have no operations at all.
void CallClose(Vma& vma) {
  const VmOperations* const ops = vma.vm_ops.Read();
  if (vma.machine.Has(Fix::kKh23) && ops == nullptr) return;
  if (ops->close != nullptr) ops->close(vma);
}

// Gives the copy its own references: before, those it names are the original's.
// Returns: false if memory ran out; then it has none. Clears `error` where the kernel forgot it.
bool TakeReferences(Vma& added, const Vma& vma, bool& error) {
  if (!VmaDupPolicy(vma, added)) return false;
  // Before chains the VMA itself is linked, by vma_adjust.
  if (vma.machine.Has(Mechanism::kChains) && !AnonVmaClone(added, vma)) {
    error = vma.machine.Has(Fix::kKh33);
    MpolPut(added.vm_policy.Read());
    return false;
  }
  if (File* const file = vma.vm_file.Read()) GetFile(*file);
  CallOpen(added);
  return true;
}

// The error path behind TakeReferences, in the opposite order.
void GiveUp(Vma& added) {
  CallClose(added);
  if (added.machine.Has(Fix::kKh24)) UnlinkAnonVmas(added);
  FreeVma(added);
}

}  // namespace

bool SplitVma(Vma& vma, VirtualPage address, NewVma where) {
  if (IsHugetlb(vma)) return false;
  Vma* const added = VmAreaDup(vma);
  if (added == nullptr) return false;
  KeepHalf(*added, address, where);
  bool error = true;
  if (!TakeReferences(*added, vma, error)) {
    ksync::Delete(added);
    return !error;
  }
  if (GiveAway(vma, address, where, *added)) return true;
  GiveUp(*added);
  return false;
}

}  // namespace rmap::inline KSYNC_BACKEND

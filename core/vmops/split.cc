// A split is a copy, a clone of the chain, and a vma_adjust with the copy to insert. From the
// clone on walkers see the copy; until vma_adjust both VMAs cover the copy's pages.
#include "core/vmops/split.h"

#include "core/rmap/chain.h"
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

}  // namespace

bool SplitVma(Vma& vma, VirtualPage address, NewVma where) {
  Vma* const added = VmAreaDup(vma);
  if (added == nullptr) return false;
  KeepHalf(*added, address, where);
  if (!AnonVmaClone(*added, vma)) {
    ksync::Delete(added);
    return false;
  }
  const bool adjusted = GiveAway(vma, address, where, *added);
  // Nothing that allocates is left when a VMA is inserted.
  ksync::Check(adjusted, "BUG: vma_adjust failed in a split");
  return true;
}

}  // namespace rmap::inline KSYNC_BACKEND

// Two stores, start before offset, between which every page of the stack has a wrong address. Who
// holds what meanwhile is the question; a second grower of the same stack waits, and finds it
// grown.
#include "core/vmops/stack.h"

#include <optional>

#include "core/rmap/chain.h"
#include "core/rmap/interval_update.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Requires: the lock of the VMA's anon_vma.
void StoreRange(Vma& vma, VirtualPage start, PageOffset pgoff) {
  AnonVmaIntervalTreePreUpdateVma(vma);
  vma.vm_start.Write(start);
  vma.vm_pgoff.Write(pgoff);
  AnonVmaIntervalTreePostUpdateVma(vma);
  if (!vma.machine.Has(Mechanism::kGapsInVmaTree)) return;
  Mm& mm = *vma.vm_mm.Read();
  mm.mmap_sem.AssertHeldShared();
  VmaGapUpdate(mm);
}

// Kernel: expand_downwards(). Returns: false if there are no offsets below the stack's.
// Requires: as StoreRange.
bool ExpandDownwards(Vma& vma, VirtualPage address) {
  const VirtualPage start = vma.vm_start.Read();
  if (start <= address) return true;  // Another fault was faster.
  const PageOffset old_pgoff = vma.vm_pgoff.Read();
  if (old_pgoff < start - address) return false;
  std::optional<ksync::Guard<ksync::SpinLock>> page_table_lock;
  if (vma.machine.Has(Fix::kKh56)) {
    page_table_lock.emplace(vma.vm_mm.Read()->page_table_lock, ksync::Site::current());
  }
  StoreRange(vma, address, old_pgoff - (start - address));
  return true;
}

}  // namespace

bool ExpandStack(Vma& vma, VirtualPage address) {
  if (vma.vm_start.Read() <= address) return true;
  const bool grows = (vma.vm_flags.Read() & kVmGrowsDown) != 0;
  if (!grows || !AnonVmaPrepare(vma)) return false;
  // Another fault may have given the VMA its anon_vma just now.
  // Order: acquire stands for the address dependency from the pointer to the object behind it.
  AnonVma& anon_vma = *vma.anon_vma.LoadAcquire();
  const ksync::Guard lock(LockOf(vma.machine, anon_vma));
  return ExpandDownwards(vma, address);
}

bool GrowStackAlone(Mm& mm, VirtualPage address) {
  {
    const ksync::SharedGuard mmap_sem(mm.mmap_sem);
    const Vma* const vma = FindVmaOrNext(mm, address);
    if (vma == nullptr || vma->vm_start.Read() <= address) return true;
  }
  const ksync::Guard mmap_sem(mm.mmap_sem);
  Vma* const vma = FindVmaOrNext(mm, address);
  return vma == nullptr || ExpandStack(*vma, address);
}

}  // namespace rmap::inline KSYNC_BACKEND

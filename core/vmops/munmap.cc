// Split at both ends, take what lies between out of the list, then unmap it in the order of
// unmap.h. The list is the mm's; walks never go through it.
#include "core/vmops/munmap.h"

#include <vector>

#include "core/vmops/mlock.h"
#include "core/vmops/split.h"
#include "core/vmops/unmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the VMA before the range; what follows it begins in the range. Null: the first does.
// `failed`: memory ran out. Kernel: the first split of do_munmap().
Vma* SplitAtStart(Mm& mm, VirtualPage start, bool& failed)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  Vma* const vma = FindVmaOrNext(mm, start);
  if (vma == nullptr || vma->vm_start.Read() >= start) {
    return vma == nullptr ? nullptr : PrevVma(mm, *vma);
  }
  failed = !SplitVma(*vma, start, NewVma::kAbove);
  return vma;
}

// Returns: false if memory ran out.
bool SplitAtEnd(Mm& mm, VirtualPage end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  Vma* const last = FindVmaOrNext(mm, end);
  if (last == nullptr || last->vm_start.Read() >= end) return true;
  return SplitVma(*last, end, NewVma::kBelow);
}

// Returns: the VMAs behind `prev` up to `end`, taken out of the list.
// Kernel: detach_vmas_to_be_unmapped().
std::vector<Vma*> Detach(Mm& mm, Vma* prev, VirtualPage end)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  std::vector<Vma*> detached;
  for (;;) {
    Vma* const vma = prev == nullptr ? FirstVma(mm) : NextVma(mm, *prev);
    if (vma == nullptr || vma->vm_start.Read() >= end) return detached;
    VmaUnlink(mm, *vma);
    detached.push_back(vma);
  }
}

}  // namespace

bool DoMunmap(Mm& mm, VirtualPage start, VirtualPage end) {
  const Vma* const first = FindVmaOrNext(mm, start);
  if (first == nullptr || first->vm_start.Read() >= end) return true;
  bool failed = false;
  Vma* const prev = SplitAtStart(mm, start, failed);
  if (failed || !SplitAtEnd(mm, end)) return false;
  const std::vector<Vma*> detached = Detach(mm, prev, end);
  for (Vma* vma : detached) MunlockVmaPagesAll(mm, *vma);
  for (Vma* vma : detached) ZapPteRange(mm, *vma);
  for (Vma* vma : detached) FreePgtables(*vma);
  for (Vma* vma : detached) RemoveVma(*vma);
  return true;
}

bool Munmap(Mm& mm, VirtualPage start, VirtualPage end) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  return DoMunmap(mm, start, end);
}

}  // namespace rmap::inline KSYNC_BACKEND

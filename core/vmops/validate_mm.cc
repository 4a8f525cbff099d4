// With mmap_sem held for reading, faults add to chains and stacks grow. What keeps them away from
// one VMA is the lock of its anon_vma; a VMA without anon_vma has nothing to check.
#include "core/vmops/validate_mm.h"

#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Kernel: anon_vma_interval_tree_verify() for each link.
void VerifyChain(const Vma& vma) {
  const AnonVmaChains& chain = vma.anon_vma_chain;
  for (auto* node = chain.First(); node != nullptr; node = chain.After(*node)) {
    const IntervalNode<AnonVmaChain>& key = node->owner().rb;
    const PageOffset first = key.first();
    const PageOffset last = key.last();
    const bool same = first == vma.vm_pgoff.Read() && last == EndOffset(vma) - 1;
    ksync::Check(same, "BUG: a tree knows a VMA by a range that it has not");
  }
}

// Asks twice whether there is an anon_vma, and so whether there is a lock: what clang would object
// to is KH-69. Kernel: vma_lock_anon_vma(), vma_unlock_anon_vma().
void VerifyBetweenHelpers(const Vma& vma) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (AnonVma* anon_vma = vma.anon_vma.LoadAcquire()) LockOf(vma.machine, *anon_vma).Lock();
  VerifyChain(vma);
  if (AnonVma* anon_vma = vma.anon_vma.LoadAcquire()) LockOf(vma.machine, *anon_vma).Unlock();
}

// Order: acquire stands for the address dependency from the pointer to the object behind it.
void VerifyLocked(const Vma& vma) {
  if (!vma.machine.Has(Fix::kKh57)) return VerifyChain(vma);
  if (!vma.machine.Has(Fix::kKh69)) return VerifyBetweenHelpers(vma);
  AnonVma* const anon_vma = vma.anon_vma.LoadAcquire();
  if (anon_vma == nullptr) return;
  const ksync::SharedGuard lock(LockOf(vma.machine, *anon_vma));
  VerifyChain(vma);
}

}  // namespace

void ValidateMm(const Mm& mm) {
  VirtualPage end = 0;
  for (const Vma* vma = FirstVma(mm); vma != nullptr; vma = NextVma(mm, *vma)) {
    const VirtualPage start = vma->vm_start.Read();
    ksync::Check(end <= start, "BUG: VMAs overlap");
    end = vma->vm_end.Read();
    ksync::Check(start < end, "BUG: a VMA is empty");
    if (mm.machine.Has(Mechanism::kIntervalTree)) VerifyLocked(*vma);
  }
}

}  // namespace rmap::inline KSYNC_BACKEND

// The eight cases of vma_merge, by what becomes of P (prev), the range and N (next):
//   1 P+range+N   2 P+range   3 range+N   (the range was a gap)
//   4 P gives its tail, the range, to N   5 P takes the range, the head of N
//   6 P+X+N   7 P+X   8 X+N   (the range is the whole VMA X)
#include "core/vmops/merge.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Kernel: is_mergeable_anon_vma(). Silently assumes that equal anon_vmas mean equal chains.
bool IsMergeableAnonVma(const AnonVma* one, const AnonVma* other) {
  return one == nullptr || other == nullptr || one == other;
}

bool IsMergeable(const Vma& vma, VmFlags flags, const AnonVma* anon_vma) {
  if (vma.vm_flags.Read() != flags) return false;
  const AnonVma* const own = vma.anon_vma.Read();
  if (!IsMergeableAnonVma(own, anon_vma)) return false;
  if (own == anon_vma || !vma.machine.Has(Mechanism::kMergeKeepsSingular)) return true;
  return vma.anon_vma_chain.IsSingular();
}

// Kernel: can_vma_merge_after(): may the range follow the VMA?
bool CanMergeAfter(const Vma& vma, VmaRange range, VmFlags flags, const AnonVma* anon_vma) {
  if (vma.vm_end.Read() != range.start || !IsMergeable(vma, flags, anon_vma)) return false;
  return EndOffset(vma) == range.pgoff;
}

// Kernel: can_vma_merge_before(): may the range go before the VMA?
bool CanMergeBefore(const Vma& vma, VmaRange range, VmFlags flags, const AnonVma* anon_vma) {
  if (vma.vm_start.Read() != range.end || !IsMergeable(vma, flags, anon_vma)) return false;
  return vma.vm_pgoff.Read() == range.pgoff + (range.end - range.start);
}

// Cases 1 and 6 (with `next`), 2, 5 and 7 (without: null).
Vma* ExtendUp(Vma& prev, VmaRange range, const Vma* next) {
  const VirtualPage end = next == nullptr ? range.end : next->vm_end.Read();
  const VirtualPage start = prev.vm_start.Read();
  const PageOffset pgoff = prev.vm_pgoff.Read();
  return VmaAdjust(prev, {start, end, pgoff}, nullptr) ? &prev : nullptr;
}

// Case 4: the tail of `prev` becomes the head of `area`.
Vma* MoveBoundaryDown(Vma& prev, VmaRange range, Vma& area) {
  const VirtualPage start = prev.vm_start.Read();
  const PageOffset pgoff = prev.vm_pgoff.Read();
  return VmaAdjust(prev, {start, range.start, pgoff}, nullptr) ? &area : nullptr;
}

// Cases 3 (`area` is `next`) and 8 (`area` is the range, and takes the place of `next`).
Vma* ExtendDown(Vma& area, VmaRange range, const Vma& next) {
  const VirtualPage end = next.vm_end.Read();
  return VmaAdjust(area, {range.start, end, range.pgoff}, nullptr) ? &area : nullptr;
}

}  // namespace

Vma* VmaMerge(Mm& mm, Vma* prev, VmaRange range, VmFlags flags, AnonVma* anon_vma) {
  Vma* const area = prev == nullptr ? FirstVma(mm) : NextVma(mm, *prev);
  Vma* next = area;
  if (next != nullptr && next->vm_end.Read() == range.end) next = NextVma(mm, *next);

  const bool before = next != nullptr && CanMergeBefore(*next, range, flags, anon_vma);
  if (prev != nullptr && CanMergeAfter(*prev, range, flags, anon_vma)) {
    const AnonVma* const prevs = prev->anon_vma.Read();
    const bool both = before && IsMergeableAnonVma(prevs, next->anon_vma.Read());
    return ExtendUp(*prev, range, both ? next : nullptr);
  }
  if (!before) return nullptr;
  const bool tail = prev != nullptr && range.start < prev->vm_end.Read();
  return tail ? MoveBoundaryDown(*prev, range, *area) : ExtendDown(*area, range, *next);
}

}  // namespace rmap::inline KSYNC_BACKEND

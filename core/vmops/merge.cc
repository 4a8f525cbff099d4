// The eight cases of vma_merge, by what becomes of P (prev), the range and N (next):
//   1 P+range+N   2 P+range   3 range+N   (the range was a gap)
//   4 P gives its tail, the range, to N   5 P takes the range, the head of N
//   6 P+X+N   7 P+X   8 X+N   (the range is the whole VMA X)
#include "core/vmops/merge.h"

#include "core/mm/mempolicy.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/hugetlb.h"
#include "core/vmops/split.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Kernel: is_mergeable_anon_vma(). Silently assumes that equal anon_vmas mean equal chains.
bool IsMergeableAnonVma(const AnonVma* one, const AnonVma* other) {
  return one == nullptr || other == nullptr || one == other;
}

// A driver that wants to hear of each VMA's end must not lose one.
bool HasClose(const Vma& vma) {
  const VmOperations* const ops = vma.vm_ops.Read();
  return ops != nullptr && ops->close != nullptr;
}

// Whether what becomes of the VMA may be anchored where it is, and the range where it is. Kernel:
// is_mergeable_anon_vma(), called with the VMA.
bool AnchorsAgree(const Vma& vma, const AnonVma* wanted) {
  const AnonVma* const own = vma.anon_vma.Read();
  if (!IsMergeableAnonVma(own, wanted)) return false;
  if (own == wanted || !vma.machine.Has(Mechanism::kMergeKeepsSingular)) return true;
  return vma.anon_vma_chain.IsSingular();
}

// Kernel: is_mergeable_vma().
bool IsMergeable(const Vma& vma, const VmaProperties& wanted) {
  if (vma.vm_flags.Read() != wanted.flags) return false;
  if (vma.vm_file.Read() != wanted.file || HasClose(vma) || IsHugetlb(vma)) return false;
  return MpolEqual(vma.vm_policy.Read(), wanted.policy) && AnchorsAgree(vma, wanted.anon_vma);
}

// Kernel: can_vma_merge_after(): may the range follow the VMA?
bool CanMergeAfter(const Vma& vma, VmaRange range, const VmaProperties& wanted) {
  // Case 4: the VMA of whose tail the range is does not end where the range begins.
  if (vma.vm_end.Read() != range.start || !IsMergeable(vma, wanted)) return false;
  return EndOffset(vma) == range.pgoff;
}

// Kernel: can_vma_merge_before(): may the range go before the VMA?
bool CanMergeBefore(const Vma& vma, VmaRange range, const VmaProperties& wanted) {
  if (vma.vm_start.Read() != range.end || !IsMergeable(vma, wanted)) return false;
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

// Case 3: the head of `next` moves down into the gap.
Vma* ExtendDown(Vma& next, VmaRange range) {
  const VirtualPage end = next.vm_end.Read();
  return VmaAdjust(next, {range.start, end, range.pgoff}, nullptr) ? &next : nullptr;
}

// Case 8: one of two VMAs takes the place of both. Until the caller has set its properties, a walk
// sees those that it had before, on the other's pages too.
Vma* JoinWithNext(Vma& area, VmaRange range, Vma& next) {
  if (area.machine.Has(Fix::kKh70)) return VmaExpandDown(next, area) ? &next : nullptr;
  const VirtualPage end = next.vm_end.Read();
  return VmaAdjust(area, {range.start, end, range.pgoff}, nullptr) ? &area : nullptr;
}

}  // namespace

VmaProperties PropertiesOf(const Vma& vma) {
  return {.flags = vma.vm_flags.Read(),
          .anon_vma = vma.anon_vma.Read(),
          .file = vma.vm_file.Read(),
          .policy = vma.vm_policy.Read()};
}

Vma* VmaMerge(Mm& mm, Vma* prev, VmaRange range, const VmaProperties& wanted) {
  Vma* const area = prev == nullptr ? FirstVma(mm) : NextVma(mm, *prev);
  Vma* next = area;
  if (next != nullptr && next->vm_end.Read() == range.end) next = NextVma(mm, *next);

  const bool before = next != nullptr && CanMergeBefore(*next, range, wanted);
  if (prev != nullptr && CanMergeAfter(*prev, range, wanted)) {
    const AnonVma* const prevs = prev->anon_vma.Read();
    const bool both = before && IsMergeableAnonVma(prevs, next->anon_vma.Read());
    return ExtendUp(*prev, range, both ? next : nullptr);
  }
  if (!before) return nullptr;
  const bool tail = prev != nullptr && range.start < prev->vm_end.Read();
  if (tail) return MoveBoundaryDown(*prev, range, *area);
  return area == next ? ExtendDown(*next, range) : JoinWithNext(*area, range, *next);
}

Vma* MergeOrSplit(Vma& vma, VirtualPage start, VirtualPage end, const VmaProperties& wanted) {
  Mm& mm = *vma.vm_mm.Read();
  mm.mmap_sem.AssertHeld();
  SplitHugePmds(mm, start, end);
  const VirtualPage distance = start - vma.vm_start.Read();
  Vma* const prev = distance != 0 ? &vma : PrevVma(mm, vma);
  const PageOffset pgoff = vma.vm_pgoff.Read() + distance;
  if (Vma* merged = VmaMerge(mm, prev, {start, end, pgoff}, wanted)) return merged;
  if (vma.vm_start.Read() != start && !SplitVma(vma, start, NewVma::kBelow)) return nullptr;
  if (vma.vm_end.Read() != end && !SplitVma(vma, end, NewVma::kAbove)) return nullptr;
  return &vma;
}

}  // namespace rmap::inline KSYNC_BACKEND

// Merge if possible, else copy, position, clone, link. Until 3.7 the copy was cloned first: it was
// on all lists with the range of its source, and took its own place in three stores (KH-28).
#include "core/vmops/copy_vma.h"

#include "core/mm/mempolicy.h"
#include "core/rmap/chain.h"
#include "core/vmops/file_map.h"
#include "core/vmops/merge.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

void Position(Vma& vma, VmaRange range) {
  vma.vm_start.Write(range.start);
  vma.vm_end.Write(range.end);
  vma.vm_pgoff.Write(range.pgoff);
}

// Returns: false if memory ran out; then the copy is linked to nothing.
bool CloneAt(Vma& copy, const Vma& source, VmaRange range) {
  const bool position_first = copy.machine.Has(Fix::kKh28);
  if (position_first) Position(copy, range);
  if (!AnonVmaClone(copy, source)) return false;
  if (!position_first) Position(copy, range);
  return true;
}

// Returns: a new VMA in the mm; null if memory ran out.
Vma* NewCopy(Mm& mm, const Vma& source, VmaRange range) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  Vma* const copy = VmAreaDup(source);
  if (copy == nullptr) return nullptr;
  const bool complete = VmaDupPolicy(source, *copy) && CloneAt(*copy, source, range);
  if (complete) {
    if (File* const file = copy->vm_file.Read()) GetFile(*file);
    VmaLink(mm, *copy);
    return copy;
  }
  MpolPut(copy->vm_policy.Read());
  ksync::Delete(copy);
  return nullptr;
}

bool Contains(const Vma& vma, VirtualPage address) {
  return vma.vm_start.Read() <= address && address < vma.vm_end.Read();
}

}  // namespace

CopiedVma CopyVma(Vma& source, VirtualPage start, VirtualPage length, PageOffset pgoff) {
  Mm& mm = *source.vm_mm.Read();
  mm.mmap_sem.AssertHeld();
  AnonVma* const anon_vma = source.anon_vma.Read();
  const bool untouched = anon_vma == nullptr && source.vm_file.Read() == nullptr;
  const VmaRange range = {start, start + length, untouched ? start : pgoff};

  const VirtualPage source_start = source.vm_start.Read();
  Vma* const merged = VmaMerge(mm, VmaBefore(mm, start), range, PropertiesOf(source));
  if (merged == nullptr) return {&source, NewCopy(mm, source, range)};
  if (Contains(*merged, source_start)) return {merged, merged};  // No page has to be moved.
  return {&source, merged, NeedsRmapLocks(source, *merged)};
}

bool NeedsRmapLocks(const Vma& first, Vma& second) {
  if (!first.machine.Has(Fix::kKh54)) return false;
  if (!first.machine.Has(Mechanism::kMoveTakesRmapLocks)) {
    AnonVmaMovetoTail(second);
    return false;
  }
  // A walk visits VMAs by their first offsets.
  const PageOffset first_pgoff = first.vm_pgoff.Read();
  return second.vm_pgoff.Read() <= first_pgoff;
}

}  // namespace rmap::inline KSYNC_BACKEND

// Merge if possible, else cut the range out, then set the flags. Not modelled: the change of the
// ptes, which no protocol here depends on.
#include "core/vmops/mprotect.h"

#include "core/vmops/merge.h"
#include "core/vmops/split.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Makes [start, end) a VMA of its own. Returns: false if memory ran out.
bool CutOut(Vma& vma, VirtualPage start, VirtualPage end) {
  if (vma.vm_start.Read() != start && !SplitVma(vma, start, NewVma::kBelow)) return false;
  return vma.vm_end.Read() == end || SplitVma(vma, end, NewVma::kAbove);
}

}  // namespace

bool Mprotect(Mm& mm, VirtualPage start, VirtualPage end, VmFlags flags) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  Vma* vma = FindVma(mm, start);
  ksync::Check(vma != nullptr, "mprotect of a hole");
  if (vma->vm_flags.Read() == flags) return true;

  const VirtualPage distance = start - vma->vm_start.Read();
  Vma* const prev = distance != 0 ? vma : PrevVma(mm, *vma);
  const PageOffset pgoff = vma->vm_pgoff.Read() + distance;
  Vma* const merged = VmaMerge(mm, prev, {start, end, pgoff}, flags, vma->anon_vma.Read());
  if (merged != nullptr) {
    vma = merged;
  } else if (!CutOut(*vma, start, end)) {
    return false;
  }
  vma->vm_flags.Write(flags);
  vma->vm_page_prot.Write(flags & kVmAccess);
  return true;
}

}  // namespace rmap::inline KSYNC_BACKEND

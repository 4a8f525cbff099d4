// Merge if possible, else cut the range out, then set the flags. Not modelled: the change of
// anonymous ptes, which no protocol here depends on.
#include "core/vmops/mprotect.h"

#include "core/vmops/file_map.h"
#include "core/vmops/merge.h"
#include "core/vmops/split.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Makes [start, end) a VMA of its own. Returns: false if memory ran out.
bool CutOut(Vma& vma, VirtualPage start, VirtualPage end) {
  if (vma.vm_start.Read() != start && !SplitVma(vma, start, NewVma::kBelow)) return false;
  return vma.vm_end.Read() == end || SplitVma(vma, end, NewVma::kAbove);
}

// Each pte is taken out before it comes back changed, so that no CPU changes it in between.
// Kernel: change_pte_range().
void ChangeProtection(Mm& mm, VirtualPage start, VirtualPage end, Rights rights) {
  const ksync::Guard pte_lock(mm.pte_lock);
  for (VirtualPage address = start; address < end; ++address) {
    const Pte pte = mm.page_table[address].Read();
    if (!pte.IsPresent()) continue;
    mm.page_table[address].Write(Pte{});
    mm.page_table[address].Write(Pte::Present(pte.page(), (pte.rights() | kVmRead) & rights));
  }
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
  vma->vm_page_prot.Write(VmPageProt(flags));
  if (vma->vm_file.Read() != nullptr) ChangeProtection(mm, start, end, flags & kVmAccess);
  return true;
}

}  // namespace rmap::inline KSYNC_BACKEND

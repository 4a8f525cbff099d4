// Merge if possible, else cut the range out; then set the VMA's properties; then change the ptes of
// the range. A page that a walk puts back meanwhile gets its rights from the VMA.
#include "core/vmops/mprotect.h"

#include "core/mm/tlb.h"
#include "core/vmops/file_map.h"
#include "core/vmops/merge.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: what the pte becomes. Reading is given and taken at once; writing is only taken, and
// given by the next fault. An entry in place of a page only remembers whether that was writable.
// Kernel: change_pte_range().
Pte Changed(Pte pte, Rights rights) {
  if (pte.IsMigration()) return pte.WriteProtected();
  if (!pte.IsPresent()) return pte;
  return pte.WithRights((pte.rights() | kVmRead) & rights);
}

// A pte that maps is taken out before it comes back changed, so that no CPU changes it in between.
// Kernel: change_protection(), ptep_modify_prot_start().
void ChangeProtection(Mm& mm, VirtualPage start, VirtualPage end, Rights rights) {
  const ksync::Guard lock(mm.pte_lock);
  for (VirtualPage address = start; address < end; ++address) {
    const Pte pte = mm.page_table[address].Read();
    if (pte.IsNone()) continue;
    if (pte.IsPresent()) mm.page_table[address].Write(Pte{});
    mm.page_table[address].Write(Changed(pte, rights));
  }
  FlushTlb(mm, start, end);
}

}  // namespace

bool MprotectFixup(Mm& mm, Vma& old, VirtualPage start, VirtualPage end, Rights rights) {
  VmaProperties wanted = PropertiesOf(old);
  const VmFlags flags = (wanted.flags & ~kVmAccess) | rights;
  if (flags == wanted.flags) return true;
  wanted.flags = flags;
  Vma* const vma = MergeOrSplit(old, start, end, wanted);
  if (vma == nullptr) return false;
  vma->vm_flags.Write(flags);
  vma->vm_page_prot.Write(VmPageProt(flags));
  ChangeProtection(mm, start, end, rights);
  return true;
}

bool Mprotect(Mm& mm, VirtualPage start, VirtualPage end, Rights rights) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  Vma* const vma = FindVma(mm, start);
  ksync::Check(vma != nullptr, "mprotect of a hole");
  return MprotectFixup(mm, *vma, start, end, rights);
}

}  // namespace rmap::inline KSYNC_BACKEND

// Files of hugetlbfs: faults by which processes come to share a page table. Kernel:
// hugetlb_fault(), mm/hugetlb.c; huge_pmd_share(), arch/x86/mm/hugetlbpage.c.
//
// Whoever maps as much of such a file as one page table covers, at the same place, may use the page
// table of somebody else who does. So a fault looks for one in the file's other VMAs, under its
// i_mmap_lock, and only if none has one allocates its own: since 3.6 under that lock, so that of
// two faults one finds what the other has made. From then on the lock is outside of whatever an
// allocation takes that must reclaim (KH-68).
//
// What is modelled: the table, who has it, and the locks. One table covers one VMA. What is not:
// what the table maps. Pages of hugetlbfs are never reclaimed, so no walk would come to them.
// Therefore the other operations refuse such a VMA (HandlePageFault, SplitVma, VmaMerge, MoveVma),
// or find nothing mapped there; fork leaves the child without table, and unmapping gives it back.
//
// Invariants:
//   1. vma->shared_table is set under page_table_lock, from null only; cleared by the last users of
//      the VMA under i_mmap_lock.
//   2. A table counts the VMAs that have it. Who finds it in a VMA of the file's list counts itself
//      under i_mmap_lock, so that it is not freed in between.
#ifndef RMAPCHECK_CORE_VMOPS_HUGETLB_H_
#define RMAPCHECK_CORE_VMOPS_HUGETLB_H_

#include "core/mm/file.h"
#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Kernel: the page of a page table, and its count.
struct SharedTable {
  ksync::RefCount vmas{1, "shared_table.vmas"};
};

// Kernel: is_vm_hugetlb_page().
inline bool IsHugetlb(const Vma& vma) {
  const File* const file = vma.vm_file.Read();
  return file != nullptr && file->f_mapping.kind == FileKind::kHugetlb;
}

// A program touches a VMA of hugetlbfs: afterwards it has a page table, somebody's or its own.
// Returns: false if memory ran out, or if there is no such VMA.
[[nodiscard]] bool HugetlbFault(Mm& mm, VirtualPage address);

// Gives the VMA's table back. Requires: mmap_sem for writing, or the caller is the mm's last user;
// the VMA is still on its file's list. Kernel: unmap_hugepage_range(), huge_pmd_unshare(). (In the
// kernel the last to have a table frees it with its other tables, once its VMA is off the list.)
void UnmapHugetlb(Vma& vma);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_HUGETLB_H_

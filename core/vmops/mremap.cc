// A move is a copy of the VMA, a move of the ptes, and the end of the old range. When memory for
// page tables runs out half-way, the moved ptes go back, and it is the new range that ends.
#include "core/vmops/mremap.h"

#include <optional>

#include "core/mm/file.h"
#include "core/mm/ksm_port.h"
#include "core/mm/tlb.h"
#include "core/rmap/anon_vma.h"
#include "core/rmap/chain.h"
#include "core/rmap/page_rmap.h"
#include "core/vmops/copy_vma.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/hugetlb.h"
#include "core/vmops/munmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Ptes of one VMA become ptes of another. Kernel: move_page_tables().
class PageTableMove {
 public:
  PageTableMove(Vma& source, Vma& target, bool needs_rmap_locks)
      : source_(source), target_(target), needs_rmap_locks_(needs_rmap_locks) {}

  // One page table after the other, of one pte each here, so that a failure between two pages can
  // be seen. Returns: how many were moved before memory ran out.
  VirtualPage Run(VirtualPage from, VirtualPage to, VirtualPage length) {
    VirtualPage moved = 0;
    while (moved < length && !source_.machine.AllocationFails("page table")) {
      MovePtes(from + moved, to + moved);
      ++moved;
    }
    return moved;
  }
  // The same where the page tables are known to be there.
  void RunBack(VirtualPage from, VirtualPage to, VirtualPage length) {
    for (VirtualPage moved = 0; moved < length; ++moved) MovePtes(from + moved, to + moved);
  }

 private:
  // Kernel: move_ptes(). A file's VMAs are always locked: their list has no order to rely on.
  void MovePtes(VirtualPage from, VirtualPage to) {
    std::optional<ksync::Guard<ksync::SpinLock>> i_mmap_lock;
    std::optional<ksync::Guard<AnonVmaLock>> anon_vma_lock;
    if (File* const file = source_.vm_file.Read()) {
      i_mmap_lock.emplace(file->f_mapping.i_mmap_lock, ksync::Site::current());
      RestartTruncation();
    }
    AnonVma* const anon_vma = source_.anon_vma.Read();
    if (needs_rmap_locks_ && anon_vma != nullptr) {
      anon_vma_lock.emplace(LockOf(source_.machine, *anon_vma), ksync::Site::current());
    }
    Mm& mm = *source_.vm_mm.Read();
    const ksync::Guard pte_lock(mm.pte_lock);
    const Pte pte = mm.page_table[from].Read();
    if (pte.IsNone()) return;
    mm.page_table[from].Write(Pte{});
    FlushTlb(mm, from, from + 1);
    mm.page_table[to].Write(pte);
  }

  // A truncation that is done with the target must come back for what is moved there. Where it is
  // in the source says nothing about the target. Requires: i_mmap_lock.
  void RestartTruncation() {
    if (!source_.machine.Has(Mechanism::kTruncationBreaks)) return;
    const bool as_source = target_.vm_truncate_count.Read() == source_.vm_truncate_count.Read();
    if (as_source && !source_.machine.Has(Fix::kKh46)) return;
    target_.vm_truncate_count.Write(0);
  }

  Vma& source_;
  Vma& target_;
  const bool needs_rmap_locks_;
};

// Ends a range whose ptes have moved away. If memory runs out, it stays, without pages.
void EndRange(Mm& mm, PageRange range) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  [[maybe_unused]] const bool gone = DoMunmap(mm, range.start, range.end());
}

}  // namespace

bool MoveVma(Mm& mm, Vma& vma, PageRange from, PageRange to) {
  if (IsHugetlb(vma)) return false;
  SplitHugePmds(mm, from.start, from.end());
  KsmPort* const ksm = mm.machine.ksm();
  // Who shares a page is found at an address; nothing tells him that it changed.
  if (ksm != nullptr && mm.machine.Has(Fix::kKh09)) {
    if (!ksm->Unmerge(vma, from.start, from.end())) return false;
  }
  const PageOffset pgoff = LinearPageIndex(vma, from.start);
  const auto [source, target, needs_rmap_locks] = CopyVma(vma, to.start, to.length, pgoff);
  if (target == nullptr) return false;
  PageTableMove there(*source, *target, needs_rmap_locks);
  const VirtualPage moved = there.Run(from.start, to.start, from.length);
  if (moved == from.length) {
    EndRange(mm, from);
    return true;
  }
  PageTableMove back(*target, *source, NeedsRmapLocks(*target, *source));
  back.RunBack(to.start, from.start, moved);
  EndRange(mm, to);
  return false;
}

bool Mremap(Mm& mm, PageRange from, PageRange to) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  Vma* const vma = FindVma(mm, from.start);
  ksync::Check(vma != nullptr && from.end() <= vma->vm_end.Read(), "mremap of a hole");
  return MoveVma(mm, *vma, from, to);
}

}  // namespace rmap::inline KSYNC_BACKEND

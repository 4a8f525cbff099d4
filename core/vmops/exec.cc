// Grow down, move the ptes, shrink from above. Not modelled: freeing the page tables of the old
// place, of which there are none of their own here.
#include "core/vmops/exec.h"

#include "core/vmops/mmap.h"
#include "core/vmops/vma_adjust.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Moves what is mapped at [start, end) down, migration entries included.
// Kernel: move_page_tables(), where both places share a pte lock.
void MovePageTables(Mm& mm, VirtualPage start, VirtualPage end, VirtualPage shift) {
  const ksync::Guard lock(mm.pte_lock);
  for (VirtualPage address = start; address < end; ++address) {
    const Pte pte = mm.page_table[address].Read();
    if (pte.IsNone()) continue;
    mm.page_table[address].Write(Pte{});
    mm.page_table[address - shift].Write(pte);
  }
}

// Kernel: shift_arg_pages().
bool ShiftArgPages(Mm& mm, Vma& vma, VirtualPage shift) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  const VirtualPage start = vma.vm_start.Read();
  const VirtualPage end = vma.vm_end.Read();
  const PageOffset pgoff = vma.vm_pgoff.Read();
  if (!VmaAdjust(vma, {start - shift, end, pgoff}, nullptr)) return false;
  MovePageTables(mm, start, end, shift);
  return VmaAdjust(vma, {start - shift, end - shift, pgoff}, nullptr);
}

}  // namespace

Vma* MmapTemporaryStack(Mm& mm, VirtualPage start) {
  return MmapAnonymous(mm, start, start + 1, kVmAccess | kVmGrowsDown | kVmStackIncomplete);
}

bool SetupArgPages(Vma& vma, VirtualPage shift) {
  Mm& mm = *vma.vm_mm.Read();
  const ksync::Guard mmap_sem(mm.mmap_sem);
  if (!ShiftArgPages(mm, vma, shift)) return false;
  vma.vm_flags.Write(vma.vm_flags.Read() & ~kVmStackIncomplete);
  return true;
}

}  // namespace rmap::inline KSYNC_BACKEND

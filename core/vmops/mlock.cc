// A VMA's flag is set as mprotect sets rights: merge or split, then write it on whichever VMA has
// the range. Then a page's flag is cleared, and a walk sets it again if another VMA keeps the page.
// Who sets it meanwhile for the sake of this VMA is kept out by the page lock; if munlock clears
// first and locks the page then, by what reclaim asks again (walk.cc).
#include "core/vmops/mlock.h"

#include "core/rmap/walk.h"
#include "core/vmops/fault.h"
#include "core/vmops/merge.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// The same as MunlockVmaPage(), but that the flag is cleared before the page is locked.
// Kernel: __munlock_pagevec(), for one page.
void MunlockPagevec(Page& page) {
  if (!page.mlocked.Read()) return;
  page.mlocked.Write(false);
  const ksync::Guard lock(page.lock);
  TryToUnmap(page, Unmap::kNothing);
}

// Returns: the page that is mapped there, with a reference; null if there is none. Until KSM's
// state K4, which is before 2.6.32, what is absent is first made present, and again until it is.
// Kernel: __mlock_vma_pages_range() until 408e82b78bcc.
Page* FollowPage(Mm& mm, Vma& vma, VirtualPage address) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem) {
  Page* page = IsolatePage(mm, address);
  if (mm.machine.Has(KsmState::kStableNode)) return page;
  while (page == nullptr && HandleMmFault(mm, vma, address, Access::kRead)) {
    page = IsolatePage(mm, address);
  }
  return page;
}

// Kernel: munlock_vma_pages_range(). Requires: the VMA no longer says that it is locked.
void MunlockVmaPagesRange(Mm& mm, Vma& vma, VirtualPage start, VirtualPage end)
    ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem) {
  for (VirtualPage address = start; address < end; ++address) {
    Page* const page = FollowPage(mm, vma, address);
    if (page == nullptr) continue;
    mm.machine.Has(Mechanism::kMunlockInBatches) ? MunlockPagevec(*page) : MunlockVmaPage(*page);
    FreePageAndSwapCache(*page);
  }
}

bool SetLocked(Mm& mm, VirtualPage start, VirtualPage end, bool locked) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  Vma* const vma = FindVma(mm, start);
  ksync::Check(vma != nullptr, "mlock of a hole");
  return MlockFixup(mm, *vma, start, end, locked);
}

}  // namespace

bool MlockFixup(Mm& mm, Vma& old, VirtualPage start, VirtualPage end, bool locked) {
  VmaProperties wanted = PropertiesOf(old);
  const VmFlags flags = (wanted.flags & ~kVmLocked) | (locked ? kVmLocked : 0);
  if (flags == wanted.flags) return true;
  wanted.flags = flags;
  Vma* const vma = MergeOrSplit(old, start, end, wanted);
  if (vma == nullptr) return false;
  vma->vm_flags.Write(flags);
  if (!locked) MunlockVmaPagesRange(mm, *vma, start, end);
  return true;
}

bool Mlock(Mm& mm, VirtualPage start, VirtualPage end) { return SetLocked(mm, start, end, true); }

bool Munlock(Mm& mm, VirtualPage start, VirtualPage end) {
  return SetLocked(mm, start, end, false);
}

void MunlockVmaPagesAll(Mm& mm, Vma& vma) {
  const VmFlags flags = vma.vm_flags.Read();
  if ((flags & kVmLocked) == 0) return;
  vma.vm_flags.Write(flags & ~kVmLocked);
  MunlockVmaPagesRange(mm, vma, vma.vm_start.Read(), vma.vm_end.Read());
}

void MlockVmaNewPage(Page& page, const Vma& vma) {
  if ((vma.vm_flags.Read() & kVmLocked) != 0) page.mlocked.Write(true);
}

void MunlockVmaPage(Page& page) {
  const ksync::Guard lock(page.lock);
  if (!page.mlocked.Read()) return;
  page.mlocked.Write(false);
  TryToUnmap(page, Unmap::kNothing);
}

void ClearPageMlock(Page& page) {
  const ksync::Guard lock(page.lock);
  page.mlocked.Write(false);
}

}  // namespace rmap::inline KSYNC_BACKEND

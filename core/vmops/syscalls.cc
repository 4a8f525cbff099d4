// The loops over the VMAs of a range look the next one up by address: what was there before may
// have been split, or merged away, by the change before.
#include "core/vmops/syscalls.h"

#include <algorithm>

#include "core/mm/ksm_port.h"
#include "core/mm/mempolicy.h"
#include "core/vmops/mbind.h"
#include "core/vmops/mlock.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mprotect.h"
#include "core/vmops/munmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

bool IsInside(const Mm& mm, PageRange range) {
  const VirtualPage size = mm.machine.size().virtual_pages;
  return range.length > 0 && range.length <= size && range.start <= size - range.length;
}

bool Overlap(PageRange a, PageRange b) { return a.start < b.end() && b.start < a.end(); }

SysResult DoneUnlessNoMemory(bool had_memory) {
  return had_memory ? SysResult::kDone : SysResult::kNoMemory;
}

// Calls change(vma, start, end) for each part of the range that lies in one VMA. It returns false
// if memory ran out.
template <typename Change>
SysResult ChangeVmas(Mm& mm, PageRange range, Change change) {
  if (!IsInside(mm, range)) return SysResult::kRefused;
  const ksync::Guard mmap_sem(mm.mmap_sem);
  for (VirtualPage at = range.start; at < range.end();) {
    Vma* const vma = FindVma(mm, at);
    if (vma == nullptr) return SysResult::kRefused;
    const VirtualPage vma_end = vma->vm_end.Read();
    const VirtualPage stop = std::min(vma_end, range.end());
    if (!change(*vma, at, stop)) return SysResult::kNoMemory;
    at = stop;
  }
  return SysResult::kDone;
}

bool HasHole(const Mm& mm, PageRange range) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem) {
  for (VirtualPage at = range.start; at < range.end();) {
    const Vma* const vma = FindVma(mm, at);
    if (vma == nullptr) return true;
    at = vma->vm_end.Read();
  }
  return false;
}

SysResult ChangeLocked(Mm& mm, PageRange range, bool locked) {
  return ChangeVmas(mm, range, [&mm, locked](Vma& vma, VirtualPage start, VirtualPage end) {
    mm.mmap_sem.AssertHeld();
    return MlockFixup(mm, vma, start, end, locked);
  });
}

// Kernel: vma_to_resize() and what follows it. Requires: `to` is empty.
SysResult MoveInOneVma(Mm& mm, PageRange from, PageRange to)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  Vma* const vma = FindVma(mm, from.start);
  if (vma == nullptr || from.end() > vma->vm_end.Read()) return SysResult::kRefused;
  return DoneUnlessNoMemory(MoveVma(mm, *vma, from, to));
}

}  // namespace

SysResult SysMmap(Mm& mm, PageRange range, VmFlags flags) {
  if (!IsInside(mm, range)) return SysResult::kRefused;
  const MmapRequest request{.start = range.start, .end = range.end(), .flags = flags};
  return DoneUnlessNoMemory(MmapRegion(mm, request) != nullptr);
}

SysResult SysMunmap(Mm& mm, PageRange range) {
  if (!IsInside(mm, range)) return SysResult::kRefused;
  return DoneUnlessNoMemory(Munmap(mm, range.start, range.end()));
}

SysResult SysMprotect(Mm& mm, PageRange range, Rights rights) {
  return ChangeVmas(mm, range, [&mm, rights](Vma& vma, VirtualPage start, VirtualPage end) {
    mm.mmap_sem.AssertHeld();
    return MprotectFixup(mm, vma, start, end, rights);
  });
}

SysResult SysMlock(Mm& mm, PageRange range) { return ChangeLocked(mm, range, true); }

SysResult SysMunlock(Mm& mm, PageRange range) { return ChangeLocked(mm, range, false); }

SysResult SysMadvise(Mm& mm, PageRange range, bool mergeable) {
  KsmPort* const ksm = mm.machine.ksm();
  if (ksm == nullptr) return SysResult::kRefused;
  return ChangeVmas(mm, range, [ksm, mergeable](Vma& vma, VirtualPage start, VirtualPage end) {
    return ksm->Madvise(vma, start, end, mergeable);
  });
}

SysResult SysMremap(Mm& mm, PageRange from, PageRange to) {
  if (!IsInside(mm, from) || !IsInside(mm, to) || Overlap(from, to)) return SysResult::kRefused;
  const ksync::Guard mmap_sem(mm.mmap_sem);
  if (!DoMunmap(mm, to.start, to.end())) return SysResult::kNoMemory;
  if (to.length < from.length) {
    if (!DoMunmap(mm, from.start + to.length, from.end())) return SysResult::kNoMemory;
    from.length = to.length;
  }
  return MoveInOneVma(mm, from, to);
}

SysResult SysBrk(Mm& mm, VirtualPage start, VirtualPage length) {
  const bool fits =
      length == 0 ? start <= mm.machine.size().virtual_pages : IsInside(mm, {start, length});
  if (!fits) return SysResult::kRefused;
  return DoneUnlessNoMemory(Brk(mm, start, start + length));
}

SysResult SysMbind(Mm& mm, PageRange range, int mode) {
  if (!IsInside(mm, range)) return SysResult::kRefused;
  Mempolicy* const policy = MpolNew(mode);
  SysResult result = SysResult::kRefused;
  {
    const ksync::Guard mmap_sem(mm.mmap_sem);
    if (!HasHole(mm, range)) {
      result = DoneUnlessNoMemory(DoMbind(mm, range.start, range.end(), *policy));
    }
  }
  MpolPut(policy);
  return result;
}

}  // namespace rmap::inline KSYNC_BACKEND

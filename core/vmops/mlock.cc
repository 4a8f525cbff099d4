// As mprotect, without any change of ptes: merge or split, then set the flag on whichever VMA has
// the range.
#include "core/vmops/mlock.h"

#include "core/vmops/merge.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

bool SetLocked(Mm& mm, VirtualPage start, VirtualPage end, bool locked) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  Vma* const old = FindVma(mm, start);
  ksync::Check(old != nullptr, "mlock of a hole");
  VmaProperties wanted = PropertiesOf(*old);
  const VmFlags flags = (wanted.flags & ~kVmLocked) | (locked ? kVmLocked : 0);
  if (flags == wanted.flags) return true;
  wanted.flags = flags;
  Vma* const vma = MergeOrSplit(*old, start, end, wanted);
  if (vma != nullptr) vma->vm_flags.Write(flags);
  return vma != nullptr;
}

}  // namespace

bool Mlock(Mm& mm, VirtualPage start, VirtualPage end) { return SetLocked(mm, start, end, true); }

bool Munlock(Mm& mm, VirtualPage start, VirtualPage end) {
  return SetLocked(mm, start, end, false);
}

}  // namespace rmap::inline KSYNC_BACKEND

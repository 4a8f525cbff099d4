// Agreeing to merging: a flag on the VMA, and on the first time a registration of the process.
// What is no plain private memory is left out silently.
#include "core/ksm/ksm.h"
#include "core/vmops/merge.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// What is not merged. Kernel: the flags that ksm_madvise() refuses, of those there are here.
bool IsExcluded(const Vma& vma) { return (vma.vm_flags.Read() & (kVmMergeable | kVmShared)) != 0; }

}  // namespace

bool Ksm::MadviseMergeable(Mm& mm, VirtualPage start, VirtualPage end) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  Vma* const vma = FindVma(mm, start);
  ksync::Check(vma != nullptr, "madvise of a hole");
  if (IsExcluded(*vma)) return true;
  if (!mm.mergeable.Read() && !Enter(mm)) return false;
  VmaProperties wanted = PropertiesOf(*vma);
  wanted.flags |= kVmMergeable;
  Vma* const part = MergeOrSplit(*vma, start, end, wanted);
  if (part == nullptr) return false;
  part->vm_flags.Write(wanted.flags);
  return true;
}

}  // namespace rmap::inline KSYNC_BACKEND

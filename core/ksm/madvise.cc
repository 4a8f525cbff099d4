// Agreeing to merging: a flag on the VMA, and on the first time a registration of the process.
// What is no plain private memory is left out silently.
#include "core/ksm/break_cow.h"
#include "core/ksm/ksm.h"
#include "core/vmops/merge.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// What is not merged. Kernel: the flags that ksm_madvise() refuses, of those there are here.
bool IsExcluded(const Vma& vma) { return (vma.vm_flags.Read() & (kVmMergeable | kVmShared)) != 0; }

// Sets the flags of [start, end), a part of the VMA. Returns: false if memory ran out.
bool SetFlags(Vma& vma, VirtualPage start, VirtualPage end, VmFlags flags) {
  VmaProperties wanted = PropertiesOf(vma);
  wanted.flags = flags;
  Vma* const part = MergeOrSplit(vma, start, end, wanted);
  if (part == nullptr) return false;
  part->vm_flags.Write(flags);
  return true;
}

bool MadviseRange(Ksm& ksm, Mm& mm, VirtualPage start, VirtualPage end, bool mergeable) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  Vma* const vma = FindVma(mm, start);
  ksync::Check(vma != nullptr, "madvise of a hole");
  return ksm.Madvise(*vma, start, end, mergeable);
}

}  // namespace

bool Ksm::Madvise(Vma& vma, VirtualPage start, VirtualPage end, bool mergeable) {
  const VmFlags flags = vma.vm_flags.Read();
  if (mergeable) {
    if (IsExcluded(vma)) return true;
    Mm& mm = *vma.vm_mm.Read();
    if (!mm.mergeable.Read() && !Enter(mm)) return false;
    return SetFlags(vma, start, end, flags | kVmMergeable);
  }
  if (!Unmerge(vma, start, end)) return false;
  return (flags & kVmMergeable) == 0 || SetFlags(vma, start, end, flags & ~kVmMergeable);
}

bool Ksm::MadviseMergeable(Mm& mm, VirtualPage start, VirtualPage end) {
  return MadviseRange(*this, mm, start, end, /*mergeable=*/true);
}

bool Ksm::MadviseUnmergeable(Mm& mm, VirtualPage start, VirtualPage end) {
  return MadviseRange(*this, mm, start, end, /*mergeable=*/false);
}

bool Ksm::Unmerge(Vma& vma, VirtualPage start, VirtualPage end) {
  if ((vma.vm_flags.Read() & kVmMergeable) == 0 || vma.anon_vma.Read() == nullptr) return true;
  return UnmergeKsmPages(vma, start, end);
}

}  // namespace rmap::inline KSYNC_BACKEND

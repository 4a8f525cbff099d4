// A new VMA has no anon_vma until its first fault; so it may become part of any neighbour that is
// like it, and that is tried first.
#include "core/vmops/mmap.h"

#include "core/mm/file.h"
#include "core/vmops/file_map.h"
#include "core/vmops/merge.h"
#include "core/vmops/munmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// The offset of a private anonymous page is its first address.
PageOffset OffsetOf(const MmapRequest& request) {
  return request.file == nullptr ? request.start : request.pgoff;
}

// Returns: null if memory ran out.
Vma* NewVmaFor(Mm& mm, const MmapRequest& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  if (mm.machine.AllocationFails("vma")) return nullptr;
  Vma* const vma = ksync::New<Vma>(mm.machine, &mm, request.start, request.end, OffsetOf(request),
                                   request.flags);
  vma->vm_ops.Write(request.ops);
  if (request.file != nullptr) {
    GetFile(*request.file);
    vma->vm_file.Write(request.file);
    vma->vm_page_prot.Write(VmPageProt(request.flags));
  }
  VmaLink(mm, *vma);
  return vma;
}

Vma* MmapRegionLocked(Mm& mm, const MmapRequest& request)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  if (!DoMunmap(mm, request.start, request.end)) return nullptr;
  const VmaRange range{request.start, request.end, OffsetOf(request)};
  Vma* const prev = VmaBefore(mm, request.start);
  Vma* const merged = VmaMerge(mm, prev, range, {.flags = request.flags, .file = request.file});
  return merged != nullptr ? merged : NewVmaFor(mm, request);
}

}  // namespace

Vma* MmapAnonymous(Mm& mm, VirtualPage start, VirtualPage end, VmFlags flags) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  return NewVmaFor(mm, {.start = start, .end = end, .flags = flags});
}

Vma* MmapFile(Mm& mm, File& file, VirtualPage start, VirtualPage end, PageOffset pgoff,
              VmFlags flags) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  return NewVmaFor(
      mm, {.start = start, .end = end, .flags = flags | kVmShared, .file = &file, .pgoff = pgoff});
}

Vma* MmapRegion(Mm& mm, const MmapRequest& request) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  return MmapRegionLocked(mm, request);
}

bool Brk(Mm& mm, VirtualPage start, VirtualPage end) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  VirtualPage old = mm.brk.Read();
  if (old < start) old = start;
  bool done = true;
  if (end < old) done = DoMunmap(mm, end, old);
  if (end > old) done = MmapRegionLocked(mm, {.start = old, .end = end}) != nullptr;
  if (done) mm.brk.Write(end);
  return done;
}

}  // namespace rmap::inline KSYNC_BACKEND

// The order of exit_mmap() is the point: ptes, then links, then VMAs. Nothing here takes mmap_sem;
// the last user needs none, and walkers never had it.
#include "core/vmops/exit.h"

#include "core/vmops/mlock.h"
#include "core/vmops/unmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Kernel: exit_mmap(): unmap_vmas(), free_pgtables(), remove_vma() for each.
void ExitMmap(Mm& mm) {
  const List<Vma>& mmap = mm.mmap;
  for (auto* node = mmap.First(); node != nullptr; node = mmap.After(*node)) {
    MunlockVmaPagesAll(mm, node->owner());
  }
  for (auto* node = mmap.First(); node != nullptr; node = mmap.After(*node)) {
    ZapPteRange(mm, node->owner());
  }
  for (auto* node = mmap.First(); node != nullptr; node = mmap.After(*node)) {
    FreePgtables(node->owner());
  }
  while (auto* node = mmap.First()) {
    Vma& vma = node->owner();
    VmaUnlink(mm, vma);
    RemoveVma(vma);
  }
}

}  // namespace

void Mmput(Mm& mm) {
  ExitMmap(mm);
  ksync::Delete(&mm);
}

}  // namespace rmap::inline KSYNC_BACKEND

// The order of exit_mmap() is the point: ptes, then links, then VMAs. Nothing here takes mmap_sem;
// the last user needs none, and walkers never had it.
#include "core/vmops/exit.h"

#include "core/mm/at_rest.h"
#include "core/mm/ksm_port.h"
#include "core/vmops/mlock.h"
#include "core/vmops/unmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Whether the mm leaves KSM only when its pages have gone. Kernel: 9ba6929480 to 1c2fb7a4c2.
bool LeavesKsmLate(const Mm& mm) {
  return mm.machine.ksm() != nullptr && !mm.machine.Has(Fix::kKh07);
}

// Kernel: exit_mmap(): unmap_vmas(), free_pgtables(), remove_vma() for each.
void ExitMmap(Mm& mm) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem) {
  for (Vma* vma = FirstVma(mm); vma != nullptr; vma = NextVma(mm, *vma)) {
    MunlockVmaPagesAll(mm, *vma);
  }
  for (Vma* vma = FirstVma(mm); vma != nullptr; vma = NextVma(mm, *vma)) ZapPteRange(mm, *vma);
  if (LeavesKsmLate(mm)) mm.machine.ksm()->Exit(mm);
  for (Vma* vma = FirstVma(mm); vma != nullptr; vma = NextVma(mm, *vma)) FreePgtables(*vma);
  while (Vma* const vma = FirstVma(mm)) {
    VmaUnlink(mm, *vma);
    RemoveVma(*vma);
  }
}

}  // namespace

void Mmput(Mm& mm) {
  KsmPort* const ksm = mm.machine.ksm();
  if (ksm != nullptr) {
    if (!mm.mm_users.DecrementAndTest()) return;
    if (!LeavesKsmLate(mm)) ksm->Exit(mm);
  }
  AssertLastUser(mm);
  ExitMmap(mm);
  ksm != nullptr ? Mmdrop(mm) : ksync::Delete(&mm);
}

}  // namespace rmap::inline KSYNC_BACKEND

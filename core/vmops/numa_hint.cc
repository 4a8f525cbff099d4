// Making hints is one step under the pte lock, for the whole range; giving back what one of them
// has saved is another.
#include "core/vmops/numa_hint.h"

#include "core/mm/page.h"
#include "core/mm/tlb.h"

namespace rmap::inline KSYNC_BACKEND {

// Kernel: change_pte_range() for a hint.
void ChangeProtNuma(Mm& mm, VirtualPage start, VirtualPage end) {
  const ksync::SharedGuard mmap_sem(mm.mmap_sem);
  const ksync::Guard lock(mm.pte_lock);
  for (VirtualPage address = start; address < end; ++address) {
    const Pte pte = mm.page_table[address].Read();
    if (!pte.IsPresent() || pte.IsHint() || PageKsm(pte.page())) continue;
    mm.page_table[address].Write(pte.AsHint());
  }
  FlushTlb(mm, start, end);
}

void NumaHintFault(const Vma& vma, VirtualPage address) {
  Mm& mm = *vma.vm_mm.Read();
  const ksync::Guard lock(mm.pte_lock);
  const Pte pte = mm.page_table[address].Read();
  if (!pte.IsHint()) return;
  const Rights allowed = vma.vm_page_prot.Read();
  mm.page_table[address].Write(pte.WithRights(pte.SavesWrite() ? allowed : allowed & kVmRead));
}

}  // namespace rmap::inline KSYNC_BACKEND

// The pieces are the same for munmap and for exit; the order in which they are put together is
// theirs.
#include "core/vmops/unmap.h"

#include "core/mm/file.h"
#include "core/mm/tlb.h"
#include "core/rmap/chain.h"
#include "core/rmap/page_rmap.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/hugetlb.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// A page in the swap cache must not be left there if this was its last mapping.
void ZapPage(Page& page) {
  const bool cached = PageSwapCache(page);
  if (cached) GetPage(page);
  PageRemoveRmap(page);
  if (cached) FreePageAndSwapCache(page);
}

void ZapPte(Mm& mm, VirtualPage address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.pte_lock) {
  const Pte pte = mm.page_table[address].Read();
  if (pte.IsNone()) return;
  mm.page_table[address].Write(Pte{});
  FlushTlb(mm, address, address + 1);
  if (pte.IsPresent()) ZapPage(pte.page());
  if (pte.IsSwap()) FreeSwapAndCache(mm.machine, pte.entry());
}

}  // namespace

void MadviseDontneed(Mm& mm, VirtualPage start, VirtualPage end) {
  const ksync::SharedGuard mmap_sem(mm.mmap_sem);
  SplitHugePmds(mm, start, end);
  const ksync::Guard lock(mm.pte_lock);
  for (VirtualPage address = start; address < end; ++address) ZapPte(mm, address);
}

void ZapPteRange(Mm& mm, Vma& vma) {
  if (IsHugetlb(vma)) return UnmapHugetlb(vma);
  ForEachHugePiece(vma, [&](VirtualPage start, VirtualPage end) {
    if (ZapHugePmd(mm, vma, start)) return;
    const ksync::Guard lock(mm.pte_lock);
    for (VirtualPage address = start; address < end; ++address) ZapPte(mm, address);
  });
}

void FreePgtables(Vma& vma) {
  UnlinkAnonVmas(vma);
  File* const file = vma.vm_file.Read();
  if (file != nullptr) UnlinkFileVma(file->f_mapping, vma.shared_node);
}

void RemoveVma(Vma& vma) {
  const VmOperations* const ops = vma.vm_ops.Read();
  if (ops != nullptr && ops->close != nullptr) ops->close(vma);
  FreeVma(vma);
}

}  // namespace rmap::inline KSYNC_BACKEND

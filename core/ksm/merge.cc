// A page that is write-protected at one place may be mapped for writing nowhere else: it is mapped
// elsewhere only by fork, which took that right away.
#include "core/ksm/merge.h"

#include <optional>

#include "core/ksm/stable_tree.h"
#include "core/mm/mm.h"
#include "core/mm/tlb.h"
#include "core/rmap/page_rmap.h"
#include "core/rmap/walk.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/mlock.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: whether nobody has the page but mappings, the swap cache and the caller. A reference
// more may be a device, which writes without a pte.
bool IsOnlyMapped(const Page& page) {
  const PageUses references = PageSwapCache(page) ? 2 : 1;
  // Order: acquire, so that what was written through a reference that is gone is compared.
  const PageUses uses = page.uses.Load(ksync::acquire);
  return uses / kOneReference == references;
}

// Whether the page can be written by way of the pte as it is, or was without knowing of it.
bool MustChange(const Mm& mm, Pte pte) {
  const Machine& machine = mm.machine;
  if (pte.IsWritable()) return true;
  if (pte.IsDirty() && machine.Has(Fix::kKh42)) return true;
  // A hint gives the right back when it has done its work.
  if (pte.SavesWrite() && machine.Has(Fix::kKh74)) return true;
  // Others have taken the right away, but not told the CPUs yet.
  return TlbFlushPending(mm) && machine.Has(Fix::kKh73);
}

// Returns: the pte as it is when nobody can write. The page knows from now on that it was written;
// else that would be forgotten with the pte, and the page taken for what is in its slot.
Pte ProtectedAndClean(Page& page, Pte pte) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  if (!pte.IsDirty() || !page.machine.Has(Fix::kKh42)) return pte.WriteProtected();
  // Order: relaxed: who asks has the page lock.
  page.dirty.Store(true, ksync::relaxed);
  return pte.WriteProtected().Cleaned();
}

// Returns: the pte, by which the page cannot be written; nothing if it is not mapped there, or may
// be written otherwise. Kernel: write_protect_page().
std::optional<Pte> WriteProtectPage(const Vma& vma, Page& page)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  const std::optional<VirtualPage> address = PageAddressInVma(page, vma);
  if (!address.has_value()) return std::nullopt;
  Mm& mm = *vma.vm_mm.Read();
  const ksync::Guard lock(mm.pte_lock);
  const Pte pte = mm.page_table[*address].Read();
  if (!pte.Maps(page)) return std::nullopt;
  if (!MustChange(mm, pte)) return pte;
  if (!IsOnlyMapped(page)) return std::nullopt;
  const Pte safe = ProtectedAndClean(page, pte);
  mm.page_table[*address].Write(safe);
  FlushTlb(mm, *address, *address + 1);
  return safe;
}

bool PagesIdentical(const Page& page, const Page& shared) {
  const std::uint32_t content = page.content.Read();
  return content == shared.content.Read();
}

// Whether the mark that a page must stay goes on to the shared one.
bool MovesMlock(const Vma& vma) {
  const VmFlags flags = vma.vm_flags.Read();
  return (flags & kVmLocked) != 0 && vma.machine.Has(Fix::kKh11);
}

// Returns: false if the pte is no longer `expected`. Kernel: replace_page().
// Order: marks the shared page under the pte lock, before a write fault can take it away again. The
// kernel does so later, and then the mark may stay for ever (docs/KSM.md).
bool ReplacePage(const Vma& vma, Page& page, Page& shared, Pte expected)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  const std::optional<VirtualPage> address = PageAddressInVma(page, vma);
  if (!address.has_value()) return false;
  Mm& mm = *vma.vm_mm.Read();
  const ksync::Guard lock(mm.pte_lock);
  if (mm.page_table[*address].Read() != expected) return false;
  PageDupRmap(shared);  // It has its anchor. Kernel: page_add_anon_rmap().
  const Pte pte = Pte::Present(shared, vma.vm_page_prot.Read());
  mm.page_table[*address].Write(pte.WriteProtected());
  FlushTlb(mm, *address, *address + 1);
  if (MovesMlock(vma)) shared.mlocked.Write(true);
  PageRemoveRmap(page);
  if (!PageMapped(page)) TryToFreeSwap(page);
  return true;
}

// Returns: as TryToMergeOnePage.
bool MergeLockedPage(const Vma& vma, Page& page, Page* shared)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  bool merged = false;
  if (PageTransHuge(page)) {
    if (!SplitHugePage(page)) return false;
    merged = !page.machine.Has(Fix::kKh71);
  }
  const std::optional<Pte> pte = WriteProtectPage(vma, page);
  if (!pte.has_value()) return merged;
  if (shared != nullptr) {
    return PagesIdentical(page, *shared) ? ReplacePage(vma, page, *shared, *pte) : merged;
  }
  SetPageStableNode(page, nullptr);
  return true;
}

}  // namespace

bool TryToMergeOnePage(const Vma& vma, Page& page, Page* shared) {
  if (&page == shared) return true;  // Mapped there by fork.
  if ((vma.vm_flags.Read() & kVmMergeable) == 0) return false;
  if (!page.lock.TryLock()) return false;  // Another time.
  const bool merged = MergeLockedPage(vma, page, shared);
  page.lock.Unlock();
  if (merged && shared != nullptr && MovesMlock(vma)) MunlockVmaPage(page);
  return merged;
}

}  // namespace rmap::inline KSYNC_BACKEND

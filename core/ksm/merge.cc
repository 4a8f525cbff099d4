// A page that is write-protected at one place may be mapped for writing nowhere else: it is mapped
// elsewhere only by fork, which took that right away.
#include "core/ksm/merge.h"

#include <optional>

#include "core/ksm/stable_tree.h"
#include "core/mm/mm.h"
#include "core/rmap/page_rmap.h"
#include "core/rmap/walk.h"
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
  if (!pte.IsWritable()) return pte;
  if (!IsOnlyMapped(page)) return std::nullopt;
  mm.page_table[*address].Write(pte.WriteProtected());
  return pte.WriteProtected();
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
  if (MovesMlock(vma)) shared.mlocked.Write(true);
  PageRemoveRmap(page);
  if (!PageMapped(page)) TryToFreeSwap(page);
  return true;
}

bool MergeLockedPage(const Vma& vma, Page& page, Page* shared)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  const std::optional<Pte> pte = WriteProtectPage(vma, page);
  if (!pte.has_value()) return false;
  if (shared != nullptr) {
    return PagesIdentical(page, *shared) && ReplacePage(vma, page, *shared, *pte);
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

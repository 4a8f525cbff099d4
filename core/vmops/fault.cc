// Faults race with each other (mmap_sem is shared) and with walks (which have no mmap_sem at all):
// what was read without the pte lock is read again under it.
#include "core/vmops/fault.h"

#include "core/rmap/chain.h"
#include "core/rmap/page_rmap.h"
#include "core/vmops/file_map.h"
#include "core/vmops/stack.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Maps a new page, unless another fault was faster. Returns: whether it did.
bool MapNewPage(Mm& mm, const Vma& vma, VirtualPage address, Page& page) {
  const ksync::Guard lock(mm.pte_lock);
  if (!mm.page_table[address].Read().IsNone()) return false;
  PageAddNewAnonRmap(page, vma, address);
  mm.page_table[address].Write(Pte::Present(page, vma.vm_page_prot.Read()));
  return true;
}

// Kernel: do_anonymous_page().
bool DoAnonymousPage(Mm& mm, Vma& vma, VirtualPage address, Page* fresh) {
  if (!AnonVmaPrepare(vma)) return false;
  Page* const page = fresh != nullptr ? fresh : AllocPage(mm.machine);
  if (page == nullptr) return false;
  if (!MapNewPage(mm, vma, address, *page) && fresh == nullptr) FreeUnusedPage(page);
  return true;
}

// Kernel: migration_entry_to_page(). Requires: the pte lock is held.
Page& MigrationEntryToPage(Pte pte) {
  Page& page = pte.page();
  ksync::Check(PageLocked(page), "BUG: a migration entry names a page that is not locked");
  return page;
}

// Returns: the page whose migration must end before the fault can go on, or null.
Page* MigratingPage(Mm& mm, VirtualPage address) {
  const ksync::Guard lock(mm.pte_lock);
  const Pte pte = mm.page_table[address].Read();
  return pte.IsMigration() ? &MigrationEntryToPage(pte) : nullptr;
}

// Kernel: migration_entry_wait(), mm/migrate.c.
void MigrationEntryWait(Mm& mm, VirtualPage address) {
  Page* const page = MigratingPage(mm, address);
  if (page == nullptr) return;
  const ksync::Guard wait(page->lock);
}

}  // namespace

bool HandlePageFault(Mm& mm, VirtualPage address, Access access, Page* fresh) {
  if (mm.machine.Has(Fix::kKh95) && !GrowStackAlone(mm, address)) return false;
  const ksync::SharedGuard mmap_sem(mm.mmap_sem);
  Vma* const vma = FindVmaOrNext(mm, address);
  ksync::Check(vma != nullptr, "a page outside all VMAs is touched");
  if (!ExpandStack(*vma, address)) return false;
  for (;;) {
    const Pte pte = mm.page_table[address].Read();
    if (pte.IsPresent() && Allows(pte.rights(), access)) return true;
    if (pte.IsMigration()) {
      MigrationEntryWait(mm, address);
    } else if (vma->vm_file.Read() != nullptr) {
      if (!FileFault(mm, *vma, address, access)) return false;
    } else if (!DoAnonymousPage(mm, *vma, address, fresh)) {
      return false;
    }
  }
}

}  // namespace rmap::inline KSYNC_BACKEND

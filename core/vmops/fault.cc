// Faults race with each other (mmap_sem is shared) and with walks (which have no mmap_sem at all):
// what was read without the pte lock is read again under it. Each step below mends one thing and
// gives up silently if the pte has changed; the access is tried again.
#include "core/vmops/fault.h"

#include "core/mm/tlb.h"
#include "core/rmap/chain.h"
#include "core/rmap/page_rmap.h"
#include "core/vmops/file_map.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/hugetlb.h"
#include "core/vmops/mlock.h"
#include "core/vmops/numa_hint.h"
#include "core/vmops/stack.h"
#include "core/vmops/swap_cache.h"
#include "core/vmops/swap_in.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// One fault. `fresh` is used up by the first page that is needed.
struct Fault {
  Mm& mm;
  Vma& vma;
  const VirtualPage address;
  const Access access;
  Page* fresh;

  ksync::Marked<Pte>& pte() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.pte_lock) {
    return mm.page_table[address];
  }
};

// Returns: a pte by which the fault may write. Kernel: maybe_mkwrite(pte_mkdirty()).
Pte PteForWrite(const Fault& fault, const Page& page) {
  const Pte pte = Pte::Present(page, fault.vma.vm_page_prot.Read());
  return fault.mm.machine.HasDirtyBits() ? pte.Dirtied() : pte;
}

// Returns: a page for MapNewPage; null if memory ran out.
Page* NewPage(const Fault& fault) {
  return fault.fresh != nullptr ? fault.fresh : AllocPage(fault.mm.machine);
}

// Whether a huge page has been mapped over the pte. Kernel: pmd_trans_huge(), asked once more in
// handle_mm_fault().
bool IsUnderHugePmd(const Fault& fault) ABSL_EXCLUSIVE_LOCKS_REQUIRED(fault.mm.pte_lock) {
  if (!fault.mm.machine.HasHugePages()) return false;
  return fault.mm.huge_pmds[fault.address].pmd.Read().IsPresent();
}

// Whether nothing is mapped any more where there is nothing: the pages of the mm go, or have gone.
// Kernel: ksm_test_exit() in do_anonymous_page(), 9ba6929480.
bool BacksOut(const Fault& fault, Pte pte) {
  const Machine& machine = fault.mm.machine;
  if (machine.ksm() == nullptr || machine.Has(Fix::kKh07)) return false;
  return pte.IsNone() && fault.mm.mm_users.Read() == 0;
}

// Maps a new page, unless the pte is no longer `expected`; then the page is given back.
// Returns: whether it is mapped. Requires: the VMA has an anon_vma.
bool MapNewPage(Fault& fault, Pte expected, Page& page) {
  {
    const ksync::Guard lock(fault.mm.pte_lock);
    if (!IsUnderHugePmd(fault) && fault.pte().Read() == expected && !BacksOut(fault, expected)) {
      PageAddNewAnonRmap(page, fault.vma, fault.address);
      MlockVmaNewPage(page, fault.vma);
      fault.pte().Write(PteForWrite(fault, page));
      if (expected.IsPresent()) {
        FlushTlb(fault.mm, fault.address, fault.address + 1);
        PageRemoveRmap(expected.page());
      }
      fault.fresh = nullptr;
      return true;
    }
  }
  if (&page != fault.fresh) FreeUnusedPage(&page);
  return false;
}

// Kernel: do_anonymous_page().
bool DoAnonymousPage(Fault& fault) {
  if (!AnonVmaPrepare(fault.vma)) return false;
  Page* const page = NewPage(fault);
  if (page == nullptr) return false;
  MapNewPage(fault, Pte{}, *page);
  return true;
}

// Kernel: migration_entry_to_page(). Requires: the pte lock is held.
Page& MigrationEntryToPage(Pte pte) {
  Page& page = pte.page();
  ksync::Check(PageLocked(page), "BUG: a migration entry names a page that is not locked");
  return page;
}

// Returns: the page whose migration must end before the fault can go on, with a reference; or null.
// As long as the entry stands, who migrates the page has a reference too.
Page* MigratingPage(const Fault& fault) {
  const ksync::Guard lock(fault.mm.pte_lock);
  const Pte pte = fault.pte().Read();
  if (!pte.IsMigration()) return nullptr;
  Page& page = MigrationEntryToPage(pte);
  GetPage(page);
  return &page;
}

// The reference makes a migration fail that has not counted yet. Kernel: migration_entry_wait(),
// mm/migrate.c.
void MigrationEntryWait(const Fault& fault) {
  Page* const page = MigratingPage(fault);
  if (page == nullptr) return;
  page->lock.Lock();
  page->lock.Unlock();
  PutPage(*page);
}

bool DoSwapPage(const Fault& fault, Pte orig) {
  SwapIn swap_in(fault.vma, fault.address, fault.access, orig);
  return swap_in.Begin() && swap_in.Finish();
}

// Locks the page that `orig` maps. The pte lock is dropped to wait.
// Returns: false if the pte has changed meanwhile; then the page is not locked.
bool LockPageOfPte(const Fault& fault, Pte orig, Page& page)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(fault.mm.pte_lock)
        ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true, page.lock) {
  if (page.lock.TryLock()) return true;
  GetPage(page);
  fault.mm.pte_lock.Unlock();
  page.lock.Lock();
  fault.mm.pte_lock.Lock();
  const bool same = fault.pte().Read() == orig;
  if (!same) page.lock.Unlock();
  PutPage(page);
  return same;
}

// Makes the page writable if nobody else can have it. Returns: false if it is shared.
bool ReusePage(const Fault& fault, Page& page)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(fault.mm.pte_lock, page.lock) {
  if (!ReuseSwapPage(page)) return false;
  if (page.machine.Has(Mechanism::kReanchorOnReuse)) {
    PageMoveAnonRmap(page, fault.vma, fault.address);
  }
  fault.pte().Write(PteForWrite(fault, page));
  return true;
}

// Returns: whether there is nothing left to copy: the page may be written now, or the pte has
// changed. The pte lock may be dropped meanwhile.
bool TryToReuse(const Fault& fault, Pte orig) ABSL_EXCLUSIVE_LOCKS_REQUIRED(fault.mm.pte_lock) {
  if (fault.pte().Read() != orig) return true;
  Page& page = orig.page();
  if (ToAnonVma(page.mapping.Read()) == nullptr) return false;
  if (!LockPageOfPte(fault, orig, page)) return true;
  const bool reused = ReusePage(fault, page);
  page.lock.Unlock();
  return reused;
}

// Gives the fault a copy of `old` to write to. Requires: the caller has a reference on `old`.
// Returns: false if memory ran out. Kernel: the label gotten in do_wp_page().
bool CopyPage(Fault& fault, Pte orig, Page& old) {
  if (!AnonVmaPrepare(fault.vma)) return false;
  Page* const page = NewPage(fault);
  if (page == nullptr) return false;
  const std::uint32_t content = old.content.Read();
  page->content.Write(content);
  const bool locked = (fault.vma.vm_flags.Read() & kVmLocked) != 0;
  // As long as the pte is there, reclaim may set the flag again.
  const bool munlocks_late = old.machine.Has(Fix::kKh45);
  if (locked && !munlocks_late) ClearPageMlock(old);
  const bool copied = MapNewPage(fault, orig, *page);
  if (copied && locked && munlocks_late) MunlockVmaPage(old);
  return true;
}

// Kernel: do_wp_page().
bool DoWpPage(Fault& fault, Pte orig) {
  Page& old = orig.page();
  {
    const ksync::Guard lock(fault.mm.pte_lock);
    if (TryToReuse(fault, orig)) return true;
    GetPage(old);
  }
  const bool had_memory = CopyPage(fault, orig, old);
  FreePageAndSwapCache(old);
  return had_memory;
}

bool IsSharedFile(const Vma& vma) {
  return vma.vm_file.Read() != nullptr && (vma.vm_flags.Read() & kVmShared) != 0;
}

// Mends what is wrong with the pte. Returns: false if memory ran out. Kernel: handle_pte_fault().
bool HandlePteFault(Fault& fault, Pte pte) ABSL_SHARED_LOCKS_REQUIRED(fault.mm.mmap_sem) {
  if (pte.IsMigration()) {
    MigrationEntryWait(fault);
    return true;
  }
  if (pte.IsSwap()) return DoSwapPage(fault, pte);
  if (pte.IsHint()) {
    NumaHintFault(fault.vma, fault.address);
    return true;
  }
  if (IsSharedFile(fault.vma)) return FileFault(fault.mm, fault.vma, fault.address, fault.access);
  return pte.IsPresent() ? DoWpPage(fault, pte) : DoAnonymousPage(fault);
}

// Returns: whether the access is allowed now. Fails: if memory ran out.
bool Handle(Fault& fault) ABSL_SHARED_LOCKS_REQUIRED(fault.mm.mmap_sem) {
  if (IsHugetlb(fault.vma)) return false;  // HugetlbFault() is for these.
  if (!Allows(fault.vma.vm_flags.Read() & kVmAccess, fault.access)) return false;
  for (;;) {
    const bool makes = fault.fresh == nullptr;
    const HugeFault huge = HandleHugePmd(fault.mm, fault.vma, fault.address, fault.access, makes);
    if (huge == HugeFault::kDone) return true;
    if (huge == HugeFault::kAgain) continue;
    const Pte pte = PeekPte(fault.mm, fault.address);
    if (pte.IsPresent() && Allows(pte.rights(), fault.access)) return true;
    if (!HandlePteFault(fault, pte)) return false;
  }
}

// Returns: whether the access went through the pte, after `use(page)`.
template <typename Use>
bool AccessThroughPte(Mm& mm, VirtualPage address, Access access, Use use) {
  const ksync::Guard translation(mm.pte_lock);
  const Pte pte = TranslationAt(mm, address);
  if (!pte.IsPresent() || !Allows(pte.rights(), access)) return false;
  if (access == Access::kWrite && mm.machine.HasDirtyBits() && !pte.IsDirty()) {
    mm.page_table[address].Write(pte.Dirtied());
  }
  use(pte.page());
  return true;
}

// Returns: false if memory ran out.
template <typename Use>
bool UserAccess(Mm& mm, VirtualPage address, Access access, Use use) {
  while (!AccessThroughPte(mm, address, access, use)) {
    if (!HandlePageFault(mm, address, access)) return false;
  }
  return true;
}

}  // namespace

bool HandlePageFault(Mm& mm, VirtualPage address, Access access, Page* fresh) {
  const bool grows_alone = mm.machine.Has(Fix::kKh95);
  for (;;) {
    if (grows_alone && !GrowStackAlone(mm, address)) return false;
    const ksync::SharedGuard mmap_sem(mm.mmap_sem);
    Vma* const vma = FindVmaOrNext(mm, address);
    if (vma == nullptr) return false;
    // Between the two locks somebody may have taken away what had grown; the kernel downgrades one
    // to the other.
    if (grows_alone && vma->vm_start.Read() > address) continue;
    if (!grows_alone && !ExpandStack(*vma, address)) return false;
    Fault fault{mm, *vma, address, access, fresh};
    fault.mm.mmap_sem.AssertHeldShared();  // It is `mm`.
    return Handle(fault);
  }
}

// The analysis does not see that the fault's mm is this one.
bool HandleMmFault(Mm& mm, Vma& vma, VirtualPage address,
                   Access access) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Fault fault{mm, vma, address, access, nullptr};
  return HandlePteFault(fault, PeekPte(mm, address));
}

std::optional<std::uint32_t> UserRead(Mm& mm, VirtualPage address) {
  std::uint32_t value = 0;
  const auto read = [&value](const Page& page) { value = page.content.Read(); };
  if (!UserAccess(mm, address, Access::kRead, read)) return std::nullopt;
  return value;
}

bool UserWrite(Mm& mm, VirtualPage address, std::uint32_t value) {
  const auto write = [value](Page& page) { page.content.Write(value); };
  return UserAccess(mm, address, Access::kWrite, write);
}

}  // namespace rmap::inline KSYNC_BACKEND

// A huge page is split under the lock of its anon_vma; everything else here is under a pte lock.
// Whoever meets an entry that is being split waits by taking the anon_vma's lock and giving it
// back. Kernel: wait_split_huge_page().
#include "core/vmops/huge_page.h"

#include <optional>

#include "core/rmap/chain.h"
#include "core/rmap/page_lock.h"
#include "core/rmap/page_rmap.h"
#include "core/rmap/walk.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Whether a split takes more than a walk does. Where walks exclude each other it need not.
bool TakesLockForChanges(const Machine& machine) {
  return machine.Has(Mechanism::kSharedWalkers) && machine.Has(Fix::kKh58);
}

// Clang does not look at the next three: the lock is chosen at run time.

// Returns: the anon_vma of the head, locked; false if nobody maps it.
LockedAnonVma LockForSplit(Page& head) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (!TakesLockForChanges(head.machine)) return PageLockAnonVma(head);
  AnonVma* const anon_vma = PageGetAnonVma(head);
  if (anon_vma == nullptr) return {};
  AnonVmaLock& lock = LockOf(head.machine, *anon_vma);
  lock.Lock();
  return {anon_vma, &lock};
}

void UnlockAfterSplit(const Page& head,
                      const LockedAnonVma& locked) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (!TakesLockForChanges(head.machine)) return PageUnlockAnonVma(head, locked);
  locked.lock->Unlock();
  PutAnonVma(head.machine, *locked.anon_vma);
}

// Kernel: wait_split_huge_page(). Requires: the VMA maps, or has just mapped, the huge page.
void WaitSplitHugePage(const Vma& vma) {
  AnonVmaLock& lock = LockOf(vma.machine, *vma.anon_vma.Read());
  lock.Lock();
  lock.Unlock();
}

// Calls act(mm, huge entry, address) under the pte lock for each place where a VMA of the anon_vma
// maps the head; true counts. Returns: the count. Requires: the anon_vma's lock.
template <typename Act>
int CountPmds(const Page& head, const AnonVma& anon_vma, Act act) {
  int count = 0;
  const PageOffset index = head.index.Read();
  anon_vma.members.Visit(index, index, [&](const AnonVmaChain& avc) {
    const Vma& vma = *avc.vma.Read();
    const std::optional<VirtualPage> address = VmaAddress(head, vma);
    if (!address.has_value()) return true;
    Mm& mm = *vma.vm_mm.Read();
    const ksync::Guard lock(mm.pte_lock);
    if (*address != HugeStart(*address)) return true;
    HugePmd& entry = mm.huge_pmds[*address];
    if (entry.pmd.Read().Maps(head) && act(mm, entry, *address)) ++count;
    return true;
  });
  return count;
}

// Kernel: __split_huge_page_splitting().
int MarkSplitting(const Page& head, const AnonVma& anon_vma) {
  return CountPmds(head, anon_vma, [](const Mm&, HugePmd& entry, VirtualPage) {
    if (entry.splitting.Read()) return false;
    entry.splitting.Write(true);
    return true;
  });
}

static_assert(kHpagePmdNr == 2, "one page is behind the head");

// Nobody has found the pages behind the head yet. Each gets the caller's reference: if the last
// mapping has gone meanwhile, nobody else has one. Kernel: __split_huge_page_refcount().
void SplitCounts(Page& head, int mappings) {
  Page& behind = *head.behind.Read();
  behind.mapping.Write(head.mapping.Read());
  behind.index.Write(head.index.Read() + 1);
  const PageUses uses = static_cast<PageUses>(mappings) * kOneMapping + kOneReference;
  behind.uses.FetchAdd(uses, ksync::relaxed);
  head.trans_huge.Write(false);
}

// Kernel: __split_huge_page_map().
int MapPages(const Page& head, const AnonVma& anon_vma) {
  return CountPmds(head, anon_vma, [&head](Mm& mm, HugePmd& entry, VirtualPage address) {
    mm.pte_lock.AssertHeld();
    ksync::Check(entry.splitting.Read(), "BUG: a huge page is mapped that is split");
    const Rights rights = entry.pmd.Read().rights();
    mm.page_table[address].Write(Pte::Present(head, rights));
    mm.page_table[address + 1].Write(Pte::Present(*head.behind.Read(), rights));
    entry.pmd.Write(Pte{});
    entry.splitting.Write(false);
    return true;
  });
}

// Kernel: __split_huge_page().
void SplitUnderLock(Page& head, const AnonVma& anon_vma) {
  const int marked = MarkSplitting(head, anon_vma);
  const int mapcount = PageMapcount(head);
  ksync::Check(marked == mapcount, "BUG: a split does not find each mapping of a huge page");
  SplitCounts(head, marked);
  const int mapped = MapPages(head, anon_vma);
  ksync::Check(mapped == marked, "BUG: a split does not find again what it has marked");
  PutPage(*head.behind.Read());
}

// Whether a fault may make a huge page there. Kernel: transparent_hugepage_enabled(), and the test
// of the piece in do_huge_pmd_anonymous_page().
bool MayBeHuge(const Mm& mm, const Vma& vma, VirtualPage address) {
  const VirtualPage start = HugeStart(address);
  if ((vma.vm_flags.Read() & (kVmHugepage | kVmLocked)) != kVmHugepage) return false;
  if (!mm.machine.Has(Mechanism::kHugePages)) return false;
  return start >= vma.vm_start.Read() && start + kHpagePmdNr <= vma.vm_end.Read();
}

bool MapsNothing(const Mm& mm, VirtualPage start) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.pte_lock) {
  if (!mm.huge_pmds[start].pmd.Read().IsNone()) return false;
  for (VirtualPage i = 0; i < kHpagePmdNr; ++i) {
    if (!mm.page_table[start + i].Read().IsNone()) return false;
  }
  return true;
}

// Returns: whether it is mapped; else somebody was faster.
bool MapHugePage(Mm& mm, const Vma& vma, VirtualPage start, Page& head) {
  const ksync::Guard lock(mm.pte_lock);
  if (!MapsNothing(mm, start)) return false;
  PageAddNewAnonRmap(head, vma, start);
  mm.huge_pmds[start].pmd.Write(Pte::Present(head, vma.vm_page_prot.Read()));
  return true;
}

// Kernel: do_huge_pmd_anonymous_page(). If memory runs out, single pages will do.
HugeFault DoHugePmdAnonymousPage(Mm& mm, Vma& vma, VirtualPage start) {
  {
    const ksync::Guard lock(mm.pte_lock);
    if (!MapsNothing(mm, start)) return HugeFault::kNone;
  }
  if (!AnonVmaPrepare(vma)) return HugeFault::kNone;
  Page* const head = AllocHugePage(mm.machine);
  if (head == nullptr) return HugeFault::kNone;
  if (!MapHugePage(mm, vma, start, *head)) FreeUnusedPage(head);
  return HugeFault::kAgain;
}

struct SeenPmd {
  Pte pmd;
  bool splitting = false;
};

SeenPmd PmdAt(Mm& mm, VirtualPage address) {
  const ksync::Guard lock(mm.pte_lock);
  const HugePmd& entry = mm.huge_pmds[address];
  const Pte pmd = entry.pmd.Read();
  return {pmd, entry.splitting.Read()};
}

}  // namespace

bool SplitHugePage(Page& head) {
  const LockedAnonVma locked = LockForSplit(head);
  if (!locked) return false;
  if (PageTransHuge(head)) SplitUnderLock(head, *locked.anon_vma);
  UnlockAfterSplit(head, locked);
  return true;
}

Page* IsolateHugePage(Mm& mm, VirtualPage address) {
  if (!mm.machine.HasHugePages()) return nullptr;
  const ksync::Guard lock(mm.pte_lock);
  const Pte pmd = mm.huge_pmds[address].pmd.Read();
  if (!pmd.IsPresent()) return nullptr;
  GetPage(pmd.page());
  return &pmd.page();
}

void SplitHugePmd(Mm& mm, VirtualPage address) {
  Page* const head = IsolateHugePage(mm, address);
  if (head == nullptr) return;
  SplitHugePage(*head);
  PutPage(*head);
}

void SplitHugePmds(Mm& mm, VirtualPage start, VirtualPage end) {
  if (!mm.machine.HasHugePages()) return;
  for (VirtualPage at = HugeStart(start); at < end; at += kHpagePmdNr) SplitHugePmd(mm, at);
}

HugeFault HandleHugePmd(Mm& mm, Vma& vma, VirtualPage address, Access access, bool makes) {
  if (!mm.machine.HasHugePages()) return HugeFault::kNone;
  const SeenPmd seen = PmdAt(mm, address);
  if (!seen.pmd.IsPresent()) {
    if (!makes || !MayBeHuge(mm, vma, address)) return HugeFault::kNone;
    return DoHugePmdAnonymousPage(mm, vma, HugeStart(address));
  }
  if (Allows(seen.pmd.rights(), access)) return HugeFault::kDone;
  seen.splitting ? WaitSplitHugePage(vma) : SplitHugePmd(mm, address);
  return HugeFault::kAgain;
}

Pte TranslationAt(const Mm& mm, VirtualPage address) {
  if (mm.machine.HasHugePages()) {
    const Pte pmd = mm.huge_pmds[address].pmd.Read();
    if (pmd.IsPresent() && address == HugeStart(address)) return pmd;
    if (pmd.IsPresent()) return Pte::Present(*pmd.page().behind.Read(), pmd.rights());
  }
  return mm.page_table[address].Read();
}

bool CopyHugePmd(Mm& child, Mm& parent, const Vma& vma, VirtualPage address) {
  if (!parent.machine.HasHugePages()) return false;
  {
    const ksync::Guard child_lock(child.pte_lock);
    const ksync::Guard parent_lock(parent.pte_lock, ksync::Nesting::kSecond);
    HugePmd& entry = parent.huge_pmds[address];
    const Pte pmd = entry.pmd.Read();
    if (!pmd.IsPresent()) return false;
    if (!entry.splitting.Read()) {
      PageDupRmap(pmd.page());
      entry.pmd.Write(pmd.WriteProtected());
      child.huge_pmds[address].pmd.Write(pmd.WriteProtected());
      return true;
    }
  }
  WaitSplitHugePage(vma);
  return false;
}

bool ZapHugePmd(Mm& mm, const Vma& vma, VirtualPage address) {
  if (!mm.machine.HasHugePages()) return false;
  {
    const ksync::Guard lock(mm.pte_lock);
    HugePmd& entry = mm.huge_pmds[address];
    const Pte pmd = entry.pmd.Read();
    if (!pmd.IsPresent()) return false;
    if (!entry.splitting.Read()) {
      entry.pmd.Write(Pte{});
      PageRemoveRmap(pmd.page());
      return true;
    }
  }
  WaitSplitHugePage(vma);
  return false;
}

}  // namespace rmap::inline KSYNC_BACKEND

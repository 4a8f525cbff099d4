// The walks. All share ForEachVma (which VMAs?) and WithPte (is it really there?); they differ in
// how they get hold of the anon_vma and in what they do with a pte.
#include "core/rmap/walk.h"

#include "core/mm/ksm_port.h"
#include "core/mm/mm.h"
#include "core/mm/tlb.h"
#include "core/rmap/page_check.h"
#include "core/rmap/page_rmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Calls visit(vma, address) for each VMA that may map the page, until it returns false.
// Returns: how many VMAs it looked at.
// Requires: the anon_vma's lock is held, which keeps the links and through them the VMAs.
template <typename Visit>
int ForEachVma(const AnonVma& anon_vma, const Page& page, Visit visit) {
  const PageOffset index = page.index.Read();
  int visited = 0;
  anon_vma.members.Visit(index, index, [&](const AnonVmaChain& avc) {
    ++visited;
    Vma& vma = *avc.vma.Read();
    const std::optional<VirtualPage> address = VmaAddress(page, vma);
    return !address.has_value() || visit(vma, *address);
  });
  return visited;
}

// Kernel: page_referenced_one(), without the accessed bit.
bool PageReferencedOne(const Page& page, const Vma& vma, VirtualPage address) {
  const auto maps = [&page](Pte pte) { return pte.Maps(page); };
  return WithPte(vma, address, Peek::kSparesTheLock, maps, [](const ksync::Marked<Pte>&) {});
}

// Returns: what stands for the page from now on.
Pte ReplacementFor(const Page& page, Pte pte, Unmap what) {
  if (what == Unmap::kForMigration) return Pte::Migration(page, pte.rights());
  if (what == Unmap::kPoisoned) return Pte{};
  const SwapEntry entry = page.swap_entry.Read();
  page.machine.swap().SwapDuplicate(entry);
  return Pte::Swap(entry);
}

// What was written by way of a pte is known by the page from now on. Kernel: set_page_dirty().
// Order: relaxed: who asks, when the page is stored, has the page lock, as the caller has.
void MoveDirtyBit(Page& page, Pte pte) {
  if (pte.IsDirty()) page.dirty.Store(true, ksync::relaxed);
}

bool IsMlocked(const Vma& vma) { return (vma.vm_flags.Read() & kVmLocked) != 0; }

// Whether the walk is not to look there at all: what exec is about to move cannot be found again.
// Kernel: invalid_migration_vma().
bool IsPassedOver(const Vma& vma, Unmap what) {
  if (what != Unmap::kForMigration || !vma.machine.Has(Fix::kKh36)) return false;
  return (vma.vm_flags.Read() & kVmStackIncomplete) != 0;
}

// Whether the page stays, because the VMA locks its pages. Kernel: TTU_IGNORE_MLOCK.
bool KeepsPages(const Vma& vma, Unmap what) {
  const bool asks = what == Unmap::kToSwap || what == Unmap::kNothing;
  return asks && IsMlocked(vma);
}

// Marks the page after the pte lock was given back. By now the VMA may have been unlocked and its
// pages unmarked, so it is asked again under mmap_sem. Nobody may wait for that under the locks of
// a walk: if it is taken, the page just stays, and the next walk decides. Returns: whether it is
// marked. Kernel: the label out_mlock in try_to_unmap_one().
bool MlockUnderMmapSem(Page& page, const Vma& vma) {
  Mm& mm = *vma.vm_mm.Read();
  if (!mm.mmap_sem.TryLockShared()) return false;
  const bool locked = IsMlocked(vma);
  if (locked) page.mlocked.Write(true);
  mm.mmap_sem.UnlockShared();
  return locked;
}

// What a walk did at one VMA. Kernel: SWAP_AGAIN, also for kUnmapped; SWAP_MLOCK.
enum class Outcome { kNothing, kUnmapped, kMarked };

// Kernel: try_to_unmap_one(), try_to_unmap_anon().
Outcome TryToUnmapOne(Page& page, const Vma& vma, VirtualPage address, Unmap what) {
  if (IsPassedOver(vma, what)) return Outcome::kNothing;
  const bool under_pte_lock = page.machine.Has(Fix::kKh109);
  bool keeps = false;
  const auto maps = [&page](Pte pte) { return pte.Maps(page); };
  const bool mapped =
      WithPte(vma, address, Peek::kSparesTheLock, maps, [&](ksync::Marked<Pte>& pte) {
        keeps = KeepsPages(vma, what);
        if (keeps && under_pte_lock) page.mlocked.Write(true);
        if (keeps || what == Unmap::kNothing) return;
        const Pte mapped = pte.Read();
        pte.Write(ReplacementFor(page, mapped, what));
        FlushTlb(*vma.vm_mm.Read(), address, address + 1);
        MoveDirtyBit(page, mapped);
        PageRemoveRmap(page);
      });
  if (!keeps) return mapped && what != Unmap::kNothing ? Outcome::kUnmapped : Outcome::kNothing;
  const bool marked = under_pte_lock || MlockUnderMmapSem(page, vma);
  return marked ? Outcome::kMarked : Outcome::kNothing;
}

// Kernel: remove_migration_pte(), mm/migrate.c. Returns: whether an entry stood there.
bool RemoveMigrationPte(const Page& old, Page& page, const Vma& vma, VirtualPage address,
                        bool was_mlocked) {
  const auto stands_for = [&old](Pte pte) { return pte.IsMigrationOf(old); };
  // An entry that mremap moves just now is nowhere for a moment, but under the lock.
  const Peek peek = vma.machine.Has(Fix::kKh53) ? Peek::kNever : Peek::kSparesTheLock;
  return WithPte(vma, address, peek, stands_for, [&](ksync::Marked<Pte>& pte) {
    // The entry remembers only whether the page was writable; the rest is the VMA's to say.
    const Rights rights = pte.Read().rights() | kVmRead;
    pte.Write(Pte::Present(page, rights & vma.vm_page_prot.Read()));
    page.lock.AssertHeld();
    PageAddAnonRmap(page, vma, address);
    if (was_mlocked && IsMlocked(vma)) page.mlocked.Write(true);
  });
}

// Kernel: rmap_walk_anon(). Visits all, and does not ask whether the page is mapped.
// Requires: the page lock, and a reason why the anon_vma lives or stays an anon_vma.
template <typename Visit>
WalkResult RmapWalkAnon(const Page& page, Visit visit) {
  WalkResult result;
  AnonVma* const anon_vma = ToAnonVma(page.mapping.LoadAcquire());
  if (anon_vma == nullptr) return result;
  const ksync::SharedGuard lock(LockOf(page.machine, *anon_vma));
  result.visited = ForEachVma(*anon_vma, page, [&](Vma& vma, VirtualPage address) {
    if (visit(vma, address)) ++result.found;
    return true;
  });
  return result;
}

// The same for every page that is or was mapped by processes. Kernel: rmap_walk(), e9995ef978;
// before, remove_anon_migration_ptes().
template <typename Visit>
WalkResult RmapWalk(const Page& page, Visit visit) {
  const bool knows_merged = page.machine.Has(KsmState::kRmapWalk);
  if (!knows_merged || !PageKsm(page)) return RmapWalkAnon(page, visit);
  WalkResult result;
  result.visited = page.machine.ksm()->ForEachVma(page, [&](Vma& vma, VirtualPage address) {
    if (visit(vma, address)) ++result.found;
    return true;
  });
  return result;
}

// Whether walks ask KSM where the page is mapped. Before, it was on no list of reclaim's, and no
// walk was to come to it. Kernel: PageKsm(), 5ad6468801.
bool IsWalkedByKsm(const Page& page) {
  return page.machine.Has(KsmState::kSwappable) && PageKsm(page);
}

// A merged page is looked for with its lock held, or another time.
// Kernel: page_referenced(), page_referenced_ksm().
WalkResult PageReferencedKsm(Page& page) {
  WalkResult result;
  if (!page.lock.TryLock()) return result;
  const int mapcount = PageMapcount(page);
  result.visited = page.machine.ksm()->ForEachVma(page, [&](Vma& vma, VirtualPage address) {
    if (PageReferencedOne(page, vma, address)) ++result.found;
    return result.found < mapcount;
  });
  page.lock.Unlock();
  return result;
}

// Returns: the processes of the machine, which is the page's, that map the page.
// Requires: the anon_vma is locked, and is the page's.
std::vector<const Mm*> ProcsThatUse(const Machine& machine, Page& page, AnonVma& anon_vma)
    ABSL_SHARED_LOCKS_REQUIRED(machine.tasklist_lock) {
  std::vector<const Mm*> found;
  for (auto* task = machine.tasks.First(); task != nullptr; task = machine.tasks.After(*task)) {
    ForEachVma(anon_vma, page, [&](const Vma& vma, VirtualPage address) {
      if (vma.vm_mm.Read() != &task->owner()) return true;
      if (PageReferencedOne(page, vma, address)) found.push_back(&task->owner());
      return true;
    });
  }
  return found;
}

}  // namespace

std::optional<VirtualPage> PageAddressInVma(const Page& page, const Vma& vma) {
  const Machine& machine = page.machine;
  AnonVma* const own = vma.anon_vma.Read();
  AnonVma* const anchor = ToAnonVma(page.mapping.Read());
  if (own == nullptr) return std::nullopt;
  // A page that was merged half-way: it is anonymous, and has neither anon_vma nor stable node.
  if (anchor == nullptr && machine.Has(Fix::kKh32)) return std::nullopt;
  // An inherited page is anchored at an ancestor's.
  if (!machine.Has(Fix::kKh31) && own != anchor) return std::nullopt;
  if (machine.Has(Mechanism::kRootLock)) {
    const AnonVma* const root = own->root.Read();
    if (root != anchor->root.Read()) return std::nullopt;
  }
  return VmaAddress(page, vma);
}

WalkResult PageReferenced(Page& page) {
  if (IsWalkedByKsm(page)) return PageReferencedKsm(page);
  WalkResult result;
  const LockedAnonVma locked = PageLockAnonVma(page);
  if (!locked) return result;
  const int mapcount = PageMapcount(page);
  result.visited = ForEachVma(*locked.anon_vma, page, [&](const Vma& vma, VirtualPage address) {
    if (PageReferencedOne(page, vma, address)) ++result.found;
    return result.found < mapcount;
  });
  PageUnlockAnonVma(page, locked);
  return result;
}

WalkResult TryToUnmap(Page& page, Unmap what) {
  page.lock.AssertHeld();
  ksync::Check(!PageTransHuge(page), "BUG: a huge page is unmapped that was not split");
  WalkResult result;
  const auto unmap_one = [&](const Vma& vma, VirtualPage address) {
    const Outcome outcome = TryToUnmapOne(page, vma, address, what);
    if (outcome == Outcome::kUnmapped) ++result.found;
    return outcome != Outcome::kMarked && PageMapped(page);
  };
  if (IsWalkedByKsm(page)) {
    result.visited = page.machine.ksm()->ForEachVma(page, unmap_one);
    return result;
  }
  const LockedAnonVma locked = PageLockAnonVma(page);
  if (!locked) return result;
  result.visited = ForEachVma(*locked.anon_vma, page, unmap_one);
  PageUnlockAnonVma(page, locked);
  return result;
}

WalkResult RemoveMigrationPtes(Page& old, Page& page, bool was_mlocked) {
  page.lock.AssertHeld();
  return RmapWalk(page, [&](const Vma& vma, VirtualPage address) {
    return RemoveMigrationPte(old, page, vma, address, was_mlocked);
  });
}

std::vector<const Mm*> CollectProcsAnon(Page& page) {
  const Machine& machine = page.machine;
  std::vector<const Mm*> found;
  if (!machine.Has(Mechanism::kSleepingLock)) {
    const ksync::SharedGuard tasks(machine.tasklist_lock);
    const LockedAnonVma locked = PageLockAnonVma(page);
    if (!locked) return found;
    found = ProcsThatUse(machine, page, *locked.anon_vma);
    PageUnlockAnonVma(page, locked);
    return found;
  }
  // Under tasklist_lock, which spins, nobody may wait for a lock that sleeps.
  const LockedAnonVma locked = PageLockAnonVma(page);
  if (!locked) return found;
  {
    const ksync::SharedGuard tasks(machine.tasklist_lock);
    found = ProcsThatUse(machine, page, *locked.anon_vma);
  }
  PageUnlockAnonVma(page, locked);
  return found;
}

}  // namespace rmap::inline KSYNC_BACKEND

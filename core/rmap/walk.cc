// The walks. All share ForEachVma (which VMAs?) and WithPte (is it really there?); they differ in
// how they get hold of the anon_vma and in what they do with a pte.
#include "core/rmap/walk.h"

#include "core/mm/mm.h"
#include "core/rmap/page_rmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the anon_vma the page is anchored at, or null if that cannot be trusted.
// Requires: an RCU section. What is returned was alive in it, or the page was not mapped.
// Order: acquire stands for the address dependency from the word to the object behind it.
AnonVma* MappedAnonVma(const Page& page) {
  AnonVma* const anon_vma = ToAnonVma(page.mapping.LoadAcquire());
  if (anon_vma == nullptr) return nullptr;
  return PageMapped(page) ? anon_vma : nullptr;
}

// Calls visit(vma, address) for each VMA that may map the page, until it returns false.
// Requires: the anon_vma's lock is held, which keeps the links and through them the VMAs.
template <typename Visit>
void ForEachVma(AnonVma& anon_vma, const Page& page, Visit visit) {
  for (auto* node = anon_vma.head.First(); node != nullptr; node = anon_vma.head.After(*node)) {
    Vma& vma = *node->owner().vma.Read();
    const std::optional<VirtualPage> address = VmaAddress(page, vma);
    if (address.has_value() && !visit(vma, *address)) return;
  }
}

// Calls act(pte) under the pte lock if `address` holds `wanted`. Returns: whether it did.
// Kernel: page_check_address(): one look without the lock, and one with it.
template <typename Act>
bool WithPte(const Vma& vma, VirtualPage address, Pte wanted, Act act) {
  Mm& mm = *vma.vm_mm.Read();
  ksync::Marked<Pte>& pte = mm.page_table[address];
  if (pte.Read() != wanted) return false;
  const ksync::Guard lock(mm.pte_lock);
  if (pte.Read() != wanted) return false;
  act(pte);
  return true;
}

// Kernel: page_referenced_one(), without the accessed bit.
bool PageReferencedOne(const Page& page, const Vma& vma, VirtualPage address) {
  return WithPte(vma, address, Pte::Present(page.pfn), [](const ksync::Marked<Pte>&) {});
}

// Kernel: try_to_unmap_one().
void TryToUnmapOne(Page& page, const Vma& vma, VirtualPage address) {
  WithPte(vma, address, Pte::Present(page.pfn), [&page](ksync::Marked<Pte>& pte) {
    pte.Write(Pte::Migration(page.pfn));
    PageRemoveRmap(page);
  });
}

// Kernel: remove_migration_pte(), mm/migrate.c.
void RemoveMigrationPte(const Page& old, Page& page, const Vma& vma, VirtualPage address) {
  WithPte(vma, address, Pte::Migration(old.pfn), [&](ksync::Marked<Pte>& pte) {
    pte.Write(Pte::Present(page.pfn));
    PageAddAnonRmap(page, vma, address);
  });
}

// Kernel: rmap_walk_anon(). Visits all, and does not ask whether the page is mapped.
// Requires: the page lock, and a reason why the anon_vma lives or stays an anon_vma.
template <typename Visit>
void RmapWalkAnon(const Page& page, Visit visit) {
  AnonVma* const anon_vma = ToAnonVma(page.mapping.LoadAcquire());
  if (anon_vma == nullptr) return;
  const ksync::Guard lock(LockOf(page.machine, *anon_vma));
  ForEachVma(*anon_vma, page, [&](Vma& vma, VirtualPage address) {
    visit(vma, address);
    return true;
  });
}

}  // namespace

std::optional<VirtualPage> VmaAddress(const Page& page, const Vma& vma) {
  const PageOffset index = page.index.Read();
  const VirtualPage start = vma.vm_start.Read();
  const VirtualPage address = start + (index - vma.vm_pgoff.Read());
  if (address < start || address >= vma.vm_end.Read()) return std::nullopt;
  if (vma.machine.Has(Mechanism::kVmLockRmap)) {
    if ((vma.vm_flags.Read() & kVmLockRmap) != 0) return std::nullopt;
  }
  return address;
}

AnonVma* PageLockAnonVma(Page& page) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  const Machine& machine = page.machine;
  ksync::RcuReadLock();
  AnonVma* const anon_vma = MappedAnonVma(page);
  if (anon_vma == nullptr) {
    ksync::RcuReadUnlock();
    return nullptr;
  }
  ksync::SpinLock& lock = LockOf(machine, *anon_vma);
  lock.Lock();
  if (!machine.Has(Fix::kKh01)) ksync::RcuReadUnlock();
  // Under the lock "mapped" means that the anon_vma, and so its root, is the one asked for.
  if (!machine.Has(Fix::kKh37) || PageMapped(page)) return anon_vma;
  lock.Unlock();
  if (machine.Has(Fix::kKh01)) ksync::RcuReadUnlock();
  return nullptr;
}

void PageUnlockAnonVma(Page& page, AnonVma& anon_vma) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  LockOf(page.machine, anon_vma).Unlock();
  if (page.machine.Has(Fix::kKh01)) ksync::RcuReadUnlock();
}

int PageReferenced(Page& page) {
  AnonVma* const anon_vma = PageLockAnonVma(page);
  if (anon_vma == nullptr) return 0;
  const int mapcount = page.mapcount.Load(ksync::relaxed);
  int found = 0;
  ForEachVma(*anon_vma, page, [&](const Vma& vma, VirtualPage address) {
    if (PageReferencedOne(page, vma, address)) ++found;
    return found < mapcount;
  });
  PageUnlockAnonVma(page, *anon_vma);
  return found;
}

void TryToUnmap(Page& page) {
  page.lock.AssertHeld();
  AnonVma* const anon_vma = PageLockAnonVma(page);
  if (anon_vma == nullptr) return;
  ForEachVma(*anon_vma, page, [&page](const Vma& vma, VirtualPage address) {
    TryToUnmapOne(page, vma, address);
    return PageMapped(page);
  });
  PageUnlockAnonVma(page, *anon_vma);
}

void RemoveMigrationPtes(Page& old, Page& page) {
  page.lock.AssertHeld();
  RmapWalkAnon(page, [&](const Vma& vma, VirtualPage address) {
    RemoveMigrationPte(old, page, vma, address);
  });
}

}  // namespace rmap::inline KSYNC_BACKEND

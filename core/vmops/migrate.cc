// The two halves of a migration. The migrating thread holds both page locks from the beginning to
// the end, a hold on the page's anon_vma, and mmap_sem at no time.
#include "core/vmops/migrate.h"

#include "core/mm/ksm_port.h"
#include "core/mm/machine.h"
#include "core/rmap/page_lock.h"
#include "core/rmap/walk.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: whether nobody but mappings and `expected` others use the page: a reference more is
// somebody who may look at the old page, or write to it, after it was left. Kernel: the test of
// page_count() in migrate_page_move_mapping().
bool HasReferences(const Page& page, PageUses expected) {
  // Order: acquire, so that what was written through a reference that is gone is copied.
  const PageUses uses = page.uses.Load(ksync::acquire);
  return uses / kOneReference == expected;
}

}  // namespace

bool Migration::Begin() {
  LockPages();
  if (PageTransHuge(from_) && !SplitHugePage(from_)) return false;
  if (PageWriteback(from_)) return false;
  if (!MayUnmap()) return false;
  if (walks_) TryToUnmap(from_, Unmap::kForMigration);
  if (PageMapped(from_)) return false;
  TakeMlock();
  moved_ = MoveMapping();
  return moved_;
}

// Whoever unlocks its VMA now finds an entry, and no page whose mark it could take away. So nobody
// has it, until the second walk asks each VMA. Kernel: clear_page_mlock() by page_remove_rmap(),
// and remove_migration_pte(); 51afb12ba809. (Before 3.7 the mark went with the page.)
void Migration::TakeMlock() {
  was_mlocked_ = from_.mlocked.Read();
  if (was_mlocked_) from_.mlocked.Write(false);
}

void Migration::LockPages() {
  from_.lock.Lock();
  // A trylock, as in the kernel: two page locks have no order.
  const bool locked = to_.lock.TryLock();
  ksync::Check(locked, "BUG: the new page of a migration is locked");
  to_.lock.AssertHeld();
}

// A page that lost its last mapping after it was isolated may name an anon_vma of the past; in the
// swap cache it needs none.
bool Migration::MayUnmap() {
  if (PageKsm(from_)) return MayMoveMerged();
  if (ToAnonVma(from_.mapping.Read()) == nullptr) return true;
  const bool mapped = HoldAnonVma();
  walks_ = mapped || !from_.machine.Has(Fix::kKh35);
  return walks_ || from_.swap_entry.Read() != kNoSwapEntry;
}

// Nobody asks for a merged page while it moves, if that holds ksm_thread_mutex; or whoever asks
// looks again. Its anon_vmas are counted by those who share it. Kernel: 62b61f611e.
bool Migration::MayMoveMerged() const {
  // Before, nobody asked; and before a merged page could go to swap, it could not be isolated.
  const bool asks = from_.machine.Has(KsmState::kMigratesOffline);
  if (!asks) return from_.machine.Has(KsmState::kSwappable);
  return offlining_ || from_.machine.Has(Mechanism::kMergedPagesMove);
}

// Returns: whether the page is mapped, so that the anon_vma held is its own.
bool Migration::HoldAnonVma() {
  in_rcu_ = !from_.machine.Has(Mechanism::kCountIsLifetime);
  if (in_rcu_) ksync::RcuReadLock();
  if (!from_.machine.Has(Fix::kKh34)) return PageMapped(from_);
  pinned_ = PageGetAnonVma(from_);
  return pinned_ != nullptr;
}

void Migration::ReleaseAnonVma() {
  if (pinned_ != nullptr) PutAnonVma(from_.machine, *pinned_);
  if (in_rcu_) ksync::RcuReadUnlock();
}

// Kernel: move_to_new_page(), migrate_page_move_mapping(). Returns: false if somebody uses the page
// without a mapping.
bool Migration::MoveMapping() {
  const SwapEntry entry = from_.swap_entry.Read();
  const bool in_swap_cache = entry != kNoSwapEntry;
  if (in_swap_cache ? !MoveSwapSlot(entry) : !HasReferences(from_, 1)) return false;
  to_.index.Write(from_.index.Read());
  to_.mapping.Write(from_.mapping.Read());
  if (PageKsm(from_)) {
    LeaveStableNode();
  } else {
    from_.mapping.Write(0);
  }
  return true;
}

// The node names the new page before the old one ceases to name the node.
// Order: release, for who asks without a lock, and sees that it ceased.
void Migration::LeaveStableNode() {
  from_.machine.ksm()->Migrated(from_, to_);
  from_.mapping.StoreRelease(0);
}

bool Migration::MoveSwapSlot(SwapEntry entry) {
  GetPage(to_);
  const auto only_ours = [this] { return HasReferences(from_, 2); };
  if (!from_.machine.swap().ReplaceInSwapCacheIf(entry, from_, to_, only_ours)) {
    PutPage(to_);
    return false;
  }
  to_.swap_entry.Write(entry);
  from_.swap_entry.Write(kNoSwapEntry);
  PutPage(from_);
  return true;
}

// Kernel: migrate_page_copy().
void Migration::CopyPage() {
  if (in_rcu_ && copying_ == Copying::kSleeps) {
    ksync::RcuReadUnlock();
    ksync::RcuReadLock();
  }
  if (!moved_) return;
  to_.content.Write(from_.content.Read());
  // Order: relaxed: who asks has the page lock.
  if (to_.machine.HasDirtyBits()) to_.dirty.Store(from_.dirty.Load(ksync::relaxed), ksync::relaxed);
}

void Migration::Finish() {
  CopyPage();
  Page& page = moved_ ? to_ : from_;
  page.lock.AssertHeld();
  if (walks_) RemoveMigrationPtes(from_, page, was_mlocked_);
  ReleaseAnonVma();
  to_.lock.Unlock();
  from_.lock.Unlock();
}

}  // namespace rmap::inline KSYNC_BACKEND

// The two halves of a migration. The migrating thread holds both page locks and an RCU section from
// the beginning to the end, and mmap_sem at no time.
#include "core/vmops/migrate.h"

#include "core/rmap/walk.h"

namespace rmap::inline KSYNC_BACKEND {

bool Migration::Begin() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  from_.lock.Lock();
  // A trylock, as in the kernel: two page locks have no order.
  const bool locked = to_.lock.TryLock();
  ksync::Check(locked, "BUG: the new page of a migration is locked");
  // Until the end the anon_vma's memory stays an anon_vma, whoever exits meanwhile.
  ksync::RcuReadLock();
  if (from_.machine.Has(Fix::kKh34)) PinAnonVma();
  TryToUnmap(from_, Unmap::kForMigration);
  moved_ = !PageMapped(from_);
  if (moved_) MoveMapping();
  return moved_;
}

// While only migration entries name the page, no mapping keeps the anon_vma alive.
void Migration::PinAnonVma() { pinned_ = PageGetAnonVma(from_); }

// Kernel: move_to_new_page(), migrate_page_copy().
void Migration::MoveMapping() {
  to_.index.Write(from_.index.Read());
  to_.mapping.Write(from_.mapping.Read());
  from_.mapping.Write(0);
}

void Migration::Finish() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  RemoveMigrationPtes(from_, moved_ ? to_ : from_);
  if (pinned_ != nullptr) PutAnonVma(from_.machine, *pinned_);
  ksync::RcuReadUnlock();
  to_.lock.Unlock();
  from_.lock.Unlock();
}

}  // namespace rmap::inline KSYNC_BACKEND

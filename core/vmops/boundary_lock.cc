// The choice is read without the lock that it ends in: mmap_sem keeps vma->anon_vma. It is made
// once a round, after an importer has got its anon_vma.
#include "core/vmops/boundary_lock.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: whether the lock of the VMA's own anon_vma is taken. A later end alone changes no
// address (252c5f94d944), nor does an earlier one (5f70b962ccc2); but from G8 on the VMA's place in
// the tree depends on it.
bool NeedsOwnLock(const BoundaryChange& change) {
  const Machine& machine = change.vma.machine;
  if (machine.Has(Mechanism::kEveryBoundaryLocked)) return true;
  if (change.start_moves || change.moves_pages) return true;
  return change.inserts && !machine.Has(Mechanism::kSplitAboveUnlocked);
}

}  // namespace

AnonVma* BoundaryAnonVma(const BoundaryChange& change) {
  const Machine& machine = change.vma.machine;
  if (!machine.Has(Fix::kKh25)) return nullptr;
  AnonVma* const own = change.vma.anon_vma.Read();
  if (own != nullptr) return NeedsOwnLock(change) ? own : nullptr;
  const bool nexts_counts = change.moves_pages && machine.Has(Fix::kKh26);
  return nexts_counts ? change.next->anon_vma.Read() : nullptr;
}

}  // namespace rmap::inline KSYNC_BACKEND

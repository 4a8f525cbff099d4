// Moving a page's contents to another page under its users' feet. Kernel: unmap_and_move(),
// mm/migrate.c.
//
// Every pte that maps the page is replaced by a migration entry, the new page takes over the
// mapping word, the index and the swap slot, and a second walk maps the new page wherever an entry
// stands. That second walk must find every entry: a fault that meets one later waits for a page
// lock that nobody holds any more.
//
// In between nothing maps the page, so nothing of the page keeps its anon_vma. Two designs:
//   until 2.6.37  an RCU section from before the first walk until after the second, and since
//                 2.6.35 a count as well;
//   from 2.6.38   a count alone, taken while the page was seen mapped.
// A page that is not mapped to begin with may have outlived its anon_vma: it is moved only if it is
// in the swap cache, and then without walks.
#ifndef RMAPCHECK_CORE_VMOPS_MIGRATE_H_
#define RMAPCHECK_CORE_VMOPS_MIGRATE_H_

#include "core/mm/page.h"
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

// What copying a page does to the RCU section around it. Where RCU means "no preemption", whoever
// sleeps leaves it: what follows is another section.
enum class Copying { kAtOnce, kSleeps };

// One migration, in two halves, so that a scenario can begin the second at a chosen moment. Both
// are called by one thread, once, in this order.
class Migration {
 public:
  // Requires: `to` is nobody's; `from` was isolated: there is one reference to it which is neither
  // a mapping's nor the swap cache's, and it outlives the migration.
  // `offlining`: for memory that is about to be removed; then a merged page moves, too.
  Migration(Page& from, Page& to, Copying copying = Copying::kAtOnce, bool offlining = false)
      : from_(from), to_(to), copying_(copying), offlining_(offlining) {}

  // Locks both pages and takes the old one out of use as far as the walk finds it.
  // Returns: whether the new page takes its place; otherwise Finish() undoes.
  bool Begin() ABSL_EXCLUSIVE_LOCK_FUNCTION(from_.lock, to_.lock);

  // Copies the contents, maps the new page (or again the old one), and unlocks both.
  void Finish() ABSL_UNLOCK_FUNCTION(from_.lock, to_.lock);

 private:
  void LockPages() ABSL_EXCLUSIVE_LOCK_FUNCTION(from_.lock, to_.lock);
  bool HoldAnonVma();
  void ReleaseAnonVma();
  bool MayUnmap();
  bool MayMoveMerged() const;
  void TakeMlock();
  bool MoveMapping();
  void LeaveStableNode();
  bool MoveSwapSlot(SwapEntry entry);
  void CopyPage();

  Page& from_;
  Page& to_;
  const Copying copying_;
  const bool offlining_;
  AnonVma* pinned_ = nullptr;
  bool in_rcu_ = false;
  bool was_mlocked_ = false;  // It was kept in memory.
  bool walks_ = true;         // Whether the page was mapped.
  bool moved_ = false;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MIGRATE_H_

// Moving a page's contents to another page under its users' feet. Kernel: unmap_and_move(),
// mm/migrate.c.
//
// Every pte that maps the page is replaced by a migration entry, the new page takes over the
// mapping word and the index, and a second walk maps the new page wherever an entry stands. That
// second walk must find every entry: a fault that meets one later waits for a page lock that nobody
// holds any more.
#ifndef RMAPCHECK_CORE_VMOPS_MIGRATE_H_
#define RMAPCHECK_CORE_VMOPS_MIGRATE_H_

#include "core/mm/page.h"
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

// One migration, in two halves, so that a scenario can begin the second at a chosen moment. Both
// are called by one thread, once, in this order.
class Migration {
 public:
  // Requires: `to` is nobody's.
  Migration(Page& from, Page& to) : from_(from), to_(to) {}

  // Locks both pages and takes the old one out of use as far as the walk finds it.
  // Returns: whether all of it was found; otherwise Finish() undoes.
  bool Begin();

  // Maps the new page (or again the old one), and unlocks both.
  void Finish();

 private:
  void PinAnonVma();
  void MoveMapping();

  Page& from_;
  Page& to_;
  AnonVma* pinned_ = nullptr;
  bool moved_ = false;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MIGRATE_H_

// Mistakes in locking that clang must name, each beside the same code without it.
//
// `--config=clang` compiles this file with -verify: a mistake that clang does not name as told at
// its line fails the build, and so does anything else that it finds. So an annotation that was lost
// is noticed, and one that is too strict. g++ knows neither: it compiles the file, and that is all.
// Nothing here is called.
#include "core/mm/at_rest.h"
#include "core/mm/file.h"
#include "core/mm/mm.h"
#include "core/mm/page.h"
#include "core/vmops/all_locks.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mlock.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {

VirtualPage FieldUnderItsLock(Mm& mm) {
  const ksync::SharedGuard mmap_sem(mm.mmap_sem);
  return mm.brk.Read();
}
VirtualPage FieldWithoutLock(Mm& mm) {
  return mm.brk.Read();  // planted-warning {{'brk' requires holding mutex 'mm.mmap_sem'}}
}

// The lock of another object is not enough.
Pte PteUnderItsLock(Mm& parent, Mm& child) {
  const ksync::Guard parents(parent.pte_lock);
  const ksync::Guard childs(child.pte_lock);
  return child.page_table[0].Read();
}
Pte PteUnderTheParentsLock(Mm& parent, Mm& child) {
  const ksync::Guard lock(parent.pte_lock);
  return child.page_table[0].Read();  // planted-warning {{requires holding mutex 'child.pte_lock'}}
}

// A peek says that it is one, and a look at rest that nothing moves. Neither is good for more.
void WriteUnderTheLock(Mm& mm) {
  const Pte seen = PeekPte(mm, 0);
  const ksync::Guard lock(mm.pte_lock);
  mm.page_table[0].Write(seen);
}
void WriteAfterPeek(Mm& mm) {
  const Pte seen = PeekPte(mm, 0);
  mm.page_table[0].Write(seen);  // planted-warning {{requires holding mutex 'mm.pte_lock'}}
}
Vma* LookAtRest(Mm& mm) { return FindVma(Resting(mm), 0); }
Vma* LookAfterRest(Mm& mm) {
  FindVma(Resting(mm), 0);
  return FindVma(mm, 0);  // planted-warning {{'FindVma' requires holding mutex 'mm.mmap_sem'}}
}

// Who changes the list of VMAs must be alone.
void UnlinkExclusively(Mm& mm, Vma& vma) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  VmaUnlink(mm, vma);
}
void UnlinkShared(Mm& mm, Vma& vma) {
  const ksync::SharedGuard mmap_sem(mm.mmap_sem);
  VmaUnlink(mm, vma);  // planted-warning {{requires holding mutex 'mm.mmap_sem' exclusively}}
}

bool FileUnderItsLocks(AddressSpace& mapping) {
  const ksync::Guard i_mmap_lock(mapping.i_mmap_lock);
  const ksync::Guard tree_lock(mapping.tree_lock);
  return mapping.i_mmap.Empty() && mapping.page_tree.Empty();
}
bool FileUnderTheWrongLocks(AddressSpace& mapping) {
  const ksync::Guard tree_lock(mapping.tree_lock);
  const bool cached = !mapping.page_tree.Empty();
  return cached &&
         mapping.i_mmap.Empty();  // planted-warning {{holding mutex 'mapping.i_mmap_lock'}}
}

void TasksUnderTheirLock(Machine& machine, Mm& mm) {
  const ksync::Guard lock(machine.tasklist_lock);
  machine.tasks.PushBack(mm.task_node);
}
void TasksWithoutLock(Machine& machine, Mm& mm) {
  machine.tasks.PushBack(mm.task_node);  // planted-warning {{mutex 'machine.tasklist_lock'}}
}

// A trylock may fail, and a lock is not taken twice.
void FreeSwapIfLocked(Page& page) {
  if (!page.lock.TryLock()) return;
  TryToFreeSwap(page);
  page.lock.Unlock();
}
void FreeSwapIfNotLocked(Page& page) {
  if (page.lock.TryLock()) return page.lock.Unlock();
  TryToFreeSwap(page);  // planted-warning {{requires holding mutex 'page.lock' exclusively}}
}
void ClearMlock(Page& page) { ClearPageMlock(page); }
void ClearMlockOfLockedPage(Page& page) {
  const ksync::Guard lock(page.lock);
  ClearPageMlock(page);  // planted-warning {{while mutex 'page.lock' is held}}
}

// What holds locks from one call to another.
void MigrateToTheEnd(Page& from, Page& to) {
  Migration migration(from, to);
  migration.Begin();
  migration.Finish();
}
void MigrateHalfWay(Page& from, Page& to) {
  Migration migration(from, to);
  migration.Begin();
}  // planted-warning 2 {{is still held at the end of function}}
void TakeAndDropAllLocks(Mm& mm) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  MmTakeAllLocks(mm);
  MmDropAllLocks(mm);
}
void TakeAllLocksUnderNone(Mm& mm) {
  MmTakeAllLocks(mm);  // planted-warning {{requires holding mutex 'mm.mmap_sem' exclusively}}
  MmDropAllLocks(mm);  // planted-warning {{requires holding mutex 'mm.mmap_sem' exclusively}}
}

}  // namespace rmap::inline KSYNC_BACKEND

// The lock of an anon_vma is its family's since G5; then the mark is on the root as well.
// A file that is locked already is passed over, so that two passes need not be told apart.
// What one pass would do to the order of the two kinds of lock is KH-02.
#include "core/vmops/all_locks.h"

#include "core/mm/file.h"
#include "core/rmap/anon_vma.h"
#include "core/vmops/hugetlb.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

template <typename Visit>
void ForEachVma(const Mm& mm, Visit visit) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem) {
  for (Vma* vma = FirstVma(mm); vma != nullptr; vma = NextVma(mm, *vma)) visit(*vma);
}

// Calls visit(anon_vma) for whose lock guards each anon_vma of the VMA's chain.
template <typename Visit>
void ForEachLockedAnonVma(const Vma& vma, Visit visit) {
  const AnonVmaChains& chain = vma.anon_vma_chain;
  for (auto* node = chain.First(); node != nullptr; node = chain.After(*node)) {
    AnonVma* const anon_vma = node->owner().anon_vma.Read();
    visit(vma.machine.Has(Mechanism::kRootLock) ? *anon_vma->root.Read() : *anon_vma);
  }
}

// Which locks these four take and give back the marks say, not the code: clang does not look.

// Kernel: vm_lock_mapping(), vm_unlock_mapping().
void LockMapping(const Vma& vma) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  File* const file = vma.vm_file.Read();
  if (file == nullptr || file->f_mapping.taken_by_all_locks.Read()) return;
  file->f_mapping.i_mmap_lock.LockNested(ksync::Nesting::kAll);
  file->f_mapping.taken_by_all_locks.Write(true);
}

void UnlockMapping(const Vma& vma) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  File* const file = vma.vm_file.Read();
  if (file == nullptr || !file->f_mapping.taken_by_all_locks.Read()) return;
  file->f_mapping.taken_by_all_locks.Write(false);
  file->f_mapping.i_mmap_lock.Unlock();
}

// Kernel: vm_lock_anon_vma(), vm_unlock_anon_vma().
void LockAnonVma(AnonVma& anon_vma) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (anon_vma.taken_by_all_locks.Read()) return;
  anon_vma.lock.LockNested(ksync::Nesting::kAll);
  anon_vma.taken_by_all_locks.Write(true);
}

void UnlockAnonVma(AnonVma& anon_vma) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (!anon_vma.taken_by_all_locks.Read()) return;
  anon_vma.taken_by_all_locks.Write(false);
  anon_vma.lock.Unlock();
}

// Under the lock of a file of hugetlbfs memory is allocated, and so the lock of another file taken.
void LockMappings(const Mm& mm) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem) {
  const Machine& machine = mm.machine;
  if (machine.Has(Mechanism::kHugetlbAllocatesLocked) && machine.Has(Fix::kKh68)) {
    ForEachVma(mm, [](const Vma& vma) {
      if (IsHugetlb(vma)) LockMapping(vma);
    });
  }
  ForEachVma(mm, LockMapping);
}

}  // namespace

void MmTakeAllLocks(Mm& mm) {
  mm.mmap_sem.AssertHeld();
  mm.machine.mm_all_locks_mutex.Lock();
  const bool files_first = mm.machine.Has(Fix::kKh02);
  if (files_first) LockMappings(mm);
  ForEachVma(mm, [files_first](const Vma& vma) {
    ForEachLockedAnonVma(vma, LockAnonVma);
    if (!files_first) LockMapping(vma);
  });
}

void MmDropAllLocks(Mm& mm) {
  mm.mmap_sem.AssertHeld();
  ForEachVma(mm, [](const Vma& vma) {
    ForEachLockedAnonVma(vma, UnlockAnonVma);
    UnlockMapping(vma);
  });
  mm.machine.mm_all_locks_mutex.Unlock();
}

}  // namespace rmap::inline KSYNC_BACKEND

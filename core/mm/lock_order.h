// The classes of the kernel's memory-management locks, in the order in which they nest.
//
// Kernel: the comments at the head of mm/rmap.c and mm/filemap.c. A lock of a larger rank may be
// taken while one of a smaller rank is held, never the other way round; a trylock may go against
// the order. Two locks of one class are nested in two places only: fork holds the parent's and the
// child's mmap_sem, and their pte locks, at once; mm_take_all_locks takes all there are of two
// classes (docs/LOCKING.md). Each says so where it takes the lock (ksync::Nesting).
//
// Who waits for a lock either spins or sleeps. Of two classes that depends on the kernel, and so
// does the rank of tasklist_lock, which spins: these have a second value here, of the same name.
#ifndef RMAPCHECK_CORE_MM_LOCK_ORDER_H_
#define RMAPCHECK_CORE_MM_LOCK_ORDER_H_

#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// Kernel: ksm_thread_mutex. Held by ksmd for a batch, and by who unmerges everything.
inline constexpr ksync::LockClass kKsmThreadMutex{"ksm_thread_mutex", 20, true};
// Kernel: mm->mmap_sem. Guards an mm's list of VMAs and, taken for writing, their boundaries.
inline constexpr ksync::LockClass kMmapSem{"mmap_sem", 30, true};
// Kernel: mm_all_locks_mutex. Lets one thread at a time hold every rmap lock of an mm.
inline constexpr ksync::LockClass kMmAllLocksMutex{"mm_all_locks_mutex", 35, true};
// Kernel: PG_locked. Reclaim and migration take it without mmap_sem; a fault waits under mmap_sem.
inline constexpr ksync::LockClass kPageLock{"page lock", 40, true};
// Kernel: hugetlbfs_i_mmap_rwsem_key, the i_mmap_lock of a file of hugetlbfs: from G8 on memory is
// allocated under it, and may be reclaimed from other files.
inline constexpr ksync::LockClass kHugetlbIMmapLock{"hugetlb i_mmap_lock", 45};
// Kernel: mapping->i_mmap_lock. Guards a file's list of VMAs; taken before an anon_vma's lock.
inline constexpr ksync::LockClass kIMmapLock{"i_mmap_lock", 50};
// Kernel: tasklist_lock. memory_failure() holds it, shared, while it walks an anon_vma; until G5 it
// takes it before the anon_vma's lock.
inline constexpr ksync::LockClass kTasklistLock{"tasklist_lock", 55};
// Kernel: anon_vma->lock, from G5 on anon_vma->root->lock. Guards an anon_vma's list of VMAs.
inline constexpr ksync::LockClass kAnonVmaLock{"anon_vma->lock", 60};
// Kernel: mm->page_table_lock. Here it guards the first setting of vma->anon_vma.
inline constexpr ksync::LockClass kPageTableLock{"page_table_lock", 70};
// Kernel: the split page-table lock. Guards the ptes of an mm.
inline constexpr ksync::LockClass kPteLock{"pte lock", 75};
// Kernel: swap_lock. Guards the slots of the swap area and the swap cache.
inline constexpr ksync::LockClass kSwapLock{"swap_lock", 80};
// Kernel: mapping->tree_lock. Guards a file's page cache.
inline constexpr ksync::LockClass kTreeLock{"tree_lock", 90};
// Kernel: ksm_mmlist_lock. Guards the list of processes that are registered for merging.
inline constexpr ksync::LockClass kKsmMmlistLock{"ksm_mmlist_lock", 95};
// A CPU is in the midst of an instruction, and takes no interrupt (tlb.h).
inline constexpr ksync::LockClass kCpuLock{"cpu", 97};

// Returns: the class as it is where its locks sleep.
constexpr ksync::LockClass AsSleeping(ksync::LockClass lock_class) {
  lock_class.sleeps = true;
  return lock_class;
}
// From G6 on. Kernel: mapping->i_mmap_mutex; anon_vma->mutex, later anon_vma->rwsem.
inline constexpr ksync::LockClass kSleepingIMmapLock = AsSleeping(kIMmapLock);
inline constexpr ksync::LockClass kSleepingHugetlbIMmapLock = AsSleeping(kHugetlbIMmapLock);
inline constexpr ksync::LockClass kSleepingAnonVmaLock = AsSleeping(kAnonVmaLock);
// Until G7 nothing is allocated under it, and it has no rank: who takes all locks of an mm comes to
// it and to other files' in any order.
inline constexpr ksync::LockClass kUnrankedHugetlbIMmapLock{kHugetlbIMmapLock.name};
inline constexpr ksync::LockClass kSleepingUnrankedHugetlbIMmapLock =
    AsSleeping(kUnrankedHugetlbIMmapLock);
// From G6 on: what spins is taken inside what sleeps. Kernel: collect_procs_anon(), 3.0.
inline constexpr ksync::LockClass kInnerTasklistLock{kTasklistLock.name, 65};

// Every class, outermost first.
inline constexpr const ksync::LockClass* kLockClasses[] = {
    &kKsmThreadMutex, &kMmapSem,      &kMmAllLocksMutex, &kPageLock,      &kHugetlbIMmapLock,
    &kIMmapLock,      &kTasklistLock, &kAnonVmaLock,     &kPageTableLock, &kPteLock,
    &kSwapLock,       &kTreeLock,     &kKsmMmlistLock,   &kCpuLock};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_LOCK_ORDER_H_

// The classes of the kernel's memory-management locks, in the order in which they nest.
//
// Kernel: the comments at the head of mm/rmap.c and mm/filemap.c. A lock of a larger rank may be
// taken while one of a smaller rank is held, never the other way round; a trylock may go against
// the order. Two locks of one class are nested in one place only: fork holds the parent's and the
// child's mmap_sem, and their pte locks, at once (docs/LOCKING.md).
#ifndef RMAPCHECK_CORE_MM_LOCK_ORDER_H_
#define RMAPCHECK_CORE_MM_LOCK_ORDER_H_

#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// Kernel: mm->mmap_sem. Guards an mm's list of VMAs and, taken for writing, their boundaries.
inline constexpr ksync::LockClass kMmapSem{"mmap_sem", 30};
// Kernel: mm_all_locks_mutex. Lets one thread at a time hold every rmap lock of an mm.
inline constexpr ksync::LockClass kMmAllLocksMutex{"mm_all_locks_mutex", 35};
// Kernel: PG_locked. Reclaim and migration take it without mmap_sem; a fault waits under mmap_sem.
inline constexpr ksync::LockClass kPageLock{"page lock", 40};
// Kernel: mapping->i_mmap_lock. Guards a file's list of VMAs; taken before an anon_vma's lock.
inline constexpr ksync::LockClass kIMmapLock{"i_mmap_lock", 50};
// Kernel: tasklist_lock. memory_failure() holds it, shared, while it walks an anon_vma.
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

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_LOCK_ORDER_H_

// From a page to its anon_vma, locked for a walk. Kernel: page_lock_anon_vma() and, from 3.8 on,
// page_lock_anon_vma_read(); page_get_anon_vma(). Three protocols, by generation (page_lock.cc).
//
// The difficulty: nothing but the mapping keeps the anon_vma, and the mapping can go at any moment.
// RCU keeps the memory an anon_vma; whether it is still *this* one must be asked again.
#ifndef RMAPCHECK_CORE_RMAP_PAGE_LOCK_H_
#define RMAPCHECK_CORE_RMAP_PAGE_LOCK_H_

#include "core/mm/page.h"
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

// What a walk holds. A value; false if the page is not mapped or not anonymous.
struct LockedAnonVma {
  AnonVma* anon_vma = nullptr;
  AnonVmaLock* lock = nullptr;

  explicit operator bool() const { return anon_vma != nullptr; }
};

// Returns: the anon_vma of a mapped page with its lock held for a walk, or false. It may be another
// one that lives in the same memory. A true result is given back with PageUnlockAnonVma.
LockedAnonVma PageLockAnonVma(Page& page);
void PageUnlockAnonVma(const Page& page, const LockedAnonVma& locked);

// Returns: the anon_vma of a mapped page with a count, to be dropped by PutAnonVma; null if the
// page is not mapped or not anonymous. Kernel: page_get_anon_vma(); before 3.0 what
// unmap_and_move() did itself.
AnonVma* PageGetAnonVma(Page& page);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_PAGE_LOCK_H_

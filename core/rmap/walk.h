// From a page to everything that maps it. Kernel: mm/rmap.c, second half.
//
// A walk starts at the page's mapping word, takes the anon_vma's lock and visits each VMA on its
// list. For each it computes where the page would be, and looks there under the pte lock. The
// address is computed from fields that an mm may be changing at this very moment; a wrong address
// outside the VMA means the VMA is skipped.
//
// What a walk owes its caller (docs/RMAP.md): page_referenced and try_to_unmap may miss a mapping;
// remove_migration_ptes must not.
#ifndef RMAPCHECK_CORE_RMAP_WALK_H_
#define RMAPCHECK_CORE_RMAP_WALK_H_

#include <optional>

#include "core/mm/page.h"
#include "core/mm/vma.h"
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

// Returns: where the VMA maps the page if it does, or nothing if that is outside the VMA or the VMA
// asks not to be followed. Kernel: vma_address().
std::optional<VirtualPage> VmaAddress(const Page& page, const Vma& vma);

// Returns: the anon_vma of a mapped page, with its lock held; null if the page is not mapped or not
// anonymous. The anon_vma may be another one that lives in the same memory. To be given back with
// PageUnlockAnonVma. Kernel: page_lock_anon_vma(), page_unlock_anon_vma().
AnonVma* PageLockAnonVma(Page& page);
void PageUnlockAnonVma(Page& page, AnonVma& anon_vma);

// Returns: how many ptes that map the page the walk has found; at most mapcount.
// Kernel: page_referenced_anon(). The page lock is not needed.
int PageReferenced(Page& page);

// Puts a migration entry wherever the page is mapped and can be found. The caller looks at mapcount
// to learn whether all were found. Kernel: try_to_unmap() with TTU_MIGRATION.
// Requires: the page lock is held.
void TryToUnmap(Page& page);

// Maps `page` wherever a migration entry for `old` stands. Kernel: remove_migration_ptes().
// Requires: both page locks are held; the anon_vma of `page` lives.
void RemoveMigrationPtes(Page& old, Page& page);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_WALK_H_

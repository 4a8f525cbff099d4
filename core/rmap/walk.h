// From a page to everything that maps it. Kernel: mm/rmap.c, second half.
//
// A walk of an anonymous page starts at its mapping word, takes the anon_vma's lock and visits each
// VMA that may cover the page. For each it computes where the page would be, and looks there under
// the pte lock. The address is computed from fields that an mm may be changing at this very moment;
// a wrong address outside the VMA means the VMA is skipped. A page of a file is looked for through
// the file's VMAs, under i_mmap_lock.
//
// What a walk owes its caller (docs/RMAP.md): page_referenced and try_to_unmap may miss a mapping;
// remove_migration_ptes must not.
#ifndef RMAPCHECK_CORE_RMAP_WALK_H_
#define RMAPCHECK_CORE_RMAP_WALK_H_

#include <optional>
#include <vector>

#include "core/mm/page.h"
#include "core/mm/vma.h"
#include "core/rmap/page_lock.h"

namespace rmap::inline KSYNC_BACKEND {

// Returns: where the VMA maps the page if it does, or nothing if that is outside the VMA or the VMA
// asks not to be followed. Kernel: vma_address().
// Inline, because a walk asks it of every VMA: as a call it is a third of the walk.
inline std::optional<VirtualPage> VmaAddress(const Page& page, const Vma& vma) {
  const PageOffset index = page.index.Read();
  const VirtualPage start = vma.vm_start.Read();
  const VirtualPage address = start + (index - vma.vm_pgoff.Read());
  if (address < start || address >= vma.vm_end.Read()) return std::nullopt;
  if (vma.machine.Has(Mechanism::kVmLockRmap)) {
    if ((vma.vm_flags.Read() & kVmLockRmap) != 0) return std::nullopt;
  }
  return address;
}

// Returns: where the VMA would map the page, for who comes from the VMA; nothing also if the two do
// not belong together. Kernel: page_address_in_vma(). Requires: the mmap_sem of the VMA's mm.
std::optional<VirtualPage> PageAddressInVma(const Page& page, const Vma& vma)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// What a walk did: the work is counted because claims are made about it.
struct WalkResult {
  int found = 0;    // Ptes that were what the walk looked for.
  int visited = 0;  // VMAs it looked at.
};

// Looks for ptes that map the page, up to as many as it has. Kernel: page_referenced_anon().
// The page lock is not needed.
WalkResult PageReferenced(Page& page);

// What takes the place of a pte: an entry for the slot of the page in the swap cache, or for its
// migration; nothing if the page's memory failed. (The kernel leaves an entry that kills whoever
// touches it.) Or nothing is done, but that a VMA which locks its pages marks the page.
// Kernel: TTU_UNMAP, TTU_MIGRATION; TTU_UNMAP with PageHWPoison(); TTU_MUNLOCK.
enum class Unmap { kToSwap, kForMigration, kPoisoned, kNothing };

// Unmaps the page wherever it is mapped and can be found. A VMA that locks its pages keeps them
// from reclaim: if it can be made sure that it does, the page is marked, and the walk ends. The
// caller looks at PageMapped to learn whether all were found.
// Kernel: try_to_unmap(), try_to_munlock(). Requires: for kToSwap the page has a slot.
// Order: mmap_sem of a VMA that locks its pages is only tried.
WalkResult TryToUnmap(Page& page, Unmap what) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// Maps `page` wherever a migration entry for `old` stands. If `old` was kept in memory, `page` is
// marked as such for each locked VMA that gets it. Kernel: remove_migration_ptes().
// Requires: the anon_vma of `page` lives.
WalkResult RemoveMigrationPtes(Page& old, Page& page, bool was_mlocked)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(old.lock, page.lock);

// Returns: the processes on the task list that map the page, as far as the walk finds them.
// Kernel: collect_procs_anon(), mm/memory-failure.c.
std::vector<const Mm*> CollectProcsAnon(Page& page);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_WALK_H_

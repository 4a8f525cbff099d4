// Giving somebody back a page of his own in the place of a shared one. Kernel: break_ksm(),
// break_cow(), unmerge_ksm_pages().
//
// It is a write fault, which ksmd makes in the place of the process. An mm whose users have gone is
// left alone: exit_mmap() takes it to pieces without a lock.
#ifndef RMAPCHECK_CORE_KSM_BREAK_COW_H_
#define RMAPCHECK_CORE_KSM_BREAK_COW_H_

#include "core/ksm/rmap_item.h"
#include "core/mm/mm.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

// Whether the users of the address space have gone, or are about to. Nobody asks where an exit
// waits for ksmd. Kernel: ksm_test_exit().
inline bool KsmTestExit(const Mm& mm) {
  return mm.machine.Has(Fix::kKh06) && mm.mm_users.Read() == 0;
}

// Returns: the VMA that has the item's address; null if there is none, or nobody uses the mm.
Vma* FindVmaOf(const RmapItem& item) ABSL_SHARED_LOCKS_REQUIRED(item.mm.mmap_sem);
// The same; null also if its pages may not be merged any more.
Vma* FindMergeableVma(const RmapItem& item) ABSL_SHARED_LOCKS_REQUIRED(item.mm.mmap_sem);

// Returns: the anonymous page that is mapped there, with a reference; or null.
Page* FollowAnonPage(Mm& mm, VirtualPage address);
// Returns: the page that is at the item's place now, with a reference; null if there is none that
// can be merged. Order: takes mmap_sem. Kernel: get_mergeable_page().
Page* GetMergeablePage(const RmapItem& item);

// Sees to it that no shared page is mapped there. Returns: false if memory ran out.
[[nodiscard]] bool BreakKsm(Vma& vma, VirtualPage address);

// The same for a range of the VMA. Requires: mmap_sem. Kernel: unmerge_ksm_pages().
[[nodiscard]] bool UnmergeKsmPages(Vma& vma, VirtualPage start, VirtualPage end);

// The same for the page of an item. If memory runs out, the page stays as it is, for nobody to
// find.
void BreakItem(const RmapItem& item);
// The same for an item which is on no tree and has a count on its anon_vma; that is dropped.
void BreakCow(RmapItem& item);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_BREAK_COW_H_

// Everything that was merged is taken apart again, process by process. Kernel:
// unmerge_and_remove_all_rmap_items().
#include "core/ksm/break_cow.h"
#include "core/ksm/ksm.h"

namespace rmap::inline KSYNC_BACKEND {

// If memory runs out, the round goes on where that was: the items that are left are in its tree.
// The kernel begins the round anew with another tree, and takes them off one that they are not in.
bool Ksm::UnmergeAll() {
  const ksync::Guard run(thread_mutex_);
  // Of the last round; what it has are items that may go now.
  if (scan_.mm_slot.Read() == nullptr) unstable_.Clear();
  {
    const ksync::Guard lock(mmlist_lock_);
    ListNode<MmSlot>* const first = slots_.First();
    EnterSlot(first == nullptr ? nullptr : &first->owner());
  }
  while (MmSlot* const slot = scan_.mm_slot.Read()) {
    if (!UnmergeSlot(*slot)) return false;
  }
  scan_.seqnr.Write(0);
  return true;
}

// Returns: false if memory ran out. Else the cursor has gone on.
bool Ksm::UnmergeSlot(MmSlot& slot) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Mm& mm = slot.mm;
  mm.mmap_sem.LockShared();
  // An exit waits for who found users when he had the lock, and for nobody else.
  const bool asks_first = machine_.Has(Fix::kKh92);
  Vma* vma = asks_first && KsmTestExit(mm) ? nullptr : FirstVma(mm);
  for (; vma != nullptr; vma = NextVma(mm, *vma)) {
    if (!asks_first && KsmTestExit(mm)) break;
    if ((vma->vm_flags.Read() & kVmMergeable) == 0) continue;
    const VirtualPage start = vma->vm_start.Read();
    const VirtualPage end = vma->vm_end.Read();
    if (UnmergeKsmPages(*vma, start, end)) continue;
    mm.mmap_sem.UnlockShared();
    return false;
  }
  RemoveTrailingRmapItems(slot.rmap_list);
  LeaveSlot(slot, Leaving::kUnmerged);
  return true;
}

bool Ksm::DropStale() {
  const ksync::Guard run(thread_mutex_);
  return stable_.RemoveStale();
}

// A node may be left though nobody shares its page: as long as that is in the swap cache.
// Kernel: merge_across_nodes_store().
bool Ksm::MergeAcrossNodes(bool merges) {
  const ksync::Guard run(thread_mutex_);
  if (merges == nodes_.merges_across()) return true;
  if (counters_.pages_shared.Read() != 0) return false;
  if (machine_.Has(Fix::kKh61) && !stable_.RemoveAll()) return false;
  nodes_.SetMergesAcross(merges);
  return true;
}

}  // namespace rmap::inline KSYNC_BACKEND

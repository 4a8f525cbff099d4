// The processes that are registered for merging, and where the scan stands among them.
// Kernel: struct mm_slot, ksm_mm_head, struct ksm_scan; ksm_mmlist_lock.
//
// The scan goes round and round the list. Its cursor is at a process, or at the list's head, which
// is where a round begins. Each registration holds an mm_count, so that the object outlives its
// users; the scan, which may come to it when they have gone, asks mm_users.
//
// Invariants:
//   1. The list and the cursor's process change under ksm_mmlist_lock. Whether the list is empty is
//      also asked without.
//   2. Only who holds ksm_thread_mutex moves the cursor, and frees the process at which it is.
//
// What it does not do: hash. The kernel finds the slot of an mm by a hash table, guarded by the
// same lock; here the list is searched.
#ifndef RMAPCHECK_CORE_KSM_MM_SLOT_H_
#define RMAPCHECK_CORE_KSM_MM_SLOT_H_

#include "core/ksm/rmap_item.h"
#include "core/mm/list.h"
#include "core/mm/mm.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

struct MmSlot {
  explicit MmSlot(Mm& its_mm) : mm(its_mm) {}

  Mm& mm;
  ListNode<MmSlot> mm_list{this, "mm_slot.mm_list"};
  // Written by who holds ksm_thread_mutex, while the cursor is here.
  RmapLink rmap_list{nullptr, "mm_slot.rmap_list"};
};

using MmSlots = List<MmSlot, ksync::Marked>;

// Where the scan stands. Kernel: struct ksm_scan.
struct KsmScan {
  // Null: at the head of the list.
  ksync::Plain<MmSlot*> mm_slot{nullptr, "ksm_scan.mm_slot"};
  // The first address of that process that was not looked at yet.
  ksync::Plain<VirtualPage> address{VirtualPage{0}, "ksm_scan.address"};
  // Where the items behind that address begin.
  ksync::Plain<RmapLink*> rmap_list{nullptr, "ksm_scan.rmap_list"};
  // How many rounds are done. Kernel: shown as full_scans.
  ksync::Plain<unsigned> seqnr{0u, "ksm_scan.seqnr"};
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_MM_SLOT_H_

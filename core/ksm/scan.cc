// Round and round the registered processes, page by page. Each step takes mmap_sem anew, and an
// exit may come in between; the cursor says where to go on.
#include <algorithm>

#include "core/ksm/break_cow.h"
#include "core/ksm/ksm.h"

namespace rmap::inline KSYNC_BACKEND {
void Ksm::DoScan(int pages) {
  const ksync::Guard batch(thread_mutex_);
  while (pages-- > 0) {
    const Found found = ScanGetNextRmapItem();
    if (found.item == nullptr) return;
    IsSettled(found) ? BreakIfUnshared(found) : CmpAndMergePage(*found.page, *found.item);
    PutPage(*found.page);
  }
}

// The round that is under way comes to those behind the cursor, the next to the others.
void Ksm::ClearAway() {
  DoScan(1);
  DoScan(1);
  ksync::Check(slots_.Empty(), "M3: somebody is registered who has gone");
}

// Whether the page is shared already, and the item known to share it.
bool Ksm::IsSettled(const Found& found) {
  if (!IsKsm(found.page->mapping.Read())) return false;
  return found.item->place.Read() == ItemPlace::kStableNode;
}

// As long as merged pages cannot be swapped, one that nobody else shares any more is a loss.
// Kernel: the end of ksm_do_scan(), 26465d3ea5 to 5ad6468801.
void Ksm::BreakIfUnshared(const Found& found) {
  const bool breaks = machine_.Has(KsmState::kLoopEndsOnOom) && !machine_.Has(KsmState::kSwappable);
  if (!breaks || PageMapcount(*found.page) != 1) return;
  BreakItem(*found.item);
  RemoveFromTree(*found.item);
  found.item->oldchecksum.Write(CalcChecksum(*found.page));
}

// Kernel: scan_get_next_rmap_item().
Ksm::Found Ksm::ScanGetNextRmapItem() {
  if (slots_.Empty()) return {};
  if (scan_.mm_slot.Read() == nullptr && !BeginRound()) return {};
  while (MmSlot* const slot = scan_.mm_slot.Read()) {
    const Found found = ScanSlot(*slot);
    if (found.item != nullptr || found.no_memory) return found;
  }
  scan_.seqnr.Write(scan_.seqnr.Read() + 1);
  return {};
}

// Returns: false if there is nobody any more.
bool Ksm::BeginRound() {
  const ksync::Guard lock(mmlist_lock_);
  ListNode<MmSlot>* const first = slots_.First();
  // The last may have unregistered since the list was seen not to be empty.
  if (first == nullptr && machine_.Has(Fix::kKh13)) return false;
  unstable_.Clear();
  EnterSlot(&first->owner());
  return true;
}

// Null: back to the head. Requires: mmlist_lock_.
void Ksm::EnterSlot(MmSlot* slot) {
  scan_.mm_slot.Write(slot);
  scan_.address.Write(0);
  scan_.rmap_list.Write(slot == nullptr ? nullptr : &slot->rmap_list);
}

// Returns: the next page of the process; if it has no more, the cursor goes on.
Ksm::Found Ksm::ScanSlot(MmSlot& slot) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Mm& mm = slot.mm;
  mm.mmap_sem.LockShared();
  const bool exits = KsmTestExit(mm);
  Vma* vma = exits ? nullptr : FindVmaOrNext(mm, scan_.address.Read());
  for (; vma != nullptr; vma = NextVma(mm, *vma)) {
    if ((vma->vm_flags.Read() & kVmMergeable) == 0) continue;
    const Found found = ScanVma(slot, *vma);
    if (found.item == nullptr && !found.no_memory) continue;
    mm.mmap_sem.UnlockShared();
    return found;
  }
  if (KsmTestExit(mm)) EnterItems(slot);
  RemoveTrailingRmapItems(*scan_.rmap_list.Read());
  LeaveSlot(slot, Leaving::kScanned);
  return {};
}

// Requires: mmap_sem.
Ksm::Found Ksm::ScanVma(MmSlot& slot, const Vma& vma) {
  const VirtualPage begun = scan_.address.Read();
  const VirtualPage start = std::max(begun, vma.vm_start.Read());
  const VirtualPage end = vma.vm_end.Read();
  scan_.address.Write(vma.anon_vma.Read() == nullptr ? end : start);
  while (scan_.address.Read() < end && !KsmTestExit(slot.mm)) {
    const VirtualPage address = scan_.address.Read();
    Page* const page = FollowAnonPage(slot.mm, address);
    if (page != nullptr) return ItemFor(slot.mm, address, *page);
    scan_.address.Write(address + 1);
  }
  return {};
}

// Returns: what is known of the page at the cursor's address, which goes on; if memory ran out, it
// stays where it is, and the page is given back.
Ksm::Found Ksm::ItemFor(Mm& mm, VirtualPage address, Page& page) {
  RmapItem* const item = GetNextRmapItem(mm, *scan_.rmap_list.Read(), address);
  if (item == nullptr) {
    PutPage(page);
    return {.no_memory = true};
  }
  scan_.rmap_list.Write(&item->rmap_list);
  scan_.address.Write(address + 1);
  return {.page = &page, .item = item};
}

// Back to the beginning of the process. Requires: it is the cursor's.
void Ksm::EnterItems(MmSlot& slot) {
  scan_.address.Write(0);
  scan_.rmap_list.Write(&slot.rmap_list);
}

// Goes on to the next process. One whose users have gone, or in which the scan found nothing that
// could be merged, is unregistered. Requires: mmap_sem for reading, which is given back; no item is
// left if it is unregistered.
void Ksm::LeaveSlot(MmSlot& slot, Leaving leaving) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Mm& mm = slot.mm;
  mmlist_lock_.Lock();
  const bool is_over = leaving == Leaving::kScanned ? scan_.address.Read() == 0 : KsmTestExit(mm);
  EnterSlot(SlotAfter(slot));
  if (is_over) slots_.Erase(slot.mm_list);
  // From here on an exit may free the mm, unless the registration is still ours to drop.
  const bool unlocks_early = !is_over && machine_.Has(Fix::kKh12);
  if (unlocks_early) mm.mmap_sem.UnlockShared();
  mmlist_lock_.Unlock();
  if (is_over) DropSlot(slot);
  if (!unlocks_early) mm.mmap_sem.UnlockShared();
  if (is_over) Mmdrop(mm);
}

}  // namespace rmap::inline KSYNC_BACKEND

// Round and round the registered processes, page by page. Each step takes mmap_sem anew, and an
// exit may come in between; the cursor says where to go on.
#include <algorithm>

#include "core/ksm/ksm.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the anonymous page at the address, with a reference, or null.
Page* FollowAnonPage(Mm& mm, VirtualPage address) {
  Page* const page = IsolatePage(mm, address);
  if (page == nullptr || IsAnon(page->mapping.Read())) return page;
  PutPage(*page);
  return nullptr;
}

}  // namespace

void Ksm::DoScan(int pages) {
  const ksync::Guard batch(thread_mutex_);
  while (pages-- > 0) {
    const Found found = ScanGetNextRmapItem();
    if (found.item == nullptr) return;
    PutPage(*found.page);
  }
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
  LeaveSlot(slot);
  return {};
}

// Requires: mmap_sem.
Ksm::Found Ksm::ScanVma(MmSlot& slot, const Vma& vma) {
  const VirtualPage start = std::max(scan_.address.Read(), vma.vm_start.Read());
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

// Goes on to the next process. One in which nothing can be merged any more, or whose users have
// gone, is unregistered. Requires: mmap_sem for reading, which is given back.
void Ksm::LeaveSlot(MmSlot& slot) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  Mm& mm = slot.mm;
  if (KsmTestExit(mm)) {
    scan_.address.Write(0);
    scan_.rmap_list.Write(&slot.rmap_list);
  }
  RemoveTrailingRmapItems(*scan_.rmap_list.Read());
  const bool is_over = scan_.address.Read() == 0;
  mmlist_lock_.Lock();
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

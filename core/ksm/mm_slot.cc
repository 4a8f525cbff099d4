// Who is registered. A process that comes is put where the scan comes last, one that goes where it
// comes next.
#include "core/ksm/mm_slot.h"

#include "core/ksm/ksm.h"

namespace rmap::inline KSYNC_BACKEND {

// Kernel: __ksm_enter().
bool Ksm::Enter(Mm& mm) {
  if (machine_.AllocationFails("mm_slot")) return false;
  MmSlot* const slot = ksync::New<MmSlot>(mm);
  {
    const ksync::Guard lock(mmlist_lock_);
    MmSlot* const cursor = scan_.mm_slot.Read();
    if (cursor == nullptr) {
      slots_.PushBack(slot->mm_list);
    } else {
      slots_.InsertBefore(slot->mm_list, cursor->mm_list);
    }
  }
  mm.mergeable.Write(true);
  mm.mm_count.Increment();
  return true;
}

bool Ksm::Fork(const Mm& parent, Mm& child) { return !parent.mergeable.Read() || Enter(child); }

// Kernel: get_mm_slot(). Requires: mmlist_lock_.
MmSlot* Ksm::SlotOf(const Mm& mm) const {
  for (auto* node = slots_.First(); node != nullptr; node = slots_.After(*node)) {
    if (&node->owner().mm == &mm) return &node->owner();
  }
  return nullptr;
}

MmSlot* Ksm::FindSlot(const Mm& mm) {
  const ksync::Guard lock(mmlist_lock_);
  return SlotOf(mm);
}

// The process at which the cursor is goes: the round goes on with the next, or is over.
// Requires: mmlist_lock_.
void Ksm::LeaveForNext(MmSlot& slot) {
  MmSlot* const next = SlotAfter(slot);
  if (next == nullptr) scan_.seqnr.Write(scan_.seqnr.Read() + 1);
  EnterSlot(next);
}

// Returns: null behind the last. Requires: mmlist_lock_.
MmSlot* Ksm::SlotAfter(MmSlot& slot) const {
  auto* const next = slots_.After(slot.mm_list);
  return next == nullptr ? nullptr : &next->owner();
}

// Takes a slot that ksmd has no use for off the list; any other it moves to where the scan comes
// next. Returns: whether it is off. Requires: mmlist_lock_.
bool Ksm::TakeEasySlot(MmSlot& slot) {
  MmSlot* const cursor = scan_.mm_slot.Read();
  if (cursor == &slot) return false;
  slots_.Erase(slot.mm_list);
  if (slot.rmap_list.Read() == nullptr) return true;
  ListNode<MmSlot>* const next = cursor == nullptr ? slots_.First() : slots_.After(cursor->mm_list);
  next == nullptr ? slots_.PushBack(slot.mm_list) : slots_.InsertBefore(slot.mm_list, *next);
  return false;
}

// The end of a registration, but for its mm_count. Requires: the slot is on no list.
// Order: release, because an exit that finds the process not registered waits for nobody: what ksmd
// has read of the VMAs must be over. In the kernel the two have no order: clear_bit() is no barrier
// (docs/KSM.md).
void Ksm::DropSlot(MmSlot& slot) {
  flags_ordered_ ? slot.mm.mergeable.StoreRelease(false) : slot.mm.mergeable.Write(false);
  ksync::Delete(&slot);
}

// An exit as it was: ksmd does nothing meanwhile, and finds nothing afterwards. Who holds the mutex
// may wait for memory that is this mm's. Kernel: __ksm_exit(), remove_mm_from_lists().
void Ksm::ExitUnderMutex(Mm& mm) {
  const ksync::Guard no_batch(thread_mutex_);
  MmSlot* const slot = FindSlot(mm);
  if (slot == nullptr) return;  // ksmd found nothing there that could be merged.
  RemoveTrailingRmapItems(slot->rmap_list);
  {
    const ksync::Guard lock(mmlist_lock_);
    if (scan_.mm_slot.Read() == slot) LeaveForNext(*slot);
    slots_.Erase(slot->mm_list);
  }
  DropSlot(*slot);
  Mmdrop(mm);
}

// Whoever still looks at the mm holds mmap_sem, and asked mm_users when he had it; so once it was
// free, nobody works on the mm any more. Kernel: __ksm_exit().
void Ksm::Exit(Mm& mm) {
  if (!mm.mergeable.LoadAcquire()) return;  // Order: see DropSlot.
  if (!machine_.Has(Fix::kKh06)) return ExitUnderMutex(mm);
  MmSlot* slot = nullptr;
  bool is_easy = false;
  {
    const ksync::Guard lock(mmlist_lock_);
    slot = SlotOf(mm);
    if (slot != nullptr) is_easy = TakeEasySlot(*slot);
  }
  if (is_easy) {
    DropSlot(*slot);
    return Mmdrop(mm);
  }
  if (slot != nullptr) const ksync::Guard bounce(mm.mmap_sem);
}

}  // namespace rmap::inline KSYNC_BACKEND

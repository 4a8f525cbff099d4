// Samepage merging: equal pages of processes that agreed to it become one. Kernel: mm/ksm.c.
//
// Who agrees registers by madvise. ksmd scans the registered processes, a batch of pages at a time.
// An exit must not wait for it (KH-06): a process that ksmd has no record of unregisters itself;
// any other is put where the scan comes next, and is cleared away there.
//
// Locks, outermost first: ksm_thread_mutex (a batch; everything but the list of processes),
// mmap_sem of the process that is scanned, its pte lock; ksm_mmlist_lock, under which no other lock
// is taken.
#ifndef RMAPCHECK_CORE_KSM_KSM_H_
#define RMAPCHECK_CORE_KSM_KSM_H_

#include "core/ksm/mm_slot.h"
#include "core/mm/ksm_port.h"
#include "core/mm/machine.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

class Ksm final : public KsmPort {
 public:
  // Requires: the machine has no process yet; it outlives this.
  explicit Ksm(Machine& machine) : machine_(machine) { machine.UseKsm(this); }
  ~Ksm() { machine_.UseKsm(nullptr); }
  Ksm(const Ksm&) = delete;
  Ksm& operator=(const Ksm&) = delete;

  // The pages of [start, end) may be merged from now on. What is no plain private memory is left
  // out silently. Returns: false if memory ran out. Kernel: madvise(MADV_MERGEABLE).
  // Requires: the range lies in one VMA.
  [[nodiscard]] bool MadviseMergeable(Mm& mm, VirtualPage start, VirtualPage end);

  // Looks at so many pages, or at all once if that is less. Kernel: one turn of ksm_scan_thread(),
  // ksm_do_scan().
  void DoScan(int pages);

  bool Fork(const Mm& parent, Mm& child) override;
  void Exit(Mm& mm) override;

 private:
  // A page to look at, with a reference, and what is known of it.
  struct Found {
    Page* page = nullptr;
    RmapItem* item = nullptr;  // Null: there is none.
    bool no_memory = false;    // ...because memory ran out: the batch is over.
  };

  // mm_slot.cc
  [[nodiscard]] bool Enter(Mm& mm);
  MmSlot* SlotOf(const Mm& mm) const;
  MmSlot* SlotAfter(MmSlot& slot) const;
  bool TakeEasySlot(MmSlot& slot);
  void DropSlot(MmSlot& slot);

  // scan.cc
  Found ScanGetNextRmapItem();
  bool BeginRound();
  void EnterSlot(MmSlot* slot);
  Found ScanSlot(MmSlot& slot);
  Found ScanVma(MmSlot& slot, const Vma& vma);
  Found ItemFor(Mm& mm, VirtualPage address, Page& page);
  void LeaveSlot(MmSlot& slot);

  Machine& machine_;
  ksync::Mutex thread_mutex_{kKsmThreadMutex};
  ksync::SpinLock mmlist_lock_{kKsmMmlistLock};
  MmSlots slots_{"ksm_mm_head"};
  KsmScan scan_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_KSM_H_

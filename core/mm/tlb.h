// What the CPUs of a machine remember of page tables, so that they need not look at each access.
// Kernel: the hardware's translation lookaside buffer; arch/x86/mm/tlb.c.
//
// A right that is taken away in a pte is gone when every CPU was told to forget what the pte said,
// and not before: until then a program may go on by what its CPU remembers, which names a page, not
// a pte. Who takes rights away from many ptes may tell the CPUs once, when he is through; meanwhile
// he is counted (TlbBatch), for others who find the pte changed and rely on it.
//
// A CPU is told by an interrupt, which it takes between two accesses: an access holds the CPU's
// lock, and so does who makes it forget. It looks a pte up under the pte lock, so that what it
// remembers is never older than the last flush that was sent under that lock, or behind it.
//
// What it does not do: forget by itself; run more than one process on a CPU; huge pages, and pages
// of files. A machine without it has no event of it: then the pte is looked at each time.
#ifndef RMAPCHECK_CORE_MM_TLB_H_
#define RMAPCHECK_CORE_MM_TLB_H_

#include <initializer_list>
#include <vector>

#include "core/mm/lock_order.h"
#include "core/mm/machine.h"
#include "core/mm/mm.h"
#include "core/mm/pte.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// One CPU, on which one thread of one process runs.
class Cpu {
 public:
  // Requires: the mm outlives every use of the CPU.
  explicit Cpu(Mm& mm)
      : mm_(mm),
        size_(mm.machine.size().virtual_pages),
        remembered_(ksync::NewArray<Remembered>(size_)) {}
  ~Cpu() { ksync::DeleteArray(remembered_, size_); }
  Cpu(const Cpu&) = delete;
  Cpu& operator=(const Cpu&) = delete;

  Mm& mm() const { return mm_; }
  // Held for an access.
  ksync::SpinLock& lock() ABSL_LOCK_RETURNED(lock_) { return lock_; }

  // What the CPU remembers of the pte there; an empty one if nothing.
  Pte Translation(VirtualPage address) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_) {
    return remembered_[address].pte.Read();
  }
  void Remember(VirtualPage address, Pte pte) ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_) {
    remembered_[address].pte.Write(pte);
  }
  void Forget(VirtualPage start, VirtualPage end) {
    const ksync::Guard interrupt(lock_);
    for (VirtualPage address = start; address < end; ++address) Remember(address, Pte{});
  }

 private:
  struct Remembered {
    ksync::Plain<Pte> pte{Pte{}, "cpu.translation"};
  };

  Mm& mm_;
  const VirtualPage size_;
  Remembered* const remembered_;
  ksync::SpinLock lock_{kCpuLock};
};

// The CPUs of a machine.
class Tlb {
 public:
  // Requires: the CPUs outlive this; the machine has dirty bits; no other thread uses it.
  Tlb(Machine& machine, std::initializer_list<Cpu*> cpus) : machine_(machine), cpus_(cpus) {
    machine.UseTlb(this);
  }
  ~Tlb() { machine_.UseTlb(nullptr); }
  Tlb(const Tlb&) = delete;
  Tlb& operator=(const Tlb&) = delete;

  void Flush(const Mm& mm, VirtualPage start, VirtualPage end) const {
    for (Cpu* const cpu : cpus_) {
      if (&cpu->mm() == &mm) cpu->Forget(start, end);
    }
  }

 private:
  Machine& machine_;
  const std::vector<Cpu*> cpus_;
};

// From now on no CPU goes by what the ptes of the range said before. Kernel: flush_tlb_range(),
// flush_tlb_page(). It may be called under any lock.
inline void FlushTlb(const Mm& mm, VirtualPage start, VirtualPage end) {
  if (const Tlb* const tlb = mm.machine.tlb()) tlb->Flush(mm, start, end);
}

// Changes of ptes of which the CPUs are told at the end. Kernel: tlb_gather_mmu(),
// inc_tlb_flush_pending(), tlb_finish_mmu().
class TlbBatch {
 public:
  // Order: relaxed: who asks holds the pte lock, and asks because a pte has changed: that was
  // changed later, under the pte lock.
  explicit TlbBatch(Mm& mm) : mm_(mm) {
    if (mm.machine.tlb() != nullptr) mm_.tlb_flush_pending.FetchAdd(1, ksync::relaxed);
  }
  TlbBatch(const TlbBatch&) = delete;
  TlbBatch& operator=(const TlbBatch&) = delete;

  // Called once. Order: release, for who finds nobody pending: each CPU has forgotten.
  void Flush(VirtualPage start, VirtualPage end) {
    if (mm_.machine.tlb() == nullptr) return;
    FlushTlb(mm_, start, end);
    mm_.tlb_flush_pending.FetchSub(1, ksync::release);
  }

 private:
  Mm& mm_;
};

// Returns: whether the pte may say less than a CPU goes by. Kernel: mm_tlb_flush_pending().
// Requires: the pte lock. Order: acquire: see TlbBatch::Flush().
inline bool TlbFlushPending(const Mm& mm) {
  return mm.machine.tlb() != nullptr && mm.tlb_flush_pending.Load(ksync::acquire) != 0;
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_TLB_H_

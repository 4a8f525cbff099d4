// One machine: which kernel runs on it, what all its processes share, and whether its memory may
// run out.
//
// Everything a scenario builds hangs off one Machine, so nothing is global. The kernel is fixed for
// its life; the switches change only while one thread runs.
#ifndef RMAPCHECK_CORE_MM_MACHINE_H_
#define RMAPCHECK_CORE_MM_MACHINE_H_

#include "core/history/kernel.h"
#include "core/mm/list.h"
#include "core/mm/lock_order.h"
#include "core/mm/pressure.h"
#include "core/mm/pte.h"
#include "core/mm/swap.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class AnonVmaCache;  // Defined by core/rmap, which depends on this folder.
class KsmPort;
class PageFrames;
class Tlb;
struct Mm;

// The size of what a machine has. The checker wants it small.
struct MachineSize {
  VirtualPage virtual_pages = 4;  // Of each address space.
  std::uint32_t swap_slots = 2;
  // Whether VMAs that ask for it get huge pages. Kernel: transparent_hugepage/enabled.
  bool huge_pages = false;
  // Whether the hardware notes in a pte that something was written by way of it, and reclaim stores
  // only what is dirty. Else it stores every page.
  bool dirty_bits = false;
};

class Machine {
 public:
  // Requires: the cache outlives the machine.
  Machine(const Kernel& kernel, const MachineSize& size, AnonVmaCache& anon_vmas)
      : tasklist_lock(kernel.Has(Mechanism::kSleepingLock) ? kInnerTasklistLock : kTasklistLock),
        swap_(size.swap_slots),
        kernel_(kernel),
        size_(size),
        anon_vmas_(anon_vmas) {}
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  template <typename FixOrMechanism>
  bool Has(FixOrMechanism what) const {
    return kernel_.Has(what);
  }

  // Kernel: anon_vma_cachep.
  AnonVmaCache& anon_vmas() const { return anon_vmas_; }
  SwapArea& swap() const { return swap_; }
  const MachineSize& size() const { return size_; }

  bool HasHugePages() const { return size_.huge_pages; }
  bool HasDirtyBits() const { return size_.dirty_bits; }

  // Where pages come from if memory is bounded; null if it is not.
  PageFrames* frames() const { return frames_; }
  // Requires: the machine has no pages yet; the frames outlive its last page.
  void UseFrames(PageFrames* frames) { frames_ = frames; }

  // Who merges equal pages; null if nobody does.
  KsmPort* ksm() const { return ksm_; }
  // Requires: the machine has no processes yet; the port outlives the last.
  void UseKsm(KsmPort* ksm) { ksm_ = ksm; }

  // What its CPUs remember of page tables; null if they look at each access.
  Tlb* tlb() const { return tlb_; }
  // Requires: the machine has dirty bits; no other thread uses it. Null: they look again.
  void UseTlb(Tlb* tlb) { tlb_ = tlb; }

  // From now on memory is short; null: it is not. Requires: no other thread uses the machine; what
  // is given outlives the shortage.
  void UsePressure(MemoryPressure* pressure) { pressure_ = pressure; }
  // What whoever allocates a page or a page table does first, with whatever locks it holds. Kernel:
  // __alloc_pages_slowpath().
  void WaitForMemory() const {
    if (pressure_ == nullptr) return;
    ksync::MightSleep();
    pressure_->Relieve();
  }

  // From now on each allocation in the kernel may fail, or may not.
  // Requires: no other thread uses the machine.
  void FailAllocations(bool fail) { fail_allocations_ = fail; }
  // Likewise for operations that cannot fail in this kernel but whose callers prepare for it.
  void FailTheInfallible(bool fail) { fail_the_infallible_ = fail; }

  // Returns: whether the allocation that is about to be made fails.
  bool AllocationFails(const char* what, ksync::Site site = ksync::Site::current()) const {
    return fail_allocations_ && ksync::AllocationFails(what, site);
  }
  bool InfallibleFails(const char* what, ksync::Site site = ksync::Site::current()) const {
    return fail_the_infallible_ && ksync::AllocationFails(what, site);
  }

  // Who is asked when memory fails. Kernel: the task list.
  mutable ksync::RwLock tasklist_lock;
  List<Mm> tasks ABSL_GUARDED_BY(tasklist_lock){"machine.tasks"};

  // One thread at a time takes all locks of an mm. Kernel: mm_all_locks_mutex.
  ksync::Mutex mm_all_locks_mutex{kMmAllLocksMutex};

 private:
  mutable SwapArea swap_;
  const Kernel kernel_;
  const MachineSize size_;
  AnonVmaCache& anon_vmas_;
  PageFrames* frames_ = nullptr;
  KsmPort* ksm_ = nullptr;
  Tlb* tlb_ = nullptr;
  MemoryPressure* pressure_ = nullptr;
  bool fail_allocations_ = false;
  bool fail_the_infallible_ = false;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_MACHINE_H_

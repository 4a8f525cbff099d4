// An address space: its VMAs, its page table and their locks. Kernel: struct mm_struct.
// It has no count of users here; whoever knows it is the last user says so by Mmput().
#ifndef RMAPCHECK_CORE_MM_MM_H_
#define RMAPCHECK_CORE_MM_MM_H_

#include "core/mm/list.h"
#include "core/mm/lock_order.h"
#include "core/mm/machine.h"
#include "core/mm/pte.h"
#include "core/mm/vma.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

struct Mm {
  explicit Mm(Machine& owner) : machine(owner) {}

  Machine& machine;
  ksync::RwSemaphore mmap_sem{kMmapSem};
  ksync::SpinLock page_table_lock{kPageTableLock};
  ksync::SpinLock pte_lock{kPteLock};
  PageTable page_table;  // Written under pte_lock.
  List<Vma> mmap;        // By address. Guarded by mmap_sem.
};

// Each requires mmap_sem held for writing, or an mm that nobody else knows.
// Kernel: __insert_vm_struct(), __vma_unlink().
void InsertVmStruct(Mm& mm, Vma& vma);
void VmaUnlink(Mm& mm, Vma& vma);

// Returns: the VMA that contains the page, or null. Kernel: find_vma() and the test after it.
// Requires: mmap_sem held.
Vma* FindVma(const Mm& mm, VirtualPage address);

// Returns: the neighbour in the list, adjacent or not; null at the ends. Requires: mmap_sem held.
Vma* NextVma(const Mm& mm, const Vma& vma);
Vma* PrevVma(const Mm& mm, const Vma& vma);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_MM_H_

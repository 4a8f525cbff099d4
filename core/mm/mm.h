// An address space: its VMAs, its page table and their locks. Kernel: struct mm_struct.
//
// Two counts, as in the kernel: mm_users, those who use the memory, and mm_count, those who have
// the object, of which all users together are one. They are kept only on a machine that merges
// pages (ksm_port.h); elsewhere whoever knows that he is the last user says so by Mmput().
#ifndef RMAPCHECK_CORE_MM_MM_H_
#define RMAPCHECK_CORE_MM_MM_H_

#include "core/mm/huge_pmd.h"
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
  // The largest hole between VMAs: what the kernel's tree of VMAs keeps at its root, and each
  // growth of a stack brings up to date. Kernel: rb_subtree_gap of mm->mm_rb.
  // Guarded by mmap_sem for writing, or for reading with page_table_lock.
  ksync::Plain<VirtualPage> largest_gap{VirtualPage{0}, "mm.largest_gap"};
  ksync::RwSemaphore mmap_sem{kMmapSem};
  ksync::SpinLock page_table_lock{kPageTableLock};
  ksync::SpinLock pte_lock{kPteLock};
  PageTable page_table ABSL_GUARDED_BY(pte_lock){machine.size().virtual_pages};
  HugePmdTable huge_pmds ABSL_GUARDED_BY(pte_lock){
      machine.HasHugePages() ? machine.size().virtual_pages : 0};
  List<Vma> mmap ABSL_GUARDED_BY(mmap_sem){"mm.mmap"};  // By address.
  ListNode<Mm> task_node{this, "mm.task_node"};         // On machine.tasks, or nowhere.
  ksync::Plain<VirtualPage> brk ABSL_GUARDED_BY(mmap_sem){VirtualPage{0}, "mm.brk"};
  ksync::RefCount mm_users{1, "mm.mm_users"};
  ksync::RefCount mm_count{1, "mm.mm_count"};
  // Whether it is registered for merging. Kernel: MMF_VM_MERGEABLE of mm->flags.
  ksync::Marked<bool> mergeable{false, "mm.flags"};
  // How many have taken rights away in ptes and not told the CPUs yet (tlb.h).
  ksync::Atomic<int> tlb_flush_pending{0, "mm.tlb_flush_pending"};
};

// Lets go of the object; the last frees it. Kernel: mmdrop().
void Mmdrop(Mm& mm);

// Returns: what is in a pte just now. Without the pte lock it is a hint, which is asked again under
// it; that is why the analysis is turned off.
inline Pte PeekPte(const Mm& mm, VirtualPage address,
                   ksync::Site site = ksync::Site::current()) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  return mm.page_table[address].Read(site);
}

// Puts an mm on the list of those who are asked when memory fails, or takes it off. An mm on it
// must be taken off before its end. Kernel: the task list, in copy_process() and exit_mm().
void AttachTask(Mm& mm);
void DetachTask(Mm& mm);

// Kernel: __insert_vm_struct(), __vma_unlink().
void InsertVmStruct(Mm& mm, Vma& vma) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);
void VmaUnlink(Mm& mm, Vma& vma) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);

// Gives a copy of a VMA a policy of its own, equal to the original's. Returns: false if memory ran
// out; then the copy has none. Kernel: vma_dup_policy().
[[nodiscard]] bool VmaDupPolicy(const Vma& vma, Vma& copy);

// Gives back the VMA's references on its file and its policy, and the VMA. Requires: it is on no
// list. Kernel: the end of vma_adjust(); remove_vma() without close().
void FreeVma(Vma& vma);

// Brings mm.largest_gap up to date. Kernel: vma_gap_update(). Requires: as for mm.largest_gap.
void VmaGapUpdate(Mm& mm) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);

// Returns: the VMA that contains the page, or null. Kernel: find_vma() and the test after it.
Vma* FindVma(const Mm& mm, VirtualPage address) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);
// Returns: the first VMA that ends behind the page, or null. Kernel: find_vma().
Vma* FindVmaOrNext(const Mm& mm, VirtualPage address) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);

// Returns: the neighbour in the list, adjacent or not; null at the ends.
Vma* FirstVma(const Mm& mm) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);
Vma* NextVma(const Mm& mm, const Vma& vma) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);
Vma* PrevVma(const Mm& mm, const Vma& vma) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);
// Returns: the last VMA before a page at which nothing is mapped, or null.
Vma* VmaBefore(const Mm& mm, VirtualPage address) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_MM_H_

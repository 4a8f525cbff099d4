// A virtual memory area: a range of an address space that is mapped in one way.
// Kernel: struct vm_area_struct.
//
// The page at `address` has the offset vm_pgoff + (address - vm_start). Fork, split and merge keep
// that relation, so a page's index finds its address in every VMA that maps it.
//
// What may be read without mmap_sem is Marked: rmap walkers come from a page, not from an mm, and
// hold only an anon_vma's lock. Whether that lock keeps the boundaries still depends on the kernel
// generation; that is what this project is about.
//
// Invariants (mmap_sem held for writing, or nobody else knows the mm):
//   1. vm_start < vm_end, and the VMAs of an mm do not overlap.
//   2. anon_vma, once set, is in anon_vma_chain; the chain also names every anon_vma that may be
//      the anchor of a page mapped here.
//   3. Each VMA has a reference of its own on its file and on its policy.
#ifndef RMAPCHECK_CORE_MM_VMA_H_
#define RMAPCHECK_CORE_MM_VMA_H_

#include <cstdint>

#include "core/mm/interval_tree.h"
#include "core/mm/list.h"
#include "core/mm/machine.h"
#include "core/mm/pte.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class AnonVma;
struct File;
struct Mempolicy;
struct Mm;
struct SharedTable;  // Defined by core/vmops.
struct Vma;

using VmFlags = std::uint32_t;               // kVmRead and kVmWrite (pte.h), and these.
inline constexpr VmFlags kVmLockRmap = 4;    // Rmap walkers look away. Only with that mechanism.
inline constexpr VmFlags kVmLocked = 8;      // Pages stay in memory. Kernel: VM_LOCKED.
inline constexpr VmFlags kVmGrowsDown = 16;  // A stack. Kernel: VM_GROWSDOWN.
inline constexpr VmFlags kVmDontCopy = 32;   // Fork leaves it out. Kernel: VM_DONTCOPY.
// A stack that exec has not put in its place yet. Kernel: VM_STACK_INCOMPLETE_SETUP.
inline constexpr VmFlags kVmStackIncomplete = 64;
inline constexpr VmFlags kVmShared = 128;     // Writes go to the file. Kernel: VM_SHARED.
inline constexpr VmFlags kVmMergeable = 256;  // Equal pages may become one. Kernel: VM_MERGEABLE.
inline constexpr VmFlags kVmHugepage = 512;   // Huge pages are wanted. Kernel: VM_HUGEPAGE.

// One link between a VMA and an anon_vma; on a list of each. Kernel: struct anon_vma_chain.
struct AnonVmaChain {
  ksync::Plain<Vma*> vma{"avc.vma"};
  ksync::Plain<AnonVma*> anon_vma{"avc.anon_vma"};
  ListNode<AnonVmaChain> same_vma{this, "avc.same_vma"};  // Guarded as vma->anon_vma_chain.
  // Where the anon_vma keeps it: one of the two, by generation. Guarded by the anon_vma's lock.
  ListNode<AnonVmaChain> same_anon_vma{this, "avc.same_anon_vma"};
  IntervalNode<AnonVmaChain> rb{this, "avc.rb"};
};

using AnonVmaChains = List<AnonVmaChain, ksync::Marked>;

// What a driver wants to know of its VMAs. Kernel: struct vm_operations_struct.
struct VmOperations {
  void (*open)(Vma& vma);
  void (*close)(Vma& vma);
};

struct Vma {
  Vma(Machine& owner, Mm* mm, VirtualPage start, VirtualPage end, PageOffset pgoff, VmFlags flags)
      : machine(owner),
        vm_mm(mm, "vma.vm_mm"),
        vm_start(start, "vma.vm_start"),
        vm_end(end, "vma.vm_end"),
        vm_pgoff(pgoff, "vma.vm_pgoff"),
        vm_flags(flags, "vma.vm_flags"),
        vm_page_prot(flags & kVmAccess, "vma.vm_page_prot") {}

  Machine& machine;
  ksync::Marked<Mm*> vm_mm;
  ksync::Marked<VirtualPage> vm_start;
  ksync::Marked<VirtualPage> vm_end;  // The first page behind it.
  ksync::Marked<PageOffset> vm_pgoff;
  ksync::Marked<VmFlags> vm_flags;
  // What new ptes allow. Walks that map pages read it without mmap_sem.
  ksync::Marked<Rights> vm_page_prot;
  // Where new private pages are anchored. Guarded by mmap_sem; from null to its first value: by
  // mmap_sem for reading, the anon_vma's lock and page_table_lock.
  ksync::Marked<AnonVma*> anon_vma{nullptr, "vma.anon_vma"};
  // Guarded by mmap_sem for writing, or for reading with page_table_lock. A neighbour's fault asks
  // without page_table_lock whether it has one entry.
  AnonVmaChains anon_vma_chain{"vma.anon_vma_chain"};
  // The one link of a VMA of the kernels before chains, where the VMA itself was on the list.
  AnonVmaChain own_link;
  // On mm.mmap, and guarded with it.
  ListNode<Vma> mm_node{this, "vma.mm_node"};
  // On file.f_mapping.i_mmap, and guarded with it.
  ListNode<Vma> shared_node{this, "vma.shared_node"};
  // Each a reference, or null. Guarded by mmap_sem.
  ksync::Plain<File*> vm_file{nullptr, "vma.vm_file"};
  ksync::Plain<Mempolicy*> vm_policy{nullptr, "vma.vm_policy"};
  ksync::Plain<const VmOperations*> vm_ops{nullptr, "vma.vm_ops"};
  // Of a file of hugetlbfs: the page table that maps all of it, or null (core/vmops/hugetlb.h).
  ksync::Marked<SharedTable*> shared_table{nullptr, "vma.shared_table"};
  // How far a truncation that was interrupted has come. Written under i_mmap_lock.
  ksync::Marked<unsigned> vm_truncate_count{0u, "vma.vm_truncate_count"};
};

// Returns: a VMA like `vma` with an empty chain, on no list, without references on the policy and
// the file it names; null if memory ran out. To be given back with Delete.
// Kernel: kmem_cache_alloc(), *new = *vma, INIT_LIST_HEAD(&new->anon_vma_chain).
Vma* VmAreaDup(const Vma& vma);

// Returns: the offset of the first page behind the VMA, were it longer.
inline PageOffset EndOffset(const Vma& vma) {
  const VirtualPage start = vma.vm_start.Read();
  const VirtualPage end = vma.vm_end.Read();
  return vma.vm_pgoff.Read() + (end - start);
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_VMA_H_

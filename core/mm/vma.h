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
//   2. anon_vma, once set, is the first entry of anon_vma_chain; the chain also names every
//      anon_vma that may be the anchor of a page mapped here.
#ifndef RMAPCHECK_CORE_MM_VMA_H_
#define RMAPCHECK_CORE_MM_VMA_H_

#include <cstdint>

#include "core/mm/list.h"
#include "core/mm/machine.h"
#include "core/mm/pte.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

struct AnonVmaChain;
struct Mm;

using VmFlags = std::uint32_t;
inline constexpr VmFlags kVmRead = 1;
inline constexpr VmFlags kVmWrite = 2;
inline constexpr VmFlags kVmLockRmap = 4;  // Rmap walkers look away. Only with that mechanism.
// What mprotect changes; VMAs that differ only here may still share an anon_vma.
inline constexpr VmFlags kVmAccess = kVmRead | kVmWrite;

using AnonVmaChains = List<AnonVmaChain, ksync::Marked>;

struct Vma {
  Vma(Machine& owner, Mm* mm, VirtualPage start, VirtualPage end, PageOffset pgoff, VmFlags flags)
      : machine(owner),
        vm_mm(mm, "vma.vm_mm"),
        vm_start(start, "vma.vm_start"),
        vm_end(end, "vma.vm_end"),
        vm_pgoff(pgoff, "vma.vm_pgoff"),
        vm_flags(flags, "vma.vm_flags") {}

  Machine& machine;
  ksync::Marked<Mm*> vm_mm;
  ksync::Marked<VirtualPage> vm_start;
  ksync::Marked<VirtualPage> vm_end;  // The first page behind it.
  ksync::Marked<PageOffset> vm_pgoff;
  ksync::Marked<VmFlags> vm_flags;
  // Where new private pages are anchored. Guarded by mmap_sem; from null to its first value: by
  // mmap_sem for reading, the anon_vma's lock and page_table_lock.
  ksync::Marked<AnonVma*> anon_vma{nullptr, "vma.anon_vma"};
  // Guarded by mmap_sem for writing, or for reading with page_table_lock. A neighbour's fault asks
  // without page_table_lock whether it has one entry.
  AnonVmaChains anon_vma_chain;
  // On mm.mmap. Guarded by mmap_sem.
  ListNode<Vma> mm_node{this};
};

// Returns: a VMA like `vma` with an empty chain, on no list; null if memory ran out. To be given
// back with Delete. Kernel: kmem_cache_alloc(), *new = *vma, INIT_LIST_HEAD(&new->anon_vma_chain).
Vma* VmAreaDup(const Vma& vma);

// Returns: the offset of the first page behind the VMA, were it longer.
inline PageOffset EndOffset(const Vma& vma) {
  const VirtualPage start = vma.vm_start.Read();
  const VirtualPage end = vma.vm_end.Read();
  return vma.vm_pgoff.Read() + (end - start);
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_VMA_H_

// Finding out which node of memory needs a page: its pte is made one that allows nothing, so that
// the next access is a fault, which tells; the fault gives back what the pte allowed.
// Kernel: change_prot_numa(), mm/mempolicy.c; do_numa_page(), mm/memory.c.
//
// What it does not do: move the page to the node that needs it.
#ifndef RMAPCHECK_CORE_VMOPS_NUMA_HINT_H_
#define RMAPCHECK_CORE_VMOPS_NUMA_HINT_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Makes hints of the range's present ptes; they remember whether they were writable. Merged pages
// are left out. Order: takes mmap_sem for reading.
void ChangeProtNuma(Mm& mm, VirtualPage start, VirtualPage end);

// Gives a hint back what the VMA allows, but the right to write only if it had that. Requires: the
// VMA's mmap_sem.
void NumaHintFault(const Vma& vma, VirtualPage address);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_NUMA_HINT_H_

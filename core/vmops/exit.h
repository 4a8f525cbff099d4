// The end of an address space. Kernel: mmput(), exit_mmap(), mm/mmap.c. Rmap walkers come from
// pages and hold no reference to the mm; only the order of the steps saves them.
#ifndef RMAPCHECK_CORE_VMOPS_EXIT_H_
#define RMAPCHECK_CORE_VMOPS_EXIT_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Unmaps everything, then takes the VMAs off their anon_vmas, then frees: in this order, so that a
// page which is still mapped still has its anon_vma, and a VMA that a walker can find still exists.
// Requires: the caller is the last user of the mm; if the mm counts its users: one of them, and the
// rest is done when the last has come. Rmap walkers may still be inside.
void Mmput(Mm& mm);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_EXIT_H_

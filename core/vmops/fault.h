// Page faults on anonymous memory. Kernel: handle_mm_fault(), mm/memory.c.
// Modelled: the first touch of a page, and waiting for one that is being migrated. Not yet: copy on
// write and swap.
#ifndef RMAPCHECK_CORE_VMOPS_FAULT_H_
#define RMAPCHECK_CORE_VMOPS_FAULT_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Touches a page of the mm until it is mapped and allows the access. `fresh` is the page to use if
// a new one is needed, and must not be mapped anywhere; null: one is allocated. Fails the run on a
// migration entry whose page is not locked: its migration is over, so nobody will ever put the page
// back. Kernel: BUG_ON(!PageLocked(p)) in include/linux/swapops.h. Returns: false if memory ran
// out.
[[nodiscard]] bool HandlePageFault(Mm& mm, VirtualPage address, Access access = Access::kWrite,
                                   Page* fresh = nullptr);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_FAULT_H_

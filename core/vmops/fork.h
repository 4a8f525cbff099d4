// Copying an address space. Kernel: dup_mmap(), kernel/fork.c.
// Parent and child share every page afterwards, and neither may write to a private one: the next
// write copies it. VMAs that ask for it are left out.
#ifndef RMAPCHECK_CORE_VMOPS_FORK_H_
#define RMAPCHECK_CORE_VMOPS_FORK_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Returns: the child's address space, to be given back with Mmput; null if memory ran out.
Mm* DupMm(Mm& parent);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_FORK_H_

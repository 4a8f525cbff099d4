// The stack of a new program. Kernel: __bprm_mm_init(), setup_arg_pages(), shift_arg_pages(),
// fs/exec.c.
//
// Arguments are written to a temporary stack at the top of the address space, before it is known
// where the program wants its stack; then all is moved down. The VMA covers both places while the
// ptes move, and its offset never changes: from the first store on every page is looked for where
// it will be, not where it is. Nobody else runs in the mm; only walks can tell. So the VMA is
// marked, and (KH-36) migration leaves what is in it alone.
#ifndef RMAPCHECK_CORE_VMOPS_EXEC_H_
#define RMAPCHECK_CORE_VMOPS_EXEC_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Maps the one page of a temporary stack, marked as incomplete. Returns: the VMA; null if memory
// ran out. Requires: nothing is mapped there. Kernel: __bprm_mm_init().
Vma* MmapTemporaryStack(Mm& mm, VirtualPage start);

// Moves the stack down by `shift` pages and makes it an ordinary one. Returns: false if memory ran
// out. Requires: a temporary stack; nothing is mapped where it goes to, nor between.
[[nodiscard]] bool SetupArgPages(Vma& vma, VirtualPage shift);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_EXEC_H_

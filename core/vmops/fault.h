// Page faults on anonymous memory, and the accesses that cause them. Kernel: handle_mm_fault(),
// mm/memory.c.
//
// Four reasons why a pte does not do: nothing is there yet; the page is swapped out; it is being
// migrated; it is shared, and the access is a write. The last is decided under the page lock: who
// is found to be the only user keeps the page, and anchors it at his own anon_vma; others copy.
#ifndef RMAPCHECK_CORE_VMOPS_FAULT_H_
#define RMAPCHECK_CORE_VMOPS_FAULT_H_

#include <cstdint>
#include <optional>

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Touches a page of the mm until it is mapped and allows the access. `fresh` is the page to use if
// a new one is needed, and must not be mapped anywhere; null: one is allocated. Fails the run on a
// migration entry whose page is not locked: its migration is over, so nobody will ever put the page
// back. Kernel: BUG_ON(!PageLocked(p)) in include/linux/swapops.h.
// Returns: false if memory ran out, or if no VMA allows the access: the program gets a signal.
[[nodiscard]] bool HandlePageFault(Mm& mm, VirtualPage address, Access access = Access::kWrite,
                                   Page* fresh = nullptr);

// One fault of the kernel's own making, whatever the VMA, which is the mm's, allows its program.
// Returns: false if memory ran out. Kernel: handle_mm_fault().
[[nodiscard]] bool HandleMmFault(Mm& mm, Vma& vma, VirtualPage address, Access access)
    ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);

// A program reads or writes. The translation is the pte at one moment: it holds the pte lock, as
// if every TLB were flushed when a pte changes.
// Returns: nothing, or false, where HandlePageFault returns false.
[[nodiscard]] std::optional<std::uint32_t> UserRead(Mm& mm, VirtualPage address);
[[nodiscard]] bool UserWrite(Mm& mm, VirtualPage address, std::uint32_t value);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_FAULT_H_

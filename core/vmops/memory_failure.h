// Memory that has gone bad under its users. Kernel: memory_failure(), hwpoison_user_mappings(),
// mm/memory-failure.c.
//
// The page is locked, who maps it is written down, and it is unmapped everywhere; whoever was
// written down is told, by a signal that most do not survive. No mmap_sem: processes exit and fork
// meanwhile. The one walk that goes from a page to processes, and so the one that nests the task
// list with the anon_vma's lock.
#ifndef RMAPCHECK_CORE_VMOPS_MEMORY_FAILURE_H_
#define RMAPCHECK_CORE_VMOPS_MEMORY_FAILURE_H_

#include <cstdint>
#include <vector>

#include "core/mm/mm.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

// Takes a page out of use. Requires: the caller has a reference to it, and holds no lock.
// `lost`, if given, gets what programs had written there: as long as the page is locked nobody maps
// it again. Returns: whom to kill; only to be compared, because each may be gone by now.
std::vector<const Mm*> MemoryFailure(Page& page, std::uint32_t* lost = nullptr);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MEMORY_FAILURE_H_

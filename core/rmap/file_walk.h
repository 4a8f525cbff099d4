// The way from a page of a file to its VMAs: the file's list. What is done at each pte is the
// caller's. Kernel: the loops of page_mkclean_file() and try_to_unmap_file(), mm/rmap.c.
#ifndef RMAPCHECK_CORE_RMAP_FILE_WALK_H_
#define RMAPCHECK_CORE_RMAP_FILE_WALK_H_

#include <optional>

#include "core/mm/file.h"
#include "core/mm/page.h"
#include "core/mm/vma.h"
#include "core/rmap/walk.h"

namespace rmap::inline KSYNC_BACKEND {

// Calls visit(vma, address) for each VMA of the file that may map the page. The page lock keeps the
// page in the file; i_mmap_lock keeps the VMAs and their boundaries.
template <typename Visit>
void ForEachVmaOfFile(const AddressSpace& mapping, const Page& page, Visit visit)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mapping.i_mmap_lock) {
  for (auto* node = mapping.i_mmap.First(); node != nullptr; node = mapping.i_mmap.After(*node)) {
    const Vma& vma = node->owner();
    const std::optional<VirtualPage> address = VmaAddress(page, vma);
    if (address.has_value()) visit(vma, *address);
  }
}

// Unmaps a page of a file wherever it is mapped. Whoever had the right to write has noted the page
// as dirty before, so nothing is lost. Requires: the page is the file's. Kernel:
// try_to_unmap_file().
void TryToUnmapFile(AddressSpace& mapping, Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_FILE_WALK_H_

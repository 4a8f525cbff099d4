// Taking pages away from a file. Kernel: unmap_mapping_range(), mm/memory.c;
// truncate_inode_pages_range(), mm/truncate.c.
//
// First the ptes, found through the file's VMAs under i_mmap_lock; then the pages, each under its
// lock. A page that is mapped still when it leaves the cache is a BUG: somebody goes on using what
// is no longer the file's.
//
// Until 2.6.39 the lock was given back between two pages if somebody waited, and the walk began
// again. What it had done was noted in the VMA: the number of the truncation if that is done with
// the VMA, or the address where it has to go on.
#ifndef RMAPCHECK_CORE_VMOPS_TRUNCATE_H_
#define RMAPCHECK_CORE_VMOPS_TRUNCATE_H_

#include "core/mm/file.h"

namespace rmap::inline KSYNC_BACKEND {

// Unmaps the offsets first..last, both included, from all address spaces. Nothing keeps faults from
// mapping them again.
void UnmapMappingRange(AddressSpace& mapping, PageOffset first, PageOffset last);

// The same, and takes the pages out of the cache. Fails: a page is mapped still.
void TruncateInodePages(File& file, PageOffset first, PageOffset last);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_TRUNCATE_H_

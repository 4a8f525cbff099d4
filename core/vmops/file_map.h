// Shared mappings of files. Kernel: mmap_region(), filemap_fault(), __do_fault(), do_wp_page();
// clear_page_dirty_for_io().
//
// A page of a file is mapped without the right to write, until somebody writes: the fault notes the
// page as dirty and gives the right. Storing the page takes the right away again.
//
// What it does not do: private mappings of files, whose pages are anonymous once written; the end
// of a file; dirty bits in ptes, which here are the right to write.
#ifndef RMAPCHECK_CORE_VMOPS_FILE_MAP_H_
#define RMAPCHECK_CORE_VMOPS_FILE_MAP_H_

#include "core/mm/file.h"
#include "core/mm/mm.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

// Puts a VMA where faults find it, and walks of its file. Kernel: vma_link().
// Requires: the VMA has its reference on the file.
void VmaLink(Mm& mm, Vma& vma) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);

// Returns: what new ptes of a VMA with these flags allow. Kernel: vma_wants_writenotify().
Rights VmPageProt(VmFlags flags);

// Tries once to make a page of a file usable. Requires: the VMA is of a file.
// Returns: false if memory ran out. Kernel: __do_fault(), do_wp_page().
[[nodiscard]] bool FileFault(Mm& mm, const Vma& vma, VirtualPage address, Access access)
    ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);

// Makes a page, of which nobody knows, the file's page at the offset. The cache takes a reference.
// Requires: the offset is free. Returns: false if memory ran out.
[[nodiscard]] bool AddFilePage(File& file, Page& page, PageOffset offset);

// Calls store(content) with what is on the page, if it may have changed since it was stored last.
// Kernel: write_cache_pages() for one page. Requires: the page is in the cache and stays there.
template <typename Store>
void WritePage(File& file, PageOffset offset, Store store);

// Returns: whether a dirty page is to be stored now; it is clean then, and a write to it noticed.
// Kernel: clear_page_dirty_for_io().
bool ClearPageDirtyForIo(AddressSpace& mapping, Page& page, PageOffset offset)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock);

// Returns: the file's page with a reference for the caller, or null.
Page* GetFilePage(File& file, PageOffset offset);

template <typename Store>
void WritePage(File& file, PageOffset offset, Store store) {
  Page& page = *GetFilePage(file, offset);
  {
    const ksync::Guard page_lock(page.lock);
    if (ClearPageDirtyForIo(file.f_mapping, page, offset)) store(page.content.Read());
  }
  PutPage(page);
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_FILE_MAP_H_

// The page lock is what a fault and a truncation, or a fault and a store, agree by: a page that
// names its file under its lock is in the cache, and nobody cleans it.
#include "core/vmops/file_map.h"

#include "core/rmap/page_mkclean.h"
#include "core/rmap/page_rmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the page at the offset, read in if need be, with a reference; null if memory ran out.
// The page may have left the cache meanwhile.
Page* FindOrReadPage(File& file, PageOffset offset) {
  if (Page* page = GetFilePage(file, offset)) return page;
  Page* const page = AllocPage(file.f_mapping.machine);
  if (page == nullptr) return nullptr;
  GetPage(*page);
  if (AddFilePage(file, *page, offset)) return page;
  PutPage(*page);
  return GetFilePage(file, offset);  // Another fault was faster, or memory ran out.
}

// Requires: the page is in the cache.
void MapFilePage(Mm& mm, const Vma& vma, VirtualPage address, Access access, Page& page)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  const ksync::Guard pte_lock(mm.pte_lock);
  const Pte pte = mm.page_table[address].Read();
  if (!pte.IsNone() && !pte.Maps(page)) return;
  if (pte.IsNone()) PageAddFileRmap(page);
  Rights rights = vma.vm_page_prot.Read();
  if (access == Access::kWrite) rights |= kVmWrite;
  mm.page_table[address].Write(Pte::Present(page, rights));
}

}  // namespace

Rights VmPageProt(VmFlags flags) {
  const Rights rights = flags & kVmAccess;
  return (flags & kVmShared) != 0 ? rights & ~kVmWrite : rights;
}

void VmaLink(Mm& mm, Vma& vma) {
  InsertVmStruct(mm, vma);
  File* const file = vma.vm_file.Read();
  if (file == nullptr) return;
  AddressSpace& mapping = file->f_mapping;
  const ksync::Guard i_mmap_lock(mapping.i_mmap_lock);
  // Nothing is mapped yet, so a truncation that is under way has nothing to do here.
  if (vma.machine.Has(Mechanism::kTruncationBreaks)) {
    vma.vm_truncate_count.Write(mapping.truncate_count.Read());
  }
  mapping.i_mmap.PushBack(vma.shared_node);
}

bool FileFault(Mm& mm, const Vma& vma, VirtualPage address, Access access) {
  File& file = *vma.vm_file.Read();
  const PageOffset offset = LinearPageIndex(vma, address);
  Page* const page = FindOrReadPage(file, offset);
  if (page == nullptr) return false;
  {
    const ksync::Guard page_lock(page->lock);
    if (ToAddressSpace(page->mapping.Read()) == &file.f_mapping) {
      // Before the right to write: who cleans the page waits for its lock.
      if (access == Access::kWrite) SetPageDirty(file.f_mapping, offset);
      MapFilePage(mm, vma, address, access, *page);
    }
  }
  PutPage(*page);
  return true;
}

bool AddFilePage(File& file, Page& page, PageOffset offset) {
  const ksync::Guard page_lock(page.lock);
  page.index.Write(offset);
  page.mapping.Write(ToMapping(&file.f_mapping));
  GetPage(page);
  if (AddToPageCache(file.f_mapping, page, offset) == AddToPageCacheResult::kAdded) return true;
  page.mapping.Write(0);
  PutPage(page);
  return false;
}

bool ClearPageDirtyForIo(AddressSpace& mapping, Page& page, PageOffset offset) {
  if (!PageDirty(mapping, offset)) return false;
  if (PageMkclean(page) > 0) SetPageDirty(mapping, offset);
  return TestClearPageDirty(mapping, offset);
}

Page* GetFilePage(File& file, PageOffset offset) {
  return FindGetPage(file.f_mapping, offset, GetPage);
}

}  // namespace rmap::inline KSYNC_BACKEND

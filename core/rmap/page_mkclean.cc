// The walk through the VMAs of a file, under i_mmap_lock, which keeps them and their boundaries.
// The page lock, which the caller has, keeps the page in the file. Kernel: page_mkclean_file().
#include "core/rmap/page_mkclean.h"

#include "core/rmap/file_walk.h"
#include "core/rmap/page_check.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: whether a writable pte was found. Kernel: page_mkclean_one().
bool PageMkcleanOne(const Page& page, const Vma& vma, VirtualPage address) {
  const auto writable = [&page](Pte pte) { return pte.Maps(page) && pte.IsWritable(); };
  // A change of rights takes the pte out for a moment.
  const Peek peek = vma.machine.Has(Fix::kKh03) ? Peek::kNever : Peek::kSparesTheLock;
  return WithPte(vma, address, peek, writable,
                 [](ksync::Marked<Pte>& pte) { pte.Write(pte.Read().WriteProtected()); });
}

}  // namespace

int PageMkclean(Page& page) {
  page.lock.AssertHeld();
  AddressSpace* const mapping = ToAddressSpace(page.mapping.Read());
  if (mapping == nullptr) return 0;
  int cleaned = 0;
  const ksync::Guard i_mmap_lock(mapping->i_mmap_lock);
  ForEachVmaOfFile(*mapping, page, [&page, &cleaned](const Vma& vma, VirtualPage address) {
    if (PageMkcleanOne(page, vma, address)) ++cleaned;
  });
  return cleaned;
}

}  // namespace rmap::inline KSYNC_BACKEND

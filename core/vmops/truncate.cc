// A kernel that breaks the lock breaks it after each page here: the longest way there is. Each
// break is a chance for a VMA to move, to split or to go, so the walk begins anew after it.
#include "core/vmops/truncate.h"

#include <algorithm>

#include "core/mm/mm.h"
#include "core/mm/page.h"
#include "core/rmap/page_rmap.h"
#include "core/vmops/file_map.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// An address in vm_truncate_count, told from the number of a truncation by its low bits.
constexpr unsigned kPageSize = 4096;
constexpr bool IsRestartAddr(unsigned count) { return count != 0 && count % kPageSize == 0; }

// Kernel: zap_page_range(), for one page of a file.
void ZapFilePte(Mm& mm, VirtualPage address) {
  const ksync::Guard pte_lock(mm.pte_lock);
  const Pte pte = mm.page_table[address].Read();
  if (!pte.IsPresent()) return;
  mm.page_table[address].Write(Pte{});
  PageRemoveRmap(pte.page());
}

// The addresses of a range of offsets in a VMA; empty if start >= end.
struct Span {
  VirtualPage start;
  VirtualPage end;
};

// One call of unmap_mapping_range().
class Unmapping {
 public:
  Unmapping(AddressSpace& mapping, PageOffset first, PageOffset last)
      : mapping_(mapping), first_(first), last_(last) {}

  void Run() {
    if (!mapping_.machine.Has(Mechanism::kTruncationBreaks)) return RunAtOnce();
    {
      const ksync::Guard i_mmap_lock(mapping_.i_mmap_lock);
      TakeNumber();
    }
    while (Step()) {
    }
  }

 private:
  void RunAtOnce() {
    const ksync::Guard i_mmap_lock(mapping_.i_mmap_lock);
    for (auto* node = mapping_.i_mmap.First(); node; node = mapping_.i_mmap.After(*node)) {
      const Span span = SpanIn(node->owner());
      Mm& mm = *node->owner().vm_mm.Read();
      for (VirtualPage at = span.start; at < span.end; ++at) ZapFilePte(mm, at);
    }
  }

  void TakeNumber() {
    number_ = mapping_.truncate_count.Read() + 1;
    mapping_.truncate_count.Write(number_);
  }

  // Up to the next break of the lock. Returns: whether there was something to do.
  bool Step() {
    const ksync::Guard i_mmap_lock(mapping_.i_mmap_lock);
    for (auto* node = mapping_.i_mmap.First(); node; node = mapping_.i_mmap.After(*node)) {
      Vma& vma = node->owner();
      const Span span = SpanIn(vma);
      if (span.start >= span.end || vma.vm_truncate_count.Read() == number_) continue;
      UnmapOne(vma, span);
      return true;
    }
    return false;
  }

  Span SpanIn(const Vma& vma) const {
    const VirtualPage vm_start = vma.vm_start.Read();
    const PageOffset vm_first = vma.vm_pgoff.Read();
    const PageOffset begin = std::max(first_, vm_first);
    const PageOffset end = std::min(last_ + 1, EndOffset(vma));
    if (begin >= end) return {vm_start, vm_start};
    return {vm_start + (begin - vm_first), vm_start + (end - vm_first)};
  }

  // Kernel: unmap_mapping_range_vma().
  void UnmapOne(Vma& vma, Span span) {
    const unsigned noted = vma.vm_truncate_count.Read();
    if (IsRestartAddr(noted)) span.start = std::max(span.start, noted / kPageSize);
    if (span.start < span.end) ZapFilePte(*vma.vm_mm.Read(), span.start++);
    vma.vm_truncate_count.Write(span.start < span.end ? span.start * kPageSize : number_);
  }

  AddressSpace& mapping_;
  const PageOffset first_;
  const PageOffset last_;
  unsigned number_ = 0;
};

// Kernel: truncate_inode_page().
void TruncateInodePage(File& file, Page& page, PageOffset offset)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(page.lock) {
  if (PageMapped(page)) UnmapMappingRange(file.f_mapping, offset, offset);
  ksync::Check(!PageMapped(page), "BUG: a mapped page leaves the page cache");
  RemoveFromPageCache(file.f_mapping, page, offset);
  page.mapping.Write(0);
  PutPage(page);  // The cache's reference.
}

}  // namespace

void UnmapMappingRange(AddressSpace& mapping, PageOffset first, PageOffset last) {
  Unmapping(mapping, first, last).Run();
}

void TruncateInodePages(File& file, PageOffset first, PageOffset last) {
  UnmapMappingRange(file.f_mapping, first, last);
  for (PageOffset offset = first; offset <= last; ++offset) {
    Page* const page = GetFilePage(file, offset);
    if (page == nullptr) continue;
    {
      const ksync::Guard page_lock(page->lock);
      const bool is_files = ToAddressSpace(page->mapping.Read()) == &file.f_mapping;
      if (is_files) TruncateInodePage(file, *page, offset);
    }
    PutPage(*page);
  }
}

}  // namespace rmap::inline KSYNC_BACKEND

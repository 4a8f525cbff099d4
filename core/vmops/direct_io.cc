// The page is made ready for a write as for one by the program, and held under the pte lock, so
// that whoever unmaps it counts the reference afterwards.
#include "core/vmops/direct_io.h"

#include "core/vmops/fault.h"
#include "core/vmops/huge_page.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Returns: the page, if the pte allows a write, with a reference. Kernel: follow_page().
Page* FollowPage(Mm& mm, VirtualPage address) {
  const ksync::Guard lock(mm.pte_lock);
  const Pte pte = mm.page_table[address].Read();
  if (!pte.IsPresent() || !Allows(pte.rights(), Access::kWrite)) return nullptr;
  GetPage(pte.page());
  return &pte.page();
}

}  // namespace

Page* GetUserPage(Mm& mm, VirtualPage address) {
  for (;;) {
    SplitHugePmd(mm, address);
    if (Page* const page = FollowPage(mm, address)) return page;
    if (!HandlePageFault(mm, address, Access::kWrite)) return nullptr;
  }
}

void FinishDirectIo(Page& page, std::uint32_t value) {
  page.content.Write(value);
  // Order: release, so that who takes the mark away sees what was written before it was set.
  page.dirty.Exchange(true, ksync::release);
  PutPage(page);
}

}  // namespace rmap::inline KSYNC_BACKEND

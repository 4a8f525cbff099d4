// Pages come from the checked heap, so that their addresses are the same in every run of one
// execution; they live as long as the machine.
#include "core/mm/machine.h"

namespace rmap::inline KSYNC_BACKEND {

Machine::~Machine() {
  for (Page* page : pages_) ksync::Delete(page);
}

Page& Machine::AddPage() {
  ksync::Check(page_count_ < kPagesMax, "the machine has no room for another page");
  Page* page = ksync::New<Page>(*this, page_count_);
  pages_[page_count_++] = page;
  return *page;
}

}  // namespace rmap::inline KSYNC_BACKEND

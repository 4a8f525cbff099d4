// Steps that most scenarios take: an operation, and the check that it had enough memory. Scenarios
// about failing allocations call the operations themselves.
#include "core/scenarios/steps.h"

#include "core/vmops/fault.h"
#include "core/vmops/mprotect.h"
#include "core/vmops/munmap.h"

namespace rmap::inline KSYNC_BACKEND {

void Touch(Mm& mm, VirtualPage address, Page& fresh) {
  const bool done = HandlePageFault(mm, address, Access::kRead, &fresh);
  ksync::Check(done, "a fault found no memory");
}

void Protect(Mm& mm, VirtualPage start, VirtualPage end, Rights rights) {
  const bool done = Mprotect(mm, start, end, rights);
  ksync::Check(done, "mprotect found no memory");
}

void Unmap(Mm& mm, VirtualPage start, VirtualPage end) {
  const bool done = Munmap(mm, start, end);
  ksync::Check(done, "munmap found no memory");
}

}  // namespace rmap::inline KSYNC_BACKEND

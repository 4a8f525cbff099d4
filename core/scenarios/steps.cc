// Steps that most scenarios take: an operation, and the check that it had enough memory. Scenarios
// about failing allocations call the operations themselves.
#include "core/scenarios/steps.h"

#include "core/vmops/fault.h"
#include "core/vmops/mprotect.h"

namespace rmap::inline KSYNC_BACKEND {

void Touch(Mm& mm, VirtualPage address, Page& fresh) {
  const bool done = HandlePageFault(mm, address, Access::kRead, &fresh);
  ksync::Check(done, "a fault found no memory");
}

void Protect(Mm& mm, VirtualPage start, VirtualPage end, VmFlags flags) {
  const bool done = Mprotect(mm, start, end, flags);
  ksync::Check(done, "mprotect found no memory");
}

}  // namespace rmap::inline KSYNC_BACKEND

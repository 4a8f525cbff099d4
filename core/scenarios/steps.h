// Steps that most scenarios take, each of which cannot fail: memory does not run out in them. One
// that explores failing allocations calls the operations of core/vmops itself.
#ifndef RMAPCHECK_CORE_SCENARIOS_STEPS_H_
#define RMAPCHECK_CORE_SCENARIOS_STEPS_H_

#include "core/mm/mm.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// A program touches a page of its own. Requires: allocations do not fail.
void Touch(Mm& mm, VirtualPage address, Page& fresh);

// A program changes access rights. Requires: allocations do not fail.
void Protect(Mm& mm, VirtualPage start, VirtualPage end, Rights rights);

// A program gives a range back. Requires: allocations do not fail.
void Unmap(Mm& mm, VirtualPage start, VirtualPage end);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCENARIOS_STEPS_H_

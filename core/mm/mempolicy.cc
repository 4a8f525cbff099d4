// Policies come from the checked heap, so that one nobody dropped is a leak and one dropped too
// early a use after free. Kernel: mm/mempolicy.c.
#include "core/mm/mempolicy.h"

#include "core/mm/machine.h"

namespace rmap::inline KSYNC_BACKEND {

Mempolicy* MpolNew(int mode) { return ksync::New<Mempolicy>(mode); }

std::optional<Mempolicy*> MpolDup(const Machine& machine, const Mempolicy* policy) {
  if (policy == nullptr) return nullptr;
  if (machine.AllocationFails("mempolicy")) return std::nullopt;
  const int mode = policy->mode.Read();
  return MpolNew(mode);
}

void MpolGet(Mempolicy* policy) {
  if (policy != nullptr) policy->refcnt.Increment();
}

void MpolPut(Mempolicy* policy) {
  if (policy == nullptr) return;
  if (policy->refcnt.DecrementAndTest()) ksync::Delete(policy);
}

bool MpolEqual(const Mempolicy* a, const Mempolicy* b) {
  if (a == nullptr || b == nullptr) return a == b;
  const int mode_of_a = a->mode.Read();
  const int mode_of_b = b->mode.Read();
  return mode_of_a == mode_of_b;
}

}  // namespace rmap::inline KSYNC_BACKEND

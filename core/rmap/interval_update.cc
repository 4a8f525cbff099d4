// A change of range is seen by all of the VMA's anon_vmas. They are of one family, so one lock
// guards all their trees.
#include "core/rmap/interval_update.h"

#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Calls change(members, avc) for each link of the VMA, if trees are what there is.
template <typename Change>
void ForEachTree(Vma& vma, Change change) {
  if (!vma.machine.Has(Mechanism::kIntervalTree)) return;
  const AnonVmaChains& chain = vma.anon_vma_chain;
  for (auto* node = chain.First(); node != nullptr; node = chain.After(*node)) {
    AnonVmaChain& avc = node->owner();
    change(avc.anon_vma.Read()->members, avc);
  }
}

}  // namespace

void AnonVmaIntervalTreePreUpdateVma(Vma& vma) {
  ForEachTree(vma, [](AnonVmaMembers& members, AnonVmaChain& avc) { members.Remove(avc); });
}

void AnonVmaIntervalTreePostUpdateVma(Vma& vma) {
  ForEachTree(vma, [](AnonVmaMembers& members, AnonVmaChain& avc) { members.Add(avc); });
}

}  // namespace rmap::inline KSYNC_BACKEND

// Allocation and counts of anon_vmas. The last reason to live ends in one of two places: the last
// link goes (chain.cc), or the last count (DropAnonVma); both decide under the lock, so only one
// of them frees.
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

AnonVma* AnonVmaAlloc(Machine& machine, AnonVma* root) {
  if (machine.AllocationFails("anon_vma")) return nullptr;
  AnonVma* const anon_vma = machine.anon_vmas().Alloc();
  if (!machine.Has(Mechanism::kRootLock)) return anon_vma;
  anon_vma->root.Write(root == nullptr ? anon_vma : root);
  if (root != nullptr) GetAnonVma(*root);
  return anon_vma;
}

void AnonVmaFree(Machine& machine, AnonVma& anon_vma) {
  if (machine.Has(Mechanism::kRootLock)) {
    AnonVma* const root = anon_vma.root.Read();
    if (root != &anon_vma) DropAnonVma(machine, *root);
  }
  machine.anon_vmas().Free(anon_vma);
}

void GetAnonVma(AnonVma& anon_vma) { anon_vma.external_refcount.Increment(); }

void DropAnonVma(Machine& machine, AnonVma& anon_vma) {
  bool unused = false;
  {
    const ksync::Guard lock(LockOf(machine, anon_vma));
    if (anon_vma.external_refcount.DecrementAndTest()) unused = IsUnused(anon_vma);
  }
  if (unused) AnonVmaFree(machine, anon_vma);
}

bool IsUnused(const AnonVma& anon_vma) {
  if (!anon_vma.head.Empty()) return false;
  return anon_vma.external_refcount.Read() == 0;
}

}  // namespace rmap::inline KSYNC_BACKEND

// Birth and death of an anon_vma, in the two designs of its count. Whichever reason to live ends
// last, exactly one thread frees.
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Gives the memory back. A walker of G6 gives its count back as soon as it has the lock, and trusts
// the lock from then on: nobody may take the memory from under it. Whoever sees the count fall to
// nothing sees the lock held, or given back. Kernel: anon_vma_free().
void AnonVmaFree(const Machine& machine, AnonVma& anon_vma) {
  if (machine.Has(Mechanism::kCountIsLifetime)) {
    AnonVmaLock& lock = LockOf(machine, anon_vma);
    if (lock.IsLocked()) {
      const ksync::Guard wait_for_walkers(lock);
    }
  }
  machine.anon_vmas().Free(anon_vma);
}

void InheritFrom(const Machine& machine, AnonVma& anon_vma, AnonVma* parent) {
  anon_vma.parent.Write(parent == nullptr ? &anon_vma : parent);
  anon_vma.num_children.Write(0);
  anon_vma.num_active_vmas.Write(0);
  if (!machine.Has(Mechanism::kRootLock)) return;
  AnonVma* const root = parent == nullptr ? &anon_vma : parent->root.Read();
  anon_vma.root.StoreRelease(root);  // Order: see WalkersLockOf.
  // Without its root a child has no lock.
  if (root != &anon_vma && machine.Has(Fix::kKh38)) GetAnonVma(*root);
}

}  // namespace

AnonVma* AnonVmaAlloc(const Machine& machine, AnonVma* parent) {
  if (machine.AllocationFails("anon_vma")) return nullptr;
  AnonVma* const anon_vma = machine.anon_vmas().Alloc();
  if (machine.Has(Mechanism::kCountIsLifetime)) anon_vma->refcount.Set(1);
  InheritFrom(machine, *anon_vma, parent);
  return anon_vma;
}

void AnonVmaEnd(const Machine& machine, AnonVma& anon_vma) {
  if (!machine.Has(Mechanism::kRootLock)) return AnonVmaFree(machine, anon_vma);
  AnonVma* const root = anon_vma.root.Read();
  if (root == &anon_vma || !machine.Has(Fix::kKh38)) return AnonVmaFree(machine, anon_vma);
  // The lock is the root's: it must outlive the child that may still be locked through it.
  const bool child_first = machine.Has(Fix::kKh65);
  if (child_first) AnonVmaFree(machine, anon_vma);
  PutAnonVma(machine, *root);
  if (!child_first) AnonVmaFree(machine, anon_vma);
}

void AnonVmaDiscard(const Machine& machine, AnonVma& anon_vma) {
  if (machine.Has(Mechanism::kCountIsLifetime)) {
    PutAnonVma(machine, anon_vma);
  } else {
    AnonVmaEnd(machine, anon_vma);
  }
}

void AnonVmaLostLastMember(const Machine& machine, AnonVma& anon_vma, bool unused) {
  if (machine.Has(Mechanism::kCountIsLifetime)) {
    PutAnonVma(machine, anon_vma);
  } else if (unused) {
    AnonVmaEnd(machine, anon_vma);
  }
}

bool IsUnused(const AnonVma& anon_vma) {
  return anon_vma.members.Empty() && anon_vma.refcount.Read() == 0;
}

void GetAnonVma(AnonVma& anon_vma) { anon_vma.refcount.Increment(); }

void PutAnonVma(const Machine& machine, AnonVma& anon_vma) {
  bool unused = false;
  if (machine.Has(Mechanism::kCountIsLifetime)) {
    unused = anon_vma.refcount.DecrementAndTest();
  } else {
    const ksync::Guard lock(LockOf(machine, anon_vma));
    if (anon_vma.refcount.DecrementAndTest()) unused = IsUnused(anon_vma);
  }
  if (unused) AnonVmaEnd(machine, anon_vma);
}

}  // namespace rmap::inline KSYNC_BACKEND

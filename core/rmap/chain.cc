// Links between VMAs and anon_vmas: made by fault, fork, split and merge, undone by unlink. Each
// link takes and gives back its anon_vma's lock, so a walker may meet a VMA on some of its lists
// only. Every allocation asks the machine whether it fails.
#include "core/rmap/chain.h"

#include <optional>

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

using ChainNode = ListNode<AnonVmaChain>;

// Kernel: anon_vma_chain_alloc().
AnonVmaChain* AnonVmaChainAlloc(const Machine& machine) {
  if (machine.AllocationFails("avc")) return nullptr;
  return ksync::New<AnonVmaChain>();
}

// Kernel: anon_vma_chain_link(). Requires: as AnonVmaClone.
void AnonVmaChainLink(Vma& vma, AnonVmaChain& avc, AnonVma& anon_vma) {
  avc.vma.Write(&vma);
  avc.anon_vma.Write(&anon_vma);
  vma.anon_vma_chain.PushFront(avc.same_vma);
  const ksync::Guard lock(LockOf(vma.machine, anon_vma));
  anon_vma.head.PushBack(avc.same_anon_vma);
}

// Kernel: anon_vma_unlink(). Takes the link off its anon_vma's list, and frees that if it can.
void AnonVmaUnlink(Machine& machine, AnonVmaChain& avc) {
  AnonVma& anon_vma = *avc.anon_vma.Read();
  bool unused = false;
  {
    const ksync::Guard lock(LockOf(machine, anon_vma));
    anon_vma.head.Erase(avc.same_anon_vma);
    unused = IsUnused(anon_vma);
  }
  if (unused) AnonVmaFree(machine, anon_vma);
}

// Returns: whether two neighbours could be one VMA but for their access rights.
bool AreCompatible(const Vma& left, const Vma& right) {
  const VirtualPage left_end = left.vm_end.Read();
  if (left_end != right.vm_start.Read()) return false;
  const VmFlags flags = left.vm_flags.Read() & ~kVmAccess;
  if (flags != (right.vm_flags.Read() & ~kVmAccess)) return false;
  const PageOffset expected = EndOffset(left);
  return right.vm_pgoff.Read() == expected;
}

// Returns: the anon_vma of `near` if another VMA may use it too. Kernel: reusable_anon_vma().
// Order: acquire stands for the address dependency from the pointer to the object behind it.
AnonVma* ReusableAnonVma(const Vma& near) {
  AnonVma* const anon_vma = near.anon_vma.LoadAcquire();
  if (anon_vma == nullptr) return nullptr;
  // A longer chain cannot be borrowed by borrowing its first link.
  if (near.machine.Has(Fix::kKh18) && !near.anon_vma_chain.IsSingular()) return nullptr;
  return anon_vma;
}

// Returns: a neighbour's anon_vma that would let the two VMAs merge later, or null.
// Kernel: find_mergeable_anon_vma(), mm/mmap.c. Requires: mmap_sem held.
AnonVma* FindMergeableAnonVma(const Vma& vma) {
  const Mm& mm = *vma.vm_mm.Read();
  if (const Vma* next = NextVma(mm, vma); next != nullptr && AreCompatible(vma, *next)) {
    if (AnonVma* anon_vma = ReusableAnonVma(*next)) return anon_vma;
  }
  if (const Vma* prev = PrevVma(mm, vma); prev != nullptr && AreCompatible(*prev, vma)) {
    return ReusableAnonVma(*prev);
  }
  return nullptr;
}

// Order: release, so that a fault in a neighbour that reads the pointer sees the root behind it.
void PublishAnonVma(Vma& vma, AnonVma& anon_vma) {
  if (vma.machine.Has(Fix::kKh108)) {
    vma.anon_vma.StoreRelease(&anon_vma);
  } else {
    vma.anon_vma.Write(&anon_vma);
  }
}

// Requires: the anon_vma's lock and page_table_lock are held, and the VMA has no anon_vma.
void LinkFirstAnonVma(Vma& vma, AnonVmaChain& avc, AnonVma& anon_vma) {
  PublishAnonVma(vma, anon_vma);
  avc.vma.Write(&vma);
  avc.anon_vma.Write(&anon_vma);
  vma.anon_vma_chain.PushFront(avc.same_vma);
  if (vma.machine.Has(Fix::kKh39)) {
    anon_vma.head.PushBack(avc.same_anon_vma);
  } else {
    anon_vma.head.PushFront(avc.same_anon_vma);
  }
}

// Returns: false if another fault was faster. Kernel: the locked part of anon_vma_prepare().
bool TryLinkFirstAnonVma(Vma& vma, AnonVmaChain& avc, AnonVma& anon_vma, bool is_new) {
  // The memory of a new one may be known to a walker from its former life.
  std::optional<ksync::Guard<ksync::SpinLock>> lock;
  if (!is_new || vma.machine.Has(Fix::kKh04)) {
    lock.emplace(LockOf(vma.machine, anon_vma), ksync::Site::current());
  }
  const ksync::Guard page_table_lock(vma.vm_mm.Read()->page_table_lock);
  if (vma.anon_vma.Read() != nullptr) return false;
  LinkFirstAnonVma(vma, avc, anon_vma);
  return true;
}

// What the slower of two faults does with what it brought. `allocated` may be null.
void FreeLeftovers(Machine& machine, AnonVma* allocated, AnonVmaChain* avc) {
  if (allocated != nullptr) AnonVmaFree(machine, *allocated);
  if (allocated != nullptr || machine.Has(Fix::kKh22)) ksync::Delete(avc);
}

// The second half of anon_vma_fork(): an anon_vma for the pages the child will write.
bool AddOwnAnonVma(Vma& vma, AnonVma& parent) {
  AnonVma* const anon_vma = AnonVmaAlloc(vma.machine, parent.root.Read());
  if (anon_vma == nullptr) return false;
  AnonVmaChain* const avc = AnonVmaChainAlloc(vma.machine);
  if (avc == nullptr) {
    AnonVmaFree(vma.machine, *anon_vma);
    return false;
  }
  AnonVmaChainLink(vma, *avc, *anon_vma);
  vma.anon_vma.Write(anon_vma);
  return true;
}

}  // namespace

bool AnonVmaPrepare(Vma& vma) {
  if (vma.anon_vma.Read() != nullptr) return true;
  Machine& machine = vma.machine;
  AnonVmaChain* const avc = AnonVmaChainAlloc(machine);
  if (avc == nullptr) return false;

  AnonVma* allocated = nullptr;
  AnonVma* anon_vma = FindMergeableAnonVma(vma);
  if (anon_vma == nullptr) {
    allocated = AnonVmaAlloc(machine, nullptr);
    if (allocated == nullptr) {
      ksync::Delete(avc);
      return false;
    }
    anon_vma = allocated;
  }
  if (!TryLinkFirstAnonVma(vma, *avc, *anon_vma, allocated != nullptr)) {
    FreeLeftovers(machine, allocated, avc);
  }
  return true;
}

bool AnonVmaClone(Vma& dst, const Vma& src) {
  // Each link goes to the front: only a walk from the back keeps the order.
  const bool backwards = dst.machine.Has(Fix::kKh19);
  const AnonVmaChains& chain = src.anon_vma_chain;
  ChainNode* node = backwards ? chain.Last() : chain.First();
  while (node != nullptr) {
    AnonVmaChain* const avc = AnonVmaChainAlloc(dst.machine);
    if (avc == nullptr) {
      UnlinkAnonVmas(dst);
      return false;
    }
    AnonVmaChainLink(dst, *avc, *node->owner().anon_vma.Read());
    node = backwards ? chain.Before(*node) : chain.After(*node);
  }
  return true;
}

bool AnonVmaFork(Vma& vma, const Vma& parent) {
  AnonVma* const anon_vma = parent.anon_vma.Read();
  if (anon_vma == nullptr) return true;
  if (!AnonVmaClone(vma, parent)) return false;
  if (AddOwnAnonVma(vma, *anon_vma)) return true;
  if (vma.machine.Has(Fix::kKh16)) UnlinkAnonVmas(vma);
  return false;
}

void AnonVmaMerge(const Vma& vma, Vma& next) {
  AnonVma* const anon_vma = vma.anon_vma.Read();
  ksync::Check(anon_vma == next.anon_vma.Read(), "BUG: VMAs of different anon_vmas merge");
  UnlinkAnonVmas(next);
}

void UnlinkAnonVmas(Vma& vma) {
  while (ChainNode* node = vma.anon_vma_chain.First()) {
    AnonVmaChain& avc = node->owner();
    AnonVmaUnlink(vma.machine, avc);
    vma.anon_vma_chain.Erase(avc.same_vma);
    ksync::Delete(&avc);
  }
}

}  // namespace rmap::inline KSYNC_BACKEND

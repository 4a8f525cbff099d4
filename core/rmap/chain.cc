// Links between VMAs and anon_vmas: made by fault, fork, split and merge, undone by unlink. Before
// G6 each link takes and gives back its anon_vma's lock, so a walker may meet a VMA at some of its
// anon_vmas only. Every allocation asks the machine whether it fails.
#include "core/rmap/chain.h"

#include <optional>

#include "core/mm/mempolicy.h"
#include "core/mm/mm.h"
#include "core/rmap/chain_lock.h"
#include "core/rmap/reuse.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

using ChainNode = ListNode<AnonVmaChain>;

// Returns: a link for the VMA; null if memory ran out. Before there were chains the VMA itself was
// on the list, and nothing was allocated. Kernel: anon_vma_chain_alloc().
AnonVmaChain* AnonVmaChainAlloc(Vma& vma) {
  if (!vma.machine.Has(Mechanism::kChains)) return &vma.own_link;
  if (vma.machine.AllocationFails("avc")) return nullptr;
  return ksync::New<AnonVmaChain>();
}

// Kernel: anon_vma_chain_free().
void AnonVmaChainFree(const Machine& machine, AnonVmaChain* avc) {
  if (machine.Has(Mechanism::kChains)) ksync::Delete(avc);
}

// The VMA's half of a link. Kernel: anon_vma_chain_link(), and __anon_vma_link() before chains.
// Requires: as AnonVmaClone.
void LinkToVma(Vma& vma, AnonVmaChain& avc, AnonVma& anon_vma) {
  avc.vma.Write(&vma);
  avc.anon_vma.Write(&anon_vma);
  vma.anon_vma_chain.PushFront(avc.same_vma);
}

// Returns: whether two neighbours could be one VMA but for their access rights.
bool AreCompatible(const Vma& left, const Vma& right) {
  const VirtualPage left_end = left.vm_end.Read();
  if (left_end != right.vm_start.Read()) return false;
  const VmFlags flags = left.vm_flags.Read() & ~kVmAccess;
  if (flags != (right.vm_flags.Read() & ~kVmAccess)) return false;
  if (!MpolEqual(left.vm_policy.Read(), right.vm_policy.Read())) return false;
  if (left.vm_file.Read() != right.vm_file.Read()) return false;
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

// Until 2.6.32 an exit faults, too (FollowPage() in mlock.cc), and as the last user has no lock.
void AssertVmasStay(const Mm& mm) ABSL_ASSERT_SHARED_LOCK(mm.mmap_sem) {
  if (mm.machine.Has(KsmState::kStableNode)) mm.mmap_sem.AssertHeldShared();
}

// Returns: a neighbour's anon_vma that would let the two VMAs merge later, or null.
// Kernel: find_mergeable_anon_vma(), mm/mmap.c.
AnonVma* FindMergeableAnonVma(const Vma& vma) {
  const Mm& mm = *vma.vm_mm.Read();
  AssertVmasStay(mm);
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

// Requires: the anon_vma's lock, or the belief that nobody knows it, and page_table_lock.
void LinkFirstAnonVma(Vma& vma, AnonVmaChain& avc, AnonVma& anon_vma, bool is_new) {
  PublishAnonVma(vma, anon_vma);
  LinkToVma(vma, avc, anon_vma);
  if (vma.machine.Has(Fix::kKh39)) {
    anon_vma.members.Add(avc);
  } else {
    anon_vma.members.AddFirst(avc);
  }
  CountVma(vma.machine, anon_vma, +1);
  if (is_new) CountChild(vma.machine, anon_vma, +1);  // A root is its own parent.
}

// Returns: false if another fault was faster. Kernel: the locked part of anon_vma_prepare().
bool TryLinkFirstAnonVma(Vma& vma, AnonVmaChain& avc, AnonVma& anon_vma, bool is_new) {
  // The memory of a new one may be known to a walker from its former life.
  std::optional<ksync::Guard<AnonVmaLock>> lock;
  if (!is_new || vma.machine.Has(Fix::kKh04)) {
    lock.emplace(LockOf(vma.machine, anon_vma), ksync::Site::current());
  }
  const ksync::Guard page_table_lock(vma.vm_mm.Read()->page_table_lock);
  if (vma.anon_vma.Read() != nullptr) return false;
  LinkFirstAnonVma(vma, avc, anon_vma, is_new);
  return true;
}

// What the slower of two faults does with what it brought. `allocated` may be null.
void FreeLeftovers(const Machine& machine, AnonVma* allocated, AnonVmaChain* avc) {
  if (allocated != nullptr) AnonVmaDiscard(machine, *allocated);
  if (allocated != nullptr || machine.Has(Fix::kKh22)) AnonVmaChainFree(machine, avc);
}

// The second half of anon_vma_fork(): an anon_vma for the pages the child will write.
bool AddOwnAnonVma(Vma& vma, AnonVma& parent) {
  const Machine& machine = vma.machine;
  AnonVma* const anon_vma = AnonVmaAlloc(machine, &parent);
  if (anon_vma == nullptr) return false;
  AnonVmaChain* const avc = AnonVmaChainAlloc(vma);
  if (avc == nullptr) {
    AnonVmaDiscard(machine, *anon_vma);
    return false;
  }
  LinkToVma(vma, *avc, *anon_vma);
  {
    const ksync::Guard lock(LockOf(machine, *anon_vma));
    anon_vma->members.Add(*avc);
    CountChild(machine, parent, +1);
    CountVma(machine, *anon_vma, +1);
  }
  vma.anon_vma.Write(anon_vma);
  return true;
}

// Undoes an unfinished clone. Kernel: enomem_failure of anon_vma_clone().
void UndoClone(Vma& dst) {
  // Else the anon_vma it was to get would lose a VMA that was never counted.
  if (dst.machine.Has(Mechanism::kReuse) && dst.machine.Has(Fix::kKh67)) {
    dst.anon_vma.Write(nullptr);
  }
  UnlinkAnonVmas(dst);
}

// Returns: whether a clone may choose the anon_vma of `dst` among those it links to.
bool MayAdopt(CloneFor purpose, const Vma& dst) {
  if (!dst.machine.Has(Mechanism::kReuse)) return false;
  return purpose == CloneFor::kFork || !dst.machine.Has(Fix::kKh80);
}

// Returns: as AnonVmaChainAlloc. Under the family's lock nobody may wait for memory, so what is not
// there at once is asked for again without the lock: walks then meet `dst` at some of its
// anon_vmas. Kernel: GFP_NOWAIT, then GFP_KERNEL.
AnonVmaChain* AllocUnder(ChainLock& lock, Vma& dst) {
  AnonVmaChain* const avc = AnonVmaChainAlloc(dst);
  if (avc != nullptr || !lock.Drop()) return avc;
  return AnonVmaChainAlloc(dst);
}

// Links `dst` to one more anon_vma of `src`. Requires: the link was allocated for `dst`.
void CloneLink(Vma& dst, const Vma& src, AnonVmaChain& avc, AnonVma& anon_vma, bool may_adopt,
               ChainLock& lock) {
  LinkToVma(dst, avc, anon_vma);
  lock.Enter(anon_vma);
  anon_vma.members.Add(avc);
  if (may_adopt && dst.anon_vma.Read() == nullptr && src.anon_vma.Read() != &anon_vma &&
      MayBeReused(dst.machine, anon_vma)) {
    dst.anon_vma.Write(&anon_vma);
  }
  lock.Leave();
}

// A clone brings its VMA to the anon_vma that it has, or has adopted.
void CountClone(Vma& dst, ChainLock& lock) {
  AnonVma* const own = dst.anon_vma.Read();
  if (own == nullptr || !dst.machine.Has(Mechanism::kReuse)) return;
  lock.Enter(*own);
  CountVma(dst.machine, *own, +1);
  lock.Leave();
}

// Takes a link off its anon_vma. Returns: whether nothing is left there; `unused` as
// AnonVmaLostLastMember wants it. Kernel: the first loop of unlink_anon_vmas(), anon_vma_unlink().
bool RemoveMember(const Machine& machine, AnonVmaChain& avc, ChainLock& lock, bool& unused) {
  AnonVma& anon_vma = *avc.anon_vma.Read();
  lock.Enter(anon_vma);
  anon_vma.members.Remove(avc);
  const bool empty = anon_vma.members.Empty();
  if (empty) CountChild(machine, *anon_vma.parent.Read(), -1);
  if (empty) unused = IsUnused(anon_vma);
  lock.Leave();
  return empty;
}

void DropLink(Vma& vma, AnonVmaChain& avc) {
  vma.anon_vma_chain.Erase(avc.same_vma);
  AnonVmaChainFree(vma.machine, &avc);
}

// The VMA is no longer one of those whose pages are anchored here.
void UncountVma(const Vma& vma, ChainLock& lock) {
  AnonVma* const own = vma.anon_vma.Read();
  if (own == nullptr || !vma.machine.Has(Mechanism::kReuse)) return;
  lock.Enter(*own);
  CountVma(vma.machine, *own, -1);
  lock.Leave();
}

// One anon_vma after the other, each freed before the next is looked at.
void UnlinkOneByOne(Vma& vma) {
  while (ChainNode* node = vma.anon_vma_chain.First()) {
    AnonVmaChain& avc = node->owner();
    AnonVma& anon_vma = *avc.anon_vma.Read();
    bool unused = false;
    bool empty = false;
    {
      ChainLock lock(vma.machine);
      empty = RemoveMember(vma.machine, avc, lock, unused);
    }
    if (empty) AnonVmaLostLastMember(vma.machine, anon_vma, unused);
    DropLink(vma, avc);
  }
}

// All under the one lock; what is empty stays in the chain until the lock, which an anon_vma in the
// chain keeps alive, was given back.
void UnlinkUnderOneLock(Vma& vma) {
  {
    ChainLock lock(vma.machine);
    bool unused = false;
    for (ChainNode* node = vma.anon_vma_chain.First(); node != nullptr;) {
      AnonVmaChain& avc = node->owner();
      node = vma.anon_vma_chain.After(*node);
      if (!RemoveMember(vma.machine, avc, lock, unused)) DropLink(vma, avc);
    }
    UncountVma(vma, lock);
  }
  while (ChainNode* node = vma.anon_vma_chain.First()) {
    AnonVmaChain& avc = node->owner();
    AnonVma& anon_vma = *avc.anon_vma.Read();
    CheckNobodyCounted(vma.machine, anon_vma);
    AnonVmaLostLastMember(vma.machine, anon_vma, /*unused=*/true);
    DropLink(vma, avc);
  }
}

// If the parent shares its anon_vma with the VMA before, the child is to share likewise. But the
// VMA before the copy still is the parent's. Kernel: the first lines of anon_vma_clone() in 5.5.
void ShareWithNeighbour(Vma& vma, const Vma& parent) {
  AnonVma* const anon_vma = parent.anon_vma.Read();
  const Mm& mm = *parent.vm_mm.Read();
  mm.mmap_sem.AssertHeld();
  const Vma* const prev = PrevVma(mm, parent);
  if (prev != nullptr && prev->anon_vma.Read() == anon_vma) vma.anon_vma.Write(anon_vma);
}

}  // namespace

bool AnonVmaPrepare(Vma& vma) {
  if (vma.anon_vma.Read() != nullptr) return true;
  const Machine& machine = vma.machine;
  AnonVmaChain* const avc = AnonVmaChainAlloc(vma);
  if (avc == nullptr) return false;

  AnonVma* allocated = nullptr;
  AnonVma* anon_vma = FindMergeableAnonVma(vma);
  if (anon_vma == nullptr) {
    allocated = AnonVmaAlloc(machine, nullptr);
    if (allocated == nullptr) {
      AnonVmaChainFree(machine, avc);
      return false;
    }
    anon_vma = allocated;
  }
  if (!TryLinkFirstAnonVma(vma, *avc, *anon_vma, allocated != nullptr)) {
    FreeLeftovers(machine, allocated, avc);
  }
  return true;
}

bool AnonVmaClone(Vma& dst, const Vma& src, CloneFor purpose) {
  // Each link goes to the front: only a walk from the back keeps the order.
  const bool backwards = dst.machine.Has(Fix::kKh19);
  const bool may_adopt = MayAdopt(purpose, dst);
  const AnonVmaChains& chain = src.anon_vma_chain;
  bool complete = true;
  {
    ChainLock lock(dst.machine);
    ChainNode* node = backwards ? chain.Last() : chain.First();
    while (complete && node != nullptr) {
      AnonVmaChain* const avc = AllocUnder(lock, dst);
      complete = avc != nullptr;
      if (!complete) break;
      CloneLink(dst, src, *avc, *node->owner().anon_vma.Read(), may_adopt, lock);
      node = backwards ? chain.Before(*node) : chain.After(*node);
    }
    if (complete) CountClone(dst, lock);
  }
  if (!complete) UndoClone(dst);
  return complete;
}

bool AnonVmaFork(Vma& vma, const Vma& parent) {
  AnonVma* const anon_vma = parent.anon_vma.Read();
  if (anon_vma == nullptr) return true;
  const Machine& machine = vma.machine;
  // The copy has the parent's anon_vma; none means that the clone may adopt one.
  if (machine.Has(Mechanism::kReuse)) vma.anon_vma.Write(nullptr);
  if (!machine.Has(Fix::kKh81)) ShareWithNeighbour(vma, parent);
  if (!AnonVmaClone(vma, parent, CloneFor::kFork)) return false;
  // Relatives share what there is, if there are no chains.
  if (!machine.Has(Mechanism::kChains)) return true;
  if (machine.Has(Mechanism::kReuse) && vma.anon_vma.Read() != nullptr) return true;
  if (AddOwnAnonVma(vma, *anon_vma)) return true;
  if (machine.Has(Fix::kKh16)) UnlinkAnonVmas(vma);
  return false;
}

void AnonVmaMerge(const Vma& vma, Vma& next) {
  AnonVma* const anon_vma = vma.anon_vma.Read();
  ksync::Check(anon_vma == next.anon_vma.Read(), "BUG: VMAs of different anon_vmas merge");
  UnlinkAnonVmas(next);
}

void AnonVmaLinkLocked(Vma& vma, AnonVma& anon_vma) {
  vma.anon_vma.Write(&anon_vma);
  LinkToVma(vma, vma.own_link, anon_vma);
  anon_vma.members.Add(vma.own_link);
}

void AnonVmaUnlinkLocked(Vma& vma) {
  vma.anon_vma.Read()->members.Remove(vma.own_link);
  vma.anon_vma_chain.Erase(vma.own_link.same_vma);
}

void UnlinkAnonVmas(Vma& vma) {
  if (vma.machine.Has(Mechanism::kChainUnderOneLock)) {
    UnlinkUnderOneLock(vma);
  } else {
    UnlinkOneByOne(vma);
  }
}

void AnonVmaMovetoTail(Vma& vma) {
  ChainLock lock(vma.machine);
  const AnonVmaChains& chain = vma.anon_vma_chain;
  for (ChainNode* node = chain.Last(); node != nullptr; node = chain.Before(*node)) {
    AnonVmaChain& avc = node->owner();
    AnonVma& anon_vma = *avc.anon_vma.Read();
    lock.Enter(anon_vma);
    anon_vma.members.Remove(avc);
    anon_vma.members.Add(avc);
    lock.Leave();
  }
}

}  // namespace rmap::inline KSYNC_BACKEND

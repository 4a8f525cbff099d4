// anon_vma and the links between it and VMAs. Kernel: struct anon_vma, struct anon_vma_chain.
//
// An anon_vma is where anonymous pages are anchored: page -> anon_vma -> its list -> VMAs -> ptes.
// After fork a VMA has pages of several anon_vmas (its own and its ancestors'), and an anon_vma has
// pages in several VMAs. A link, one per pair, is on two lists at once: of its VMA (same_vma) and
// of its anon_vma (same_anon_vma).
//
// Life of an anon_vma: while its list is not empty or somebody counted it, it lives. The memory is
// type-stable: after the last link goes it may come back at once as another anon_vma, but inside an
// RCU section it never stops being *an* anon_vma. So a walker may take the lock of a dead one; what
// it finds then is an empty or a foreign list, and no pte there matches its page.
//
// Invariants:
//   1. An anon_vma in the cache has an empty list, a count of zero and a free lock.
//   2. The lock that guards an anon_vma is its root's. Before the root mechanism each anon_vma is
//      its own root for ever.
//   3. external_refcount falls only under the lock, so "list empty and count zero" is seen by one.
#ifndef RMAPCHECK_CORE_RMAP_ANON_VMA_H_
#define RMAPCHECK_CORE_RMAP_ANON_VMA_H_

#include "core/mm/list.h"
#include "core/mm/lock_order.h"
#include "core/mm/machine.h"
#include "core/mm/vma.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class AnonVma;

struct AnonVmaChain {
  ksync::Plain<Vma*> vma{"avc.vma"};
  ksync::Plain<AnonVma*> anon_vma{"avc.anon_vma"};
  ListNode<AnonVmaChain> same_vma{this};       // Guarded as vma->anon_vma_chain.
  ListNode<AnonVmaChain> same_anon_vma{this};  // Guarded by the anon_vma's lock.
};

class AnonVma {
 public:
  ksync::SpinLock lock{kAnonVmaLock};
  // Whose lock counts; not used before G5. Read by walkers before they hold any lock.
  ksync::Marked<AnonVma*> root{this, "anon_vma.root"};
  // Users other than VMAs: children that need this root, and migration.
  ksync::RefCount external_refcount{0, "anon_vma.external_refcount"};
  List<AnonVmaChain> head;  // Guarded by the lock.
};

// The slab of anon_vmas. Kernel: anon_vma_cachep with SLAB_DESTROY_BY_RCU.
class AnonVmaCache {
 public:
  AnonVma* Alloc() { return slab_.Alloc(); }
  void Free(AnonVma& anon_vma) { slab_.Free(&anon_vma); }

 private:
  ksync::SlabCache<AnonVma> slab_{"anon_vma"};
};

// Returns: the lock that guards an anon_vma: its own, or since G5 its root's.
// Kernel: anon_vma->lock, later anon_vma_lock().
// Requires: the anon_vma lives, or the caller is in an RCU section since before it died.
inline ksync::SpinLock& LockOf(const Machine& machine, AnonVma& anon_vma) {
  if (!machine.Has(Mechanism::kRootLock)) return anon_vma.lock;
  return anon_vma.root.Read()->lock;
}

// Returns: an anon_vma of the family of `root`, or of its own if null; null if memory ran out.
// Kernel: anon_vma_alloc().
AnonVma* AnonVmaAlloc(Machine& machine, AnonVma* root);

// Requires: no link and no count names it, and nobody can find it. Kernel: anon_vma_free().
void AnonVmaFree(Machine& machine, AnonVma& anon_vma);

// Counts a user that is not a VMA. Kernel: get_anon_vma().
// Requires: the anon_vma lives for some other reason.
void GetAnonVma(AnonVma& anon_vma);
// Drops such a user, and the anon_vma if nothing else needs it. Kernel: drop_anon_vma().
void DropAnonVma(Machine& machine, AnonVma& anon_vma);

// Returns: whether nothing needs the anon_vma any more. Requires: its lock is held.
bool IsUnused(const AnonVma& anon_vma);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_ANON_VMA_H_

// anon_vma: where anonymous pages are anchored. Kernel: struct anon_vma.
//
// The way from a page to its ptes: page -> anon_vma -> its members -> VMAs -> ptes. After fork a
// VMA has pages of several anon_vmas (its own and its ancestors'), and an anon_vma has pages in
// several VMAs. A link (AnonVmaChain), one per pair, is kept by both sides.
//
// Life of an anon_vma: while it has members or somebody counted it, it lives. The memory is
// type-stable: after its end it may come back at once as another anon_vma, but inside an RCU
// section it never stops being *an* anon_vma. So a walker may take the lock of a dead one; what it
// finds then is nothing or somebody else's VMAs, and no pte there matches its page.
//
// Two designs of that count (anon_vma.cc):
//   until G5  external_refcount: users that are not VMAs. Falls only under the lock, so that one
//             thread sees "no members and no count" and frees.
//   from G6   the count is the lifetime: one for "has members", one for each other user. The last
//             to drop one frees.
//
// Invariants:
//   1. An anon_vma in the cache has no members and a free lock.
//   2. The lock that guards an anon_vma is its root's. Before the root mechanism each anon_vma is
//      its own root for ever.
#ifndef RMAPCHECK_CORE_RMAP_ANON_VMA_H_
#define RMAPCHECK_CORE_RMAP_ANON_VMA_H_

#include "core/mm/machine.h"
#include "core/rmap/anon_vma_lock.h"
#include "core/rmap/anon_vma_members.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class AnonVma {
 public:
  explicit AnonVma(const Kernel* kernel)
      : lock(kernel->Has(Mechanism::kSleepingLock), kernel->Has(Mechanism::kSharedWalkers)),
        members(kernel->Has(Mechanism::kIntervalTree)) {}

  AnonVmaLock lock;
  // Whose lock counts; not used before G5. Read by walkers before they hold any lock.
  ksync::Marked<AnonVma*> root{this, "anon_vma.root"};
  // See "two designs" above.
  ksync::RefCount refcount{0, "anon_vma.refcount"};
  AnonVmaMembers members;  // Guarded by the lock.
  // For the reuse of anon_vmas at fork (core/rmap/reuse.h); guarded by the lock.
  ksync::Plain<AnonVma*> parent{nullptr, "anon_vma.parent"};
  ksync::Plain<int> num_children{0, "anon_vma.num_children"};
  ksync::Plain<int> num_active_vmas{0, "anon_vma.num_active_vmas"};
  // Whether mm_take_all_locks() holds the lock. Guarded by mm_all_locks_mutex.
  // Kernel: bit 0 of head.next.
  ksync::Plain<bool> taken_by_all_locks{false, "anon_vma.taken"};
};

// The slab of anon_vmas. Kernel: anon_vma_cachep with SLAB_DESTROY_BY_RCU.
class AnonVmaCache {
 public:
  // Requires: the kernel outlives the cache.
  explicit AnonVmaCache(const Kernel* kernel) : slab_("anon_vma", kernel) {}
  AnonVma* Alloc() { return slab_.Alloc(); }
  void Free(AnonVma& anon_vma) { slab_.Free(&anon_vma); }

 private:
  ksync::SlabCache<AnonVma, const Kernel*> slab_;
};

// Returns: the lock that guards an anon_vma: its own, or since G5 its root's.
// Kernel: anon_vma->lock, later anon_vma_lock().
// Requires: the anon_vma lives, or the caller is in an RCU section since before it died.
inline AnonVmaLock& LockOf(const Machine& machine, AnonVma& anon_vma) {
  if (!machine.Has(Mechanism::kRootLock)) return anon_vma.lock;
  return anon_vma.root.Read()->lock;
}

// Returns: a child of `parent`, of its family, or of a new family if that is null; null if memory
// ran out. Kernel: anon_vma_alloc(), and from anon_vma_fork() what a child inherits.
AnonVma* AnonVmaAlloc(const Machine& machine, AnonVma* parent);

// Requires: it was just allocated, and nobody can find it. Kernel: put_anon_vma() of such a one.
void AnonVmaDiscard(const Machine& machine, AnonVma& anon_vma);

// Frees an anon_vma that nobody needs, as whoever dropped the last count must.
// Kernel: __put_anon_vma(). Requires: its lock is not held by the caller.
void AnonVmaEnd(const Machine& machine, AnonVma& anon_vma);

// Called when the last member has gone, after the lock was given back. `unused`: nobody else
// counted it, as seen under the lock.
void AnonVmaLostLastMember(const Machine& machine, AnonVma& anon_vma, bool unused);
// Returns: whether nothing needs the anon_vma any more, by the count of G5. Requires: its lock.
bool IsUnused(const AnonVma& anon_vma);

// Counts a user that is not a VMA. Kernel: get_anon_vma().
// Requires: the anon_vma lives for some other reason.
void GetAnonVma(AnonVma& anon_vma);
// Drops such a user, and the anon_vma if nothing else needs it. Kernel: drop_anon_vma(), from G6 on
// put_anon_vma().
void PutAnonVma(const Machine& machine, AnonVma& anon_vma);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_ANON_VMA_H_

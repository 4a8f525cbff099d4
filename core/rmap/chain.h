// How VMAs get their anon_vmas, share them and lose them. Kernel: mm/rmap.c, first half.
//
// Most operations on a chain allocate, so they can fail; what a failure leaves behind is half of
// this file's history. The order of a chain is newest first: the VMA's own anon_vma, then its
// parent's, the root last. The order of an anon_vma's list is that of the walk: parents before
// children.
#ifndef RMAPCHECK_CORE_RMAP_CHAIN_H_
#define RMAPCHECK_CORE_RMAP_CHAIN_H_

#include "core/mm/vma.h"
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

// Gives a VMA an anon_vma for its new pages, unless it has one. Kernel: anon_vma_prepare().
// Requires: mmap_sem held, reading suffices: several faults may do this at once.
// Returns: false if memory ran out.
[[nodiscard]] bool AnonVmaPrepare(Vma& vma);

// Why a chain is copied: for another VMA of the same process, or for a child.
enum class CloneFor { kCopy, kFork };

// Links `dst` to every anon_vma of `src`. Kernel: anon_vma_clone().
// With Mechanism::kReuse a `dst` without anon_vma may adopt one of them that nobody else uses.
// Requires: mmap_sem of both held for writing. Returns: false if memory ran out; then `dst` is
// linked to nothing.
[[nodiscard]] bool AnonVmaClone(Vma& dst, const Vma& src, CloneFor purpose = CloneFor::kCopy);

// Links a child's VMA to the parent's anon_vmas and to one of its own. Kernel: anon_vma_fork().
// Requires: mmap_sem of both held for writing. Returns: false if memory ran out.
[[nodiscard]] bool AnonVmaFork(Vma& vma, const Vma& parent);

// Takes `next` off all its anon_vmas, because `vma` takes its place. Kernel: anon_vma_merge().
// Requires: mmap_sem held for writing; both have the same anon_vma.
void AnonVmaMerge(const Vma& vma, Vma& next);

// The same two where a VMA is itself a node of its anon_vma's list (no Mechanism::kChains). Nothing
// is allocated, so nothing fails. Kernel: __anon_vma_link(), __anon_vma_merge().
// Require: mmap_sem held for writing, and the anon_vma's lock; to unlink, that the list has others.
void AnonVmaLinkLocked(Vma& vma, AnonVma& anon_vma);
void AnonVmaUnlinkLocked(Vma& vma);

// Takes a VMA off all its anon_vmas, newest first, and frees those that nothing else needs.
// Kernel: unlink_anon_vmas(). Requires: mmap_sem held for writing, or the mm is dying.
void UnlinkAnonVmas(Vma& vma);

// Makes walks visit the VMA after all others of its anon_vmas. Kernel: anon_vma_moveto_tail().
// Requires: mmap_sem held for writing; anon_vmas keep their VMAs in lists, for a tree has an order
// of its own.
void AnonVmaMovetoTail(Vma& vma);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_CHAIN_H_

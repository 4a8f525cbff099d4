// Which anon_vma a child may take over from an ancestor, so that chains stop growing (from G9 on).
//
// A daemon that forks and exits for ever leaves an anon_vma behind in each generation: without
// members of its own, but an ancestor of all that follow. A fork may take such a one for the child
// instead of making another. To tell them, each anon_vma counts the anon_vmas below it (a root
// counts itself) and the VMAs whose anon_vma it is. Kernel: anon_vma->degree (3.19) is the sum of
// the two; num_children and num_active_vmas (6.0) keep them apart.
//
// All functions do nothing in kernels without the mechanism. Each requires the anon_vma's lock.
#ifndef RMAPCHECK_CORE_RMAP_REUSE_H_
#define RMAPCHECK_CORE_RMAP_REUSE_H_

#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

// One more, or one less, anon_vma below this one. Kernel: parent->num_children++.
void CountChild(const Machine& machine, AnonVma& parent, int change);
// One more, or one less, VMA has this one as its anon_vma. Kernel: num_active_vmas++.
void CountVma(const Machine& machine, AnonVma& anon_vma, int change);

// Returns: whether a fork may make this one, which is in the parent VMA's chain, the child's own.
bool MayBeReused(const Machine& machine, const AnonVma& anon_vma);

// Fails the run if somebody is still counted. Kernel: BUG_ON(anon_vma->degree) in
// unlink_anon_vmas(). Requires: the anon_vma has no members.
void CheckNobodyCounted(const Machine& machine, const AnonVma& anon_vma);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_REUSE_H_

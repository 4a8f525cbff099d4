// Giving a range a memory policy, and moving its pages to where that wants them.
// Kernel: do_mbind(), mm/mempolicy.c.
//
// Three steps under mmap_sem: collect the range's pages, set the policy (which splits and merges
// VMAs), move the pages. The last asks the page's VMA where to: what is remembered from the first
// step must outlive the second.
#ifndef RMAPCHECK_CORE_VMOPS_MBIND_H_
#define RMAPCHECK_CORE_VMOPS_MBIND_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Sets an equal policy on every VMA in [start, end), of which all is mapped, and moves the pages
// that only this mm maps. A page stays that finds no memory, that somebody uses just now (the
// kernel tries ten times), or that is of a file, which migrations here leave alone. Returns: false
// if memory ran out before every VMA had the policy.
[[nodiscard]] bool Mbind(Mm& mm, VirtualPage start, VirtualPage end, const Mempolicy& policy);

// The same for who holds mmap_sem.
[[nodiscard]] bool DoMbind(Mm& mm, VirtualPage start, VirtualPage end, const Mempolicy& policy)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mm.mmap_sem);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_MBIND_H_

// Where the pages of a VMA should come from, as an object that VMAs count. Kernel: struct
// mempolicy.
//
// Its contents take no part in any protocol here. What does: fork and split copy it, a copy may
// fail, and an error path must drop what it got. A forgotten drop is a leak that the checker sees.
// A null policy stands for the default one and is allowed wherever a pointer is.
// Source: mm/mempolicy.c, include/linux/mempolicy.h.
#ifndef RMAPCHECK_CORE_MM_MEMPOLICY_H_
#define RMAPCHECK_CORE_MM_MEMPOLICY_H_

#include <optional>

#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class Machine;

struct Mempolicy {
  explicit Mempolicy(int its_mode) : mode(its_mode, "mempolicy.mode") {}

  ksync::RefCount refcnt{1, "mempolicy.refcnt"};
  ksync::Plain<int> mode;  // Never written again.
};

// Returns: a policy with one reference, the caller's. Kernel: mpol_new().
Mempolicy* MpolNew(int mode);

// Returns: an equal policy with one reference, the caller's, or null for null; nothing if memory
// ran out. Requires: the caller holds a reference, or what keeps the holder from dropping it.
// Kernel: mpol_dup().
[[nodiscard]] std::optional<Mempolicy*> MpolDup(const Machine& machine, const Mempolicy* policy);

// Takes another reference. Requires: as MpolDup. Kernel: mpol_get().
void MpolGet(Mempolicy* policy);

// Drops a reference; the last one frees the policy. Kernel: mpol_put().
void MpolPut(Mempolicy* policy);

// Requires: as MpolDup, for both. Kernel: mpol_equal().
bool MpolEqual(const Mempolicy* a, const Mempolicy* b);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_MEMPOLICY_H_

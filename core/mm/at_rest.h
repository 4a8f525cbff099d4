// Who may go without a lock because nobody else is there says so with one of these, and clang takes
// the lock for held. They do nothing at run time, and prove nothing: whether really nobody else was
// there is what the race detector finds out, for Plain fields, and the reason stands at the call.
// Whoever watches locks is told of AssertLastUser, and sees whether another thread still uses them.
//
// Resting(x) is `x` itself while nothing moves: for a validator, and for a scenario before its
// threads begin and after they were joined. It holds for the expression, FindVma(Resting(mm), 1),
// not for what follows.
#ifndef RMAPCHECK_CORE_MM_AT_REST_H_
#define RMAPCHECK_CORE_MM_AT_REST_H_

#include "core/mm/file.h"
#include "core/mm/mm.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// Declared before, because their attributes name them.
const Mm& Resting(const Mm& mm);
const AddressSpace& Resting(const AddressSpace& mapping);

// Requires: no other thread changes it meanwhile.
inline const Mm& Resting(const Mm& mm)
    ABSL_ASSERT_EXCLUSIVE_LOCK(Resting(mm).mmap_sem, Resting(mm).pte_lock) {
  return mm;
}
inline const AddressSpace& Resting(const AddressSpace& mapping)
    ABSL_ASSERT_EXCLUSIVE_LOCK(Resting(mapping).i_mmap_lock, Resting(mapping).tree_lock) {
  return mapping;
}

// Requires: the caller is its last user. Of an mm: walks may still come to its ptes, which have
// their own lock.
inline void AssertLastUser(const Mm& mm) ABSL_ASSERT_EXCLUSIVE_LOCK(mm.mmap_sem) {
  mm.mmap_sem.AssertLastUser();
}
inline void AssertLastUser(const AddressSpace& mapping)
    ABSL_ASSERT_EXCLUSIVE_LOCK(mapping.i_mmap_lock, mapping.tree_lock) {
  mapping.i_mmap_lock.AssertLastUser();
  mapping.tree_lock.AssertLastUser();
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_AT_REST_H_

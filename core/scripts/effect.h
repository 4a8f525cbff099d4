// What a script leaves behind, in words: for tests that ask what a step does. Pages are told by
// what is written on them, which names the write (oracle.h).
#ifndef RMAPCHECK_CORE_SCRIPTS_EFFECT_H_
#define RMAPCHECK_CORE_SCRIPTS_EFFECT_H_

#include <string>

#include "core/mm/mm.h"
#include "core/scripts/values.h"

namespace rmap::inline KSYNC_BACKEND {

// Returns: what can be read at rest where this pte stands. Requires: no migration is under way.
Value ContentOf(const Machine& machine, Pte pte);

// Returns: the VMAs, as "[2,3)rw [3,5)r-locked", then what is mapped: "3=7" is the value 7 at
// address 3, behind which stand "r" if it cannot be written at once, "s" if it is swapped out, "!"
// if its page is marked as locked. Requires: as ContentOf.
std::string InWords(const Mm& mm);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCRIPTS_EFFECT_H_

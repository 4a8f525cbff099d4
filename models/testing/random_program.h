// Random small programs from a seed, the same on every platform.
//
// A program is made of blocks: an atomic operation, a fence, a conditional, an await, a critical
// section. A plain location belongs to one thread, is guarded by a mutex, is handed over behind a
// flag, or (rarely) is nobody's, so that most programs with plain accesses are race free.
//
// Invariants: every read has a register of its own; no location is accessed both atomically and
// plainly; locks nest and are never taken twice by one thread; skips stay within a block.
#ifndef RMAPCHECK_MODELS_TESTING_RANDOM_PROGRAM_H_
#define RMAPCHECK_MODELS_TESTING_RANDOM_PROGRAM_H_

#include <cstdint>

#include "models/testing/program.h"

namespace models::testing {

enum class Profile { kMixed, kAtomicsOnly, kSeqCstHeavy, kRmwHeavy, kLocks, kAwaits, kPlain };
inline constexpr Profile kProfiles[] = {Profile::kMixed,    Profile::kAtomicsOnly,
                                        Profile::kSeqCstHeavy, Profile::kRmwHeavy,
                                        Profile::kLocks,    Profile::kAwaits,
                                        Profile::kPlain};
const char* ProfileName(Profile profile);

// Returns: 2 or 3 threads with 1..operations_max accesses each (taking a lock counts as one).
// Requires: operations_max is 1..4.
Program RandomProgram(std::uint64_t seed, Profile profile, int operations_max = 3);

}  // namespace models::testing

#endif  // RMAPCHECK_MODELS_TESTING_RANDOM_PROGRAM_H_

// Random small programs from a seed, the same on every platform.
//
// A program is made of blocks: an atomic operation, a fence, a conditional, an await, a critical or
// a read-side section, a grace period, a choice. A plain location belongs to one thread, is guarded
// by a mutex, is handed over behind a flag, is taken back behind a grace period, or (rarely) is
// nobody's, so that most programs with plain accesses are race free.
//
// Invariants: every read has a register of its own; no location is accessed both atomically and
// plainly; locks nest and are never taken by one thread that has them, but on top of a shared hold;
// no grace period is waited for in a section; skips stay within a block.
#ifndef RMAPCHECK_MODELS_TESTING_RANDOM_PROGRAM_H_
#define RMAPCHECK_MODELS_TESTING_RANDOM_PROGRAM_H_

#include <cstdint>

#include "models/testing/program.h"

namespace models::testing {

enum class Profile {
  kMixed,
  kAtomicsOnly,
  kSeqCstHeavy,
  kRmwHeavy,
  kLocks,
  kAwaits,
  kPlain,
  kRwLocks,
  kTryLocks,
  kRcu,
  kChoose,
  kManyLocks,
  kLooks,
  kMixes,
};
// Those that the obvious engine is quick with; kManyLocks takes it seconds.
inline constexpr Profile kProfiles[] = {
    Profile::kMixed,    Profile::kAtomicsOnly, Profile::kSeqCstHeavy, Profile::kRmwHeavy,
    Profile::kLocks,    Profile::kAwaits,      Profile::kPlain,       Profile::kRwLocks,
    Profile::kTryLocks, Profile::kRcu,         Profile::kChoose,      Profile::kLooks,
    Profile::kMixes};
const char* ProfileName(Profile profile);

// Returns: 2 or 3 threads with 1..operations_max accesses each (taking a lock counts as one); for
// kManyLocks 4 threads with 2.
// Requires: operations_max is 1..4.
Program RandomProgram(std::uint64_t seed, Profile profile, int operations_max = 3);

}  // namespace models::testing

#endif  // RMAPCHECK_MODELS_TESTING_RANDOM_PROGRAM_H_

// What only real threads have: the knobs of a stress run. Never included by code that runs on both
// back ends; tests and the stress harness own these.
#ifndef RMAPCHECK_CORE_SYNC_NATIVE_CONTROL_H_
#define RMAPCHECK_CORE_SYNC_NATIVE_CONTROL_H_

#include <cstdint>
#include <functional>

#include "core/sync/native.h"

namespace ksync::inline native {

// Runs one round of a scenario. Returns: whether it counts, that is, no Assume was broken in it.
// Requires: no other round of this process is running, and the round joins what it starts.
bool TryRound(const std::function<void()>& round);

// Called instead of abort() on the thread whose Check failed; when it returns, that thread goes on.
using CheckHandler = void (*)(const char* message, Site site);
// Installs a handler for all threads, or with null the default. Returns: the one before.
CheckHandler InstallCheckHandler(CheckHandler handler);

// Seeds Choose and AllocationFails of the calling thread. A Thread made later is seeded by a draw
// of its creator, so the answers of a whole round follow from one seed, however threads run.
void SeedChoices(std::uint64_t seed);

// Makes AllocationFails() true for `per_mille` of 1000 calls, in all threads. Requires: 0..1000.
void SetAllocationFailureRate(int per_mille);

// Makes every new Thread and its creator meet at the start of the body, after which the new thread
// lags by a random number of turns of an empty loop, 0..spins_max. Without it a body of a few
// operations is over before its creator's next one, and rounds of small scenarios hardly overlap.
// Order: none, the meeting included. Requires: spins_max >= 0; 0 turns it off.
void StaggerStarts(int spins_max);

}  // namespace ksync::inline native

#endif  // RMAPCHECK_CORE_SYNC_NATIVE_CONTROL_H_

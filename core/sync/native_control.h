// What only real threads have: the knobs of a stress run, and what it can be asked. Never included
// by code that runs on both back ends; tests and the stress harness own these.
//
// The idea: core code is the same whether it is watched or not. Each operation looks at one switch;
// whatever is off costs that look and no more. What is on, is counted by the thread that does it,
// in memory of its own, and added up when somebody asks.
//
// Invariant: none of this orders anything between the threads that are watched. It is made of
// thread-local state and relaxed atomics, so that ThreadSanitizer sees the races it saw before.
//
// What it does not do: print, but for Watchdog; nor decide what a number means.
#ifndef RMAPCHECK_CORE_SYNC_NATIVE_CONTROL_H_
#define RMAPCHECK_CORE_SYNC_NATIVE_CONTROL_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

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

// How long something took, each time. Nanoseconds.
struct Times {
  std::uint64_t count = 0;
  std::uint64_t total_ns = 0;
  std::uint64_t max_ns = 0;
  // [0] counts what took 0 or 1 ns, [i] what took from 2^i to below 2^(i+1), the last also more.
  std::array<std::uint64_t, 40> log2_histogram = {};
};

// What was counted of the locks of one class, in one mode.
struct LockCounts {
  std::string lock_class;  // Its name: "anon_vma->lock".
  int rank = 0;
  LockMode mode = LockMode::kExclusive;  // Shared counts stand apart from exclusive ones.
  std::uint64_t acquisitions = 0;        // By Lock, and by TryLock where it succeeded.
  std::uint64_t contended = 0;           // Of these, by a Lock that did not find it free.
  std::uint64_t failed_tries = 0;        // TryLock said no. IsLocked() is counted nowhere.
  Times wait;                            // Of contended acquisitions, from the first try on.
  Times hold;  // From the end of the acquisition to the begin of giving back: of each that ended.
};

// One row for each class and mode that was used, by rank, name and mode.
using LockStatistics = std::vector<LockCounts>;

// Starts or stops counting, in all threads; off at first. It costs two looks at the clock for each
// acquisition, and four if it has to wait. What is held while counting starts or stops is counted
// in part. With two locks whose classes have one name and rank, the counts are added.
void CollectLockStatistics(bool on);
// Returns: what all threads counted since the last reset, those that have ended included.
// Of threads that run meanwhile, the latest may be missing; a count and its times may be one apart.
LockStatistics ReadLockStatistics();
// Requires: no thread of ours is counting; else what it counts meanwhile may come back.
void ResetLockStatistics();

}  // namespace ksync::inline native

#endif  // RMAPCHECK_CORE_SYNC_NATIVE_CONTROL_H_

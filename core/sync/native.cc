// The parts of the native back end that are not worth inlining: who holds which lock, what a broken
// Check or Assume does, and the random choices.
#include "core/sync/native.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "core/base/split_mix.h"
#include "core/sync/native_control.h"
#include "core/sync/native_locks.h"
#include "core/sync/native_watch.h"

namespace ksync::inline native {
namespace {

using internal::HeldLock;

// Thread-local, because but for a hang only the holder ever asks: no lock word carries an owner for
// others to read.
std::vector<HeldLock>& HeldLocks() {
  thread_local std::vector<HeldLock> held;
  return held;
}

// The latest of `held` was just taken, while somebody watches.
[[gnu::cold]] void WatchTaken(std::vector<HeldLock>& held, internal::Taking how) {
  HeldLock& latest = held.back();
  if (internal::IsWatched(internal::kCountsLocks)) {
    internal::CountTaken(*latest.lock_class, latest.mode);
    for (const HeldLock& other : held) {
      if (&other != &latest) internal::NoteNested(other, latest, how);
    }
  }
  latest.since = internal::NowNs();
  if (internal::IsWatched(internal::kShowsWaits)) internal::ShowHeld(held.data(), held.size());
}

// `given` is about to be given back, while somebody watches.
[[gnu::cold]] void WatchGiven(const HeldLock& given) {
  if (given.since == 0 || !internal::IsWatched(internal::kCountsLocks)) return;
  internal::CountHold(*given.lock_class, given.mode, internal::NowNs() - given.since);
}

std::atomic<CheckHandler> check_handler{nullptr};
std::atomic<int> failures_per_mille{0};
std::atomic<int> start_spins_max{0};

// Order: relaxed wherever it is used. It only tells threads to give up, and whoever sees what an
// unwinding thread left behind was ordered after it by the lock or join that showed it.
std::atomic<bool> round_abandoned{false};

thread_local constinit base::SplitMix choices(0);

// Lets a random while go by at the start of a body: as often a short one as one many times longer,
// because scenarios, builds and machines differ in what "a while" is.
void Lag() {
  // Order: relaxed, here and in MeetAtTheStart, because a start that ordered would hide races.
  const int spins_max = start_spins_max.load(std::memory_order_relaxed);
  if (spins_max == 0) return;
  const int spins_limit = spins_max >> choices.Next() % 16;
  std::uint64_t spins = choices.Next() % (static_cast<std::uint64_t>(spins_limit) + 1);
  while (spins-- > 0) std::atomic_signal_fence(std::memory_order_seq_cst);  // Keeps the loop.
}

}  // namespace

namespace internal {

void NoteTaken(const void* lock, LockMode mode, const LockClass& lock_class, Site site,
               Taking how) {
  std::vector<HeldLock>& held = HeldLocks();
  held.push_back({lock, &lock_class, mode, site, 0});
  if (Watches() != 0) [[unlikely]]
    WatchTaken(held, how);
}

void NoteGiven(const void* lock, LockMode mode, const LockClass& lock_class, Site site) {
  std::vector<HeldLock>& held = HeldLocks();
  const auto found = std::find_if(held.rbegin(), held.rend(), [&](const HeldLock& other) {
    return other.lock == lock && other.mode == mode;
  });
  if (found == held.rend())
    LockMisuse("given back by a thread that does not hold it", lock_class, site);
  const std::uint32_t watched = Watches();
  if (watched != 0) [[unlikely]]
    WatchGiven(*found);
  held.erase(std::next(found).base());
  if ((watched & kShowsWaits) != 0) [[unlikely]]
    ShowHeld(held.data(), held.size());
}

bool Holds(const void* lock, LockMode mode) {
  return std::ranges::any_of(HeldLocks(), [&](const HeldLock& other) {
    return other.lock == lock && (other.mode == mode || other.mode == LockMode::kExclusive);
  });
}

bool HoldsAny(const void* lock) {
  return std::ranges::any_of(HeldLocks(),
                             [&](const HeldLock& other) { return other.lock == lock; });
}

void LockMisuse(const char* what, const LockClass& lock_class, Site site) {
  std::fprintf(stderr, "%s:%u: lock misuse: %s %s\n", site.file_name(),
               static_cast<unsigned>(site.line()), lock_class.name, what);
  std::abort();
}

bool RoundIsAbandoned() { return round_abandoned.load(std::memory_order_relaxed); }

void AssumeIsBroken() {
  round_abandoned.store(true, std::memory_order_relaxed);
  throw AssumeFailed{};
}

void CheckIsBroken(const char* message, Site site) {
  if (RoundIsAbandoned()) throw AssumeFailed{};
  // Order: acquire, so that the handler's own data is there when it was installed with it.
  if (const CheckHandler handler = check_handler.load(std::memory_order_acquire)) {
    handler(message, site);
    return;
  }
  std::fprintf(stderr, "%s:%u: check failed: %s\n", site.file_name(),
               static_cast<unsigned>(site.line()), message);
  std::abort();
}

std::uint64_t DrawSeed() { return choices.Next(); }

void RunBody(const std::function<void()>& body, std::uint64_t seed, std::atomic<bool>& running,
             const char* name, const void* object) {
  SeedChoices(seed);
  RegisterRcuReader();
  if (Watches() != 0) IntroduceThread(name, object);
  running.store(true, std::memory_order_relaxed);
  Lag();
  try {
    SyncPoint();
    body();
  } catch (const AssumeFailed&) {
    return;  // Whoever threw it has marked the round.
  }
  CHECK(HeldLocks().empty(), "a thread ends while it holds a lock");
  CHECK(!InRcuReadSection(), "a thread ends inside a read-side section");
}

void MeetAtTheStart(const std::atomic<bool>& running) {
  if (start_spins_max.load(std::memory_order_relaxed) == 0) return;
  while (!running.load(std::memory_order_relaxed)) std::this_thread::yield();
}

}  // namespace internal

std::uint32_t Choose(std::uint32_t count, const char* /*what*/, Site) {
  CHECK(count > 0, "there is nothing to choose from");
  return static_cast<std::uint32_t>(choices.Next() % count);
}

bool AllocationFails(const char* /*name*/, Site) {
  // Order: relaxed, because the rate is one number and orders nothing.
  const int rate = failures_per_mille.load(std::memory_order_relaxed);
  return rate > 0 && choices.Next() % 1000 < static_cast<std::uint64_t>(rate);
}

bool TryRound(const std::function<void()>& round) {
  try {
    round();
  } catch (const AssumeFailed&) {
    // Told by the mark below, which a thread of the round may have set as well.
  }
  return !round_abandoned.exchange(false, std::memory_order_relaxed);
}

CheckHandler InstallCheckHandler(CheckHandler handler) {
  // Order: acq_rel, so that the handler's data is published, and the old handler's is seen.
  return check_handler.exchange(handler, std::memory_order_acq_rel);
}

void SeedChoices(std::uint64_t seed) {
  choices = base::SplitMix(seed);
  internal::SeedPerturbation(seed);
}

void SetAllocationFailureRate(int per_mille) {
  CHECK(0 <= per_mille && per_mille <= 1000, "a rate is a number out of 1000");
  failures_per_mille.store(per_mille, std::memory_order_relaxed);  // Order: as in AllocationFails.
}

void StaggerStarts(int spins_max) {
  CHECK(spins_max >= 0);
  start_spins_max.store(spins_max, std::memory_order_relaxed);  // Order: as in Lag.
}

}  // namespace ksync::inline native

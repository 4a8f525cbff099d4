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
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
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

// How schedules are perturbed. Each rate is a number of operations out of 1000: of those on
// Atomics, Marked fields, locks, RCU and memory, and the begin of each thread. A default one does
// nothing.
struct Chaos {
  std::uint64_t seed = 0;

  // Before an operation, one of these at most.
  int yields = 0;
  int spins = 0;
  int spins_max = 0;  // Turns of an empty loop.
  int sleeps = 0;
  absl::Duration sleep_max = absl::ZeroDuration();

  // Before an operation, wait while a thread of higher priority runs. (PCT: native_chaos.cc.)
  int hold_backs = 0;  // 1000 keeps the ranks as strictly as hold_back_max lets it.
  absl::Duration hold_back_max = absl::Microseconds(100);
  int change_points = 0;       // In each span, where the thread's priority drops. At most 8.
  std::uint64_t span = 1'000;  // In a thread's own operations; then it draws its priority anew.
};

// Makes threads lose time as `chaos` says, in all of them; SetChaos({}) ends it. What a thread does
// before its n-th operation follows from chaos.seed, its own seed (SeedChoices) and n.
// Order: none. Requires: rates that make at most 1000 together; no other thread uses ksync.
void SetChaos(const Chaos& chaos);

// What the calling thread did since it was seeded.
struct ChaosCounts {
  std::uint64_t operations = 0;
  std::uint64_t yields = 0;
  std::uint64_t spins = 0;
  std::uint64_t turns = 0;  // Of the empty loops, together.
  std::uint64_t sleeps = 0;
  std::uint64_t priorities = 0;  // Drawn at first or anew, or lowered.
  std::uint64_t hold_backs = 0;  // Alone does not follow from the seed: others must be running.

  friend bool operator==(const ChaosCounts&, const ChaosCounts&) = default;
};
ChaosCounts CountChaos();

// Returns: a chaos drawn from `seed`, of one of several kinds: what finds one mistake hides
// another, so that rounds should take turns.
Chaos DrawChaos(std::uint64_t seed);

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

// A lock of one class was taken while one of another, or of the same, was held.
struct LockNesting {
  std::string held;  // The names of the classes.
  std::string taken;
  LockMode held_mode = LockMode::kExclusive;
  LockMode taken_mode = LockMode::kExclusive;
  bool tried = false;   // By TryLock, which waits for nobody.
  bool nested = false;  // By LockNested.
  Site held_at;         // Where, the first time.
  Site taken_at;
};

// Returns: each that there was while locks were counted, since the last reset, by names.
std::vector<LockNesting> ReadLockOrder();

// How many objects of one type are alive.
struct LiveCount {
  std::string kind;  // "rmap::Vma".
  std::int64_t count = 0;
  std::uint64_t object_bytes = 0;  // Of each.

  friend bool operator==(const LiveCount&, const LiveCount&) = default;
};

// Returns: what was made by New, NewArray (each object) and SlabCache and not given back since the
// process began, by name, without kinds that have none. An object still in use when its cache ends
// stays counted: it leaked. Exact if no other thread makes or frees any meanwhile.
std::vector<LiveCount> LiveObjects();

// Starts or stops showing what threads wait for and hold; off at first. What began before is not
// shown. It costs a look at the clock and a few stores for each acquisition.
void ShowWaits(bool on);

// Returns: for each thread since ShowWaits(true), what it waits for (lock class, address, mode,
// place, since when) and up to whom that is, and what it holds; before all, a circle of threads
// that wait for each other, if there is one. Exact of threads that stand still. Any thread may call
// it at any time; it waits for nobody.
std::string DescribeWaits();

// Prints that nothing moves any more, and the text, to standard error; and aborts.
[[noreturn]] void AbortWith(const std::string& waits);

// Watches over a run: if Progress() is not called for some time, says who waits for what.
class Watchdog {
 public:
  using Handler = std::function<void(const std::string& waits)>;

  // Turns ShowWaits on. `handler` is called once, on a thread of the watchdog's, when between one
  // and two `patience` have gone by without progress. Requires: patience > 0.
  explicit Watchdog(absl::Duration patience, Handler handler = &AbortWith);
  // Turns ShowWaits off.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Order: none, so that watching hides no race.
  void Progress() { progress_.fetch_add(1, std::memory_order_relaxed); }

 private:
  void Watch();

  const absl::Duration patience_;
  const Handler handler_;
  std::atomic<std::uint64_t> progress_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ends_ = false;   // Guarded by mutex_.
  std::thread thread_;  // After what it uses.
};

}  // namespace ksync::inline native

#endif  // RMAPCHECK_CORE_SYNC_NATIVE_CONTROL_H_

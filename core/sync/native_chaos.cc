// Perturbed schedules: before an operation of ksync a thread may lose some time, so that others get
// between two operations which are neighbours in calm runs.
//
// Two ways. Rates: a throw of dice for each operation says whether to yield, to turn in an empty
// loop, or to sleep. Priorities, after the PCT scheduler (Burckhardt, Kothari, Musuvathi,
// Nagarakatte, ASPLOS 2010): each thread has a random one, a thread waits while one of a higher
// priority runs, and at a few random points of its life its priority drops below all first ones.
// Departures: the wait is bounded, because here "runs" is a guess and who is waited for may itself
// wait for something that nobody shows; change points are counted in a thread's own operations, so
// that its decisions follow from its seed; and in a long life they are drawn anew for each span.
//
// The sleeps, like the turns, only make some schedules likelier. Nothing is right because of them.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

#include "absl/time/time.h"
#include "core/base/check.h"
#include "core/base/split_mix.h"
#include "core/sync/native_control.h"
#include "core/sync/native_record.h"
#include "core/sync/native_watch.h"

namespace ksync::inline native {
namespace {

using internal::ThreadRecord;

constexpr int kChangePointsMax = 8;
// Priorities are drawn within steps: the i-th change point's is below all before it, whoever's, and
// two threads hardly ever have the same.
constexpr std::uint32_t kPriorityStep = 1 << 20;

// Stands still while threads run: whoever starts a thread has made it known by that.
Chaos settings;

// Of the calling thread. Constant-initialised, so that no operation has to ask whether it is there.
struct Perturbation {
  std::uint64_t seed = 0;
  ChaosCounts counts = {};
  std::uint32_t priority = 0;
  // In the current span, growing; only the first settings.change_points are used.
  std::array<std::uint64_t, kChangePointsMax> change_points = {};
};
thread_local constinit Perturbation mine;

// A decision is a function of seed and count, so numbers are drawn by their index.
using Numbers = base::SplitMix;

void Yield() {
  ++mine.counts.yields;
  std::this_thread::yield();
}

void Spin(std::uint64_t turns) {
  ++mine.counts.spins;
  mine.counts.turns += turns;
  while (turns-- > 0) std::atomic_signal_fence(std::memory_order_seq_cst);  // Keeps the loop.
}

void Sleep(std::uint64_t ns) {
  ++mine.counts.sleeps;
  std::this_thread::sleep_for(std::chrono::nanoseconds(ns));
}

// Throws the dice: what is drawn above all rates does nothing.
void LoseTime(std::uint64_t draw) {
  const int dice = static_cast<int>(draw % 1000);
  const std::uint64_t amount = draw / 1000;
  if (dice < settings.yields) {
    Yield();
  } else if (dice < settings.yields + settings.spins) {
    Spin(amount % (static_cast<std::uint64_t>(settings.spins_max) + 1));
  } else if (dice < settings.yields + settings.spins + settings.sleeps) {
    Sleep(amount % (static_cast<std::uint64_t>(absl::ToInt64Nanoseconds(settings.sleep_max)) + 1));
  }
}

void SetPriority(std::uint32_t priority) {
  ++mine.counts.priorities;
  mine.priority = priority;
  internal::ThisThreadRecord().priority.Set(priority);
}

// Draws the thread's priority, above those of all change points, and its change points.
void BeginSpan() {
  const std::uint64_t span = mine.counts.operations / settings.span;
  const std::uint64_t seed = Numbers::Nth(mine.seed, ~span);
  const auto points = static_cast<std::size_t>(settings.change_points);
  for (std::size_t i = 0; i < points; ++i) {
    mine.change_points[i] = Numbers::Nth(seed, i + 1) % settings.span;
  }
  std::sort(mine.change_points.begin(), mine.change_points.begin() + points);
  const auto drawn = static_cast<std::uint32_t>(Numbers::Nth(seed, 0) >> 33);
  SetPriority((kChangePointsMax + 1) * kPriorityStep + drawn);
}

void PassChangePoints(std::uint64_t draw) {
  const std::uint64_t offset = mine.counts.operations % settings.span;
  for (int i = 0; i < settings.change_points; ++i) {
    if (mine.change_points[i] == offset) {
      const auto step = static_cast<std::uint32_t>(kChangePointsMax - i);
      SetPriority(step * kPriorityStep + draw % kPriorityStep);
    }
  }
}

bool IsOutranked() {
  return std::ranges::any_of(internal::ThreadRecords(), [](const ThreadRecord& record) {
    return record.priority.Get() > mine.priority &&
           record.wait.Get() == internal::WaitKind::kNothing;
  });
}

void WaitForHigherPriorities() {
  if (!IsOutranked()) return;
  ++mine.counts.hold_backs;
  const std::uint64_t max = absl::ToInt64Nanoseconds(settings.hold_back_max);
  const std::uint64_t begin = internal::NowNs();
  do {
    std::this_thread::yield();
  } while (internal::NowNs() - begin < max && IsOutranked());
}

void KeepRank(std::uint64_t draw) {
  if (mine.counts.operations % settings.span == 0) BeginSpan();
  PassChangePoints(Numbers::Nth(draw, 2));
  if (static_cast<int>(draw % 1000) < settings.hold_backs) WaitForHigherPriorities();
}

bool IsRate(int per_mille) { return 0 <= per_mille && per_mille <= 1000; }

}  // namespace

namespace internal {

void Perturb() {
  const std::uint64_t draw = Numbers::Nth(mine.seed, mine.counts.operations);
  if (settings.hold_backs > 0) KeepRank(Numbers::Nth(draw, 1));
  ++mine.counts.operations;
  LoseTime(draw);
}

void SeedPerturbation(std::uint64_t seed) {
  // The seed is mixed, or the choices, which begin with the same one, would go along with it.
  mine = {.seed = Numbers::Nth(settings.seed ^ seed, 1)};
}

}  // namespace internal

void SetChaos(const Chaos& chaos) {
  CHECK(IsRate(chaos.yields) && IsRate(chaos.spins) && IsRate(chaos.sleeps));
  CHECK(IsRate(chaos.yields + chaos.spins + chaos.sleeps), "the rates together are out of 1000");
  CHECK(IsRate(chaos.hold_backs));
  CHECK(chaos.spins_max >= 0 && chaos.sleep_max >= absl::ZeroDuration() && chaos.span > 0);
  CHECK(0 <= chaos.change_points && chaos.change_points <= kChangePointsMax);
  settings = chaos;
  internal::SeedPerturbation(0);
  const bool on = chaos.yields + chaos.spins + chaos.sleeps + chaos.hold_backs > 0;
  internal::perturbs = on;
  internal::SetWatch(internal::kPerturbs, on);
}

ChaosCounts CountChaos() { return mine.counts; }

Chaos DrawChaos(std::uint64_t seed) {
  Chaos chaos;
  chaos.seed = seed;
  const std::uint64_t kind = Numbers::Nth(seed, 1) % 4;
  if (kind == 0 || kind == 3) {
    chaos.yields = 100;
    chaos.spins = 200;
    chaos.spins_max = 1 << (6 + Numbers::Nth(seed, 2) % 8);
  }
  if (kind == 1) {
    chaos.sleeps = 10;
    chaos.sleep_max = absl::Microseconds(50);
  }
  if (kind >= 2) {
    chaos.hold_backs = 1000;
    chaos.change_points = static_cast<int>(Numbers::Nth(seed, 3) % 4);
    chaos.span = 1 << (4 + Numbers::Nth(seed, 4) % 8);
  }
  return chaos;
}

}  // namespace ksync::inline native

// What is seen of the order of locks, on programs of a few lines whose every execution one can
// think through; and which failures are told.
#include "models/locks/lock_order.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/sync/sync.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/testing/watch_locks.h"

namespace models {
namespace {

// Order -------------------------------------------------------------------------------------------

// One thread after the other, so that no execution deadlocks.
TEST(LockOrder, ACycleIsFoundWhereNothingDeadlocked) {
  const auto program = [] {
    ksync::Mutex a(kOuter), b(kInner);
    {
      const ksync::Guard first(a);
      const ksync::Guard second(b);
    }
    const ksync::Guard second(b);
    const ksync::Guard first(a);
  };
  EXPECT_EQ(Watch(program).report.verdict, Verdict::kHolds);
  EXPECT_EQ(Problems(program), (Texts{"potential deadlock: outer > inner > outer",
                                      "against the ranks: inner is held when outer is asked for"}));
}

TEST(LockOrder, ACycleMayHaveThreeSteps) {
  const Texts problems = Problems([] {
    ksync::Mutex a(kOuter), b(kMiddle), c(kInner);
    const auto both = [](ksync::Mutex& first, ksync::Mutex& second) {
      const ksync::Guard outer(first);
      const ksync::Guard inner(second);
    };
    both(a, b);
    both(b, c);
    both(c, a);
  });
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems[0], "potential deadlock: outer > middle > inner > outer");
}

TEST(LockOrder, ATrylockWaitsForNothing) {
  EXPECT_EQ(Problems([] {
              ksync::Mutex a(kOuter), b(kInner);
              {
                const ksync::Guard first(a);
                const ksync::Guard second(b);
              }
              const ksync::Guard second(b);
              if (a.TryLock()) a.Unlock();
            }),
            Texts{});
}

// Two readers each way round; `writes` has somebody wait for one of the two to himself.
template <typename Lock>
Texts ReadersInBothOrders(const ksync::LockClass& lock_class, bool writes) {
  return Problems([&lock_class, writes] {
    Lock a(kOuter), b(lock_class);
    {
      const ksync::SharedGuard first(a);
      const ksync::SharedGuard second(b);
    }
    {
      const ksync::SharedGuard second(b);
      const ksync::SharedGuard first(a);
    }
    if (!writes) return;
    { const ksync::Guard alone(a); }
    const ksync::Guard alone(b);
  });
}

TEST(LockOrder, ReadersWaitForEachOtherOnlyBehindAWriter) {
  static constexpr ksync::LockClass kUnranked{"unranked", 0, true};
  EXPECT_EQ((ReadersInBothOrders<ksync::RwSemaphore>(kUnranked, false)), Texts{});
  EXPECT_EQ((ReadersInBothOrders<ksync::RwSemaphore>(kUnranked, true)),
            Texts{"potential deadlock: outer > unranked > outer"});
}

TEST(LockOrder, ReadersOfASpinningLockPassAWaitingWriter) {
  static constexpr ksync::LockClass kRwLock{"rwlock", 0, false};
  const Texts problems = ReadersInBothOrders<ksync::RwLock>(kRwLock, true);
  EXPECT_EQ(problems,
            Texts{"sleeps under a spinning lock: rwlock is held when outer is asked for"});
}

TEST(LockOrder, AGateLetsOneThreadInAtATime) {
  const Texts problems = Problems([] {
    ksync::Mutex gate(kMiddle), a(kSpinning), b(kInner);
    const auto both = [&gate](ksync::Mutex& first, ksync::Mutex& second) {
      const ksync::Guard held(gate);
      const ksync::Guard outer(first);
      const ksync::Guard inner(second);
    };
    both(b, a);
    both(a, b);
  });
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems[0],
            "potential deadlock: spinning > inner > spinning; cannot happen, because "
            "each holds middle (gated)");
}

TEST(LockOrder, AGateOfSomeKeepsNobodyElseOut) {
  const Texts problems = Problems([] {
    ksync::Mutex gate(kOuter), other(kMiddle), a(kInner), b(kSpinning);
    {
      const ksync::Guard held(gate);
      const ksync::Guard first(a);
      const ksync::Guard second(b);
    }
    {
      const ksync::Guard held(other);
      const ksync::Guard first(a);
      const ksync::Guard second(b);
    }
    const ksync::Guard held(gate);
    const ksync::Guard second(b);
    const ksync::Guard first(a);
  });
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems[0], "potential deadlock: inner > spinning > inner");
}

// Of what real threads held besides nothing is known, so they bring no gate, and take away none.
TEST(LockOrder, RealThreadsAddAWayOnlyWhereThereIsNone) {
  const auto under_gate = [](bool both) {
    return Watch([both] {
      ksync::Mutex gate(kOuter), a(kMiddle), b(kInner);
      const ksync::Guard held(gate);
      {
        const ksync::Guard first(a);
        const ksync::Guard second(b);
      }
      if (!both) return;
      const ksync::Guard second(b);
      const ksync::Guard first(a);
    });
  };
  const auto with_real = [](Watched watched, const char* held, const char* taken) {
    AddRealEdge({.held = watched.seen.ClassNamed(held),
                 .taken = watched.seen.ClassNamed(taken),
                 .held_mode = ksync::LockMode::kExclusive,
                 .taken_mode = ksync::LockMode::kExclusive,
                 .tried = false,
                 .nesting = ksync::Nesting::kNone,
                 .held_at = {},
                 .taken_at = {},
                 .real = RealPlaces{"a.cc:1", "a.cc:2"}},
                watched.seen);
    return FindOrderProblems(watched.seen);
  };
  const std::vector<OrderProblem> known = with_real(under_gate(true), "inner", "middle");
  ASSERT_FALSE(known.empty());
  EXPECT_EQ(known[0].text, "middle > inner > middle; cannot happen, because each holds outer");
  EXPECT_TRUE(known[0].gated);
  const std::vector<OrderProblem> added = with_real(under_gate(false), "inner", "middle");
  ASSERT_FALSE(added.empty());
  EXPECT_EQ(added[0].text, "middle > inner > middle");
  EXPECT_FALSE(added[0].gated);
}

// That each says that he nests is no order. Each has a gate around: the same, or one of his own.
TEST(LockOrder, TwoOfOneClassHaveAnOrderToo) {
  const auto both_ways = [](bool same_gate) {
    return Problems([same_gate] {
      ksync::Mutex gate(kOuter), other_gate(kOuter), a(kInner), b(kInner);
      const auto both = [](ksync::Mutex& around, ksync::Mutex& first, ksync::Mutex& second) {
        const ksync::Guard gate_held(around);
        const ksync::Guard first_held(first);
        second.LockNested(ksync::Nesting::kSecond);
        second.Unlock();
      };
      both(gate, a, b);
      both(same_gate ? gate : other_gate, b, a);
    });
  };
  const std::string text = "potential deadlock: two inner, each asked for under the other";
  EXPECT_EQ(both_ways(true), Texts{text + "; cannot happen, because each holds outer (gated)"});
  EXPECT_EQ(both_ways(false), Texts{text});
}

TEST(LockOrder, TwoOfOneClassAreAllowedWhereThatIsSaid) {
  const auto both = [](bool says) {
    return Problems([says] {
      ksync::Mutex a(kOuter), b(kOuter);
      const ksync::Guard first(a);
      says ? b.LockNested(ksync::Nesting::kSecond) : b.Lock();
      b.Unlock();
    });
  };
  EXPECT_EQ(both(true), Texts{});
  EXPECT_EQ(both(false), Texts{"two of one class: outer is held when outer is asked for"});
}

TEST(LockOrder, WhatSleepsIsNotTakenWhereNobodyMaySleep) {
  EXPECT_EQ(Problems([] {
              ksync::Mutex sleeps(kOuter);
              ksync::SpinLock spins(kSpinning);
              const ksync::RcuReadGuard section;
              const ksync::Guard first(spins);
            }),
            Texts{});
  EXPECT_EQ(Problems([] {
              ksync::Mutex sleeps(kOuter);
              const ksync::RcuReadGuard section;
              const ksync::Guard first(sleeps);
            }),
            Texts{"sleeps in a read-side section: rcu_read_lock is held when outer is asked for"});
}

// Failures ----------------------------------------------------------------------------------------

// Of mistakes clang would name most.
void FailInOneOfFourWays() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  ksync::Mutex mutex(kOuter);
  ksync::RwSemaphore semaphore(kInner);
  switch (ksync::Choose(4)) {
    case 0:
      return ksync::Check(false, "something else");
    case 1:
      return mutex.Unlock();
    case 2:
      mutex.Lock();
      return mutex.Lock();
    default:
      return semaphore.UnlockShared();
  }
}

// Each is told of once, the last of them as it is replayed.
TEST(LockFailures, NoneHidesBehindAnother) {
  std::vector<Replay> failing;
  Options options;
  options.stop_at_failure = false;
  options.on_failure = [&failing](const Replay& replay) { failing.push_back(replay); };
  Check(options, FailInOneOfFourWays);
  std::vector<std::string> kinds;
  for (const Replay& replay : failing) kinds.push_back(replay.failure);
  std::sort(kinds.begin(), kinds.end());
  EXPECT_EQ(kinds,
            (std::vector<std::string>{"deadlock", "failed check", "lock misuse", "lock misuse"}));
  for (const Replay& replay : failing) {
    const Report report = CheckReplay(Options(), FailInOneOfFourWays, replay);
    EXPECT_EQ(report.failure, replay.message);
  }
}

}  // namespace
}  // namespace models

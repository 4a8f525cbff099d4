// What is seen of locks and fields, on programs of a few lines whose every execution one can think
// through.
#include <functional>
#include <string>

#include "core/sync/sync.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/locks/discipline.h"
#include "models/locks/lock_observer.h"
#include "models/locks/lock_order.h"
#include "models/locks/lock_verdict.h"

namespace models {
namespace {

constexpr ksync::LockClass kOuter{"outer", 10, true};
constexpr ksync::LockClass kMiddle{"middle", 20, true};
constexpr ksync::LockClass kInner{"inner", 30, true};
constexpr ksync::LockClass kSpinning{"spinning", 40};

struct Watched {
  Observations seen;
  Report report;
};

Watched Watch(const std::function<void()>& program) {
  Watched watched;
  LockObserver observer(watched.seen, {"program", "rc11"});
  Options options;
  options.observer = &observer;
  options.stop_at_failure = false;
  watched.report = Check(options, program);
  return watched;
}

std::vector<std::string> Problems(const std::function<void()>& program) {
  const Watched watched = Watch(program);
  std::vector<std::string> texts;
  for (const OrderProblem& problem : FindOrderProblems(watched.seen)) {
    texts.push_back(std::string(MistakeName(problem.mistake)) + ": " + problem.text +
                    (problem.gated ? " (gated)" : ""));
  }
  return texts;
}
using Texts = std::vector<std::string>;

Judged JudgeText(const std::string& claim, const Observations& seen) {
  const LockClaims parsed =
      ParseLockClaims(claim, {{"outer", "middle", "inner", "spinning"}, {"G0"}});
  EXPECT_EQ(parsed.claims.size(), 1u) << claim;
  return Judge(parsed.claims.at(0), seen);
}

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

// Discipline --------------------------------------------------------------------------------------

std::string RuleOf(const Watched& watched, const std::string& name, bool writes) {
  const std::optional<int> field = watched.seen.FindField(name);
  if (!field.has_value()) return "";
  const std::optional<LockRule> rule = StrongestRule(watched.seen, *field, writes);
  return rule.has_value() ? rule->Text() : "";
}

struct Object {
  ksync::RwSemaphore lock{kOuter};
  ksync::Mutex second{kInner};
  ksync::Marked<int> field{0, "field"};
};

// One reads under the outer lock, shared; one writes under both.
void ReadSharedBesideWriteUnderBoth() {
  Object object;
  ksync::Thread reader([&] {
    const ksync::SharedGuard guard(object.lock);
    object.field.Read();
  });
  const ksync::Guard guard(object.lock);
  const ksync::Guard more(object.second);
  object.field.Write(1);
}

TEST(LockDiscipline, TheStrongestRuleIsWhatEveryAccessHad) {
  const Watched watched = Watch(ReadSharedBesideWriteUnderBoth);
  EXPECT_EQ(RuleOf(watched, "field", true), "outer(W) and inner(W)");
  EXPECT_EQ(RuleOf(watched, "field", false), "outer(R)");
  EXPECT_EQ(CommonLocks(watched.seen, *watched.seen.FindField("field")), "outer");
  EXPECT_EQ(JudgeText("field field: common lock", watched.seen).verdict, LockVerdict::kHolds);
  EXPECT_EQ(JudgeText("field field: read outer(W)", watched.seen).verdict, LockVerdict::kViolated);
}

TEST(LockDiscipline, ASampleRefutesButDoesNotProve) {
  Watched watched = Watch(ReadSharedBesideWriteUnderBoth);
  const auto verdict = [&](const std::string& claim) {
    return JudgeText(claim, watched.seen).verdict;
  };
  EXPECT_EQ(verdict("order outer > inner"), LockVerdict::kHolds);
  watched.seen.is_sample = true;
  EXPECT_EQ(verdict("order outer > inner"), LockVerdict::kNotRefuted);
  EXPECT_EQ(verdict("field field: common lock"), LockVerdict::kNotRefuted);
  EXPECT_EQ(verdict("field field: no common lock"), LockVerdict::kNotExercised);
  EXPECT_EQ(verdict("field field: read outer(W)"), LockVerdict::kViolated);
  EXPECT_EQ(verdict("order inner > outer"), LockVerdict::kViolated);
  EXPECT_EQ(verdict("lock outer sleeps"), LockVerdict::kHolds);
}

TEST(LockDiscipline, WhatCannotBeViolatedSaysNothing) {
  const Observations seen;
  EXPECT_EQ(JudgeText("field field: read nothing", seen).verdict, LockVerdict::kSaysNothing);
  EXPECT_EQ(JudgeText("field field: write nothing; read nothing", seen).verdict,
            LockVerdict::kSaysNothing);
  EXPECT_EQ(JudgeText("field field: write outer; read nothing", seen).verdict,
            LockVerdict::kNotExercised);
}

TEST(LockDiscipline, DifferentReadersMayHaveDifferentLocks) {
  const Watched watched = Watch([] {
    Object object;
    ksync::Thread one([&] {
      const ksync::SharedGuard guard(object.lock);
      object.field.Read();
    });
    ksync::Thread two([&] {
      const ksync::Guard guard(object.second);
      object.field.Read();
    });
    const ksync::Guard guard(object.lock);
    const ksync::Guard more(object.second);
    object.field.Write(1);
  });
  EXPECT_EQ(RuleOf(watched, "field", false), "outer(R) or inner(W)");
  EXPECT_EQ(CommonLocks(watched.seen, *watched.seen.FindField("field")), "outer; inner");
}

TEST(LockDiscipline, AnotherLockOfTheClassGuardsNothing) {
  const Watched watched = Watch([] {
    Object object, other;
    ksync::Thread reader([&] {
      const ksync::SharedGuard guard(other.lock);
      object.field.Read();
    });
    const ksync::Guard guard(object.lock);
    object.field.Write(1);
  });
  EXPECT_EQ(RuleOf(watched, "field", false), "nothing");
  const Judged judged = JudgeText("field field: read outer", watched.seen);
  EXPECT_EQ(judged.verdict, LockVerdict::kViolated);
  EXPECT_NE(judged.why.find("field is read while another outer(R) is held"), std::string::npos)
      << judged.why;
  EXPECT_EQ(JudgeText("field field: no common lock", watched.seen).verdict, LockVerdict::kHolds);
}

TEST(LockDiscipline, WhatTwoThreadsCannotBothDoNeedsNoLock) {
  const Watched watched = Watch([] {
    Object object;
    object.field.Write(1);  // Nobody else has begun.
    ksync::Thread writer([&] {
      const ksync::Guard guard(object.lock);
      object.field.Write(2);
    });
    {
      const ksync::SharedGuard guard(object.lock);
      object.field.Read();
    }
    writer.Join();
    object.field.Write(3);  // Nobody else goes on.
  });
  EXPECT_EQ(RuleOf(watched, "field", true), "outer(W)");
  EXPECT_EQ(RuleOf(watched, "field", false), "outer(R)");
}

TEST(LockDiscipline, WhatIsNotPublishedYetNeedsNoLock) {
  const Watched watched = Watch([] {
    ksync::Mutex lock(kOuter);
    ksync::Plain<Object*> published(nullptr, "published");
    Object* made = nullptr;
    ksync::Thread reader([&] {
      const ksync::Guard guard(lock);
      Object* const found = published.Read();
      if (found != nullptr) found->field.Read();
    });
    made = ksync::New<Object>();
    made->field.Write(1);
    {
      const ksync::Guard guard(lock);
      published.Write(made);
      made->field.Write(2);
    }
    reader.Join();
    ksync::Delete(made);
  });
  EXPECT_EQ(RuleOf(watched, "published", true), "outer(W)");
  EXPECT_EQ(RuleOf(watched, "field", true), "");  // Before it was published, or by then nobody's.
}

TEST(LockDiscipline, AFieldThatOneThreadHasIsNotExercised) {
  const Watched watched = Watch([] {
    Object object;
    object.field.Write(1);
  });
  EXPECT_EQ(JudgeText("field nothing.at.all: common lock", watched.seen).verdict,
            LockVerdict::kNotExercised);
}

// The last user -----------------------------------------------------------------------------------

// Two write under the lock, and whoever goes last once more without it.
void WriteAndLeave(Object& object, ksync::Atomic<int>& users) {
  {
    const ksync::Guard guard(object.lock);
    object.field.Write(1);
  }
  // Order: acq_rel, so that the last one comes behind all that the others did.
  if (users.FetchSub(1, ksync::acq_rel) != 1) return;
  object.lock.AssertLastUser();
  object.field.Write(2);
}

TEST(LastUser, DoesWithoutTheLock) {
  const Watched watched = Watch([] {
    Object object;
    ksync::Atomic<int> users(2, "users");
    ksync::Thread other([&] { WriteAndLeave(object, users); });
    WriteAndLeave(object, users);
  });
  EXPECT_EQ(RuleOf(watched, "field", true), "outer(W) or last user");
  const auto verdict = [&](const std::string& claim) {
    return JudgeText(claim, watched.seen).verdict;
  };
  EXPECT_EQ(verdict("field field: write outer or last user"), LockVerdict::kHolds);
  EXPECT_EQ(verdict("field field: write last user"), LockVerdict::kViolated);
  EXPECT_EQ(verdict("field field: common lock"), LockVerdict::kHolds);
  const Judged judged = JudgeText("field field: write outer", watched.seen);
  EXPECT_EQ(judged.verdict, LockVerdict::kViolated);
  EXPECT_NE(judged.why.find("field is written while outer(last user) is held"), std::string::npos)
      << judged.why;
}

// One says that it is the last user of a lock and writes; `other` is what a second thread does.
Watched WatchBesideLastUser(const std::function<void(Object&)>& other) {
  return Watch([&other] {
    Object object;
    ksync::Thread thread([&] { other(object); });
    object.lock.AssertLastUser();
    object.field.Write(2);
  });
}

TEST(LastUser, IsNoneWhereAnotherTakesTheLock) {
  const Watched watched = WatchBesideLastUser([](Object& object) {
    const ksync::Guard guard(object.lock);
    object.field.Write(1);
  });
  const Judged judged = JudgeText("field field: write outer or last user", watched.seen);
  EXPECT_EQ(judged.verdict, LockVerdict::kViolated);
  EXPECT_NE(judged.why.find("field is written while outer(not the last user) is held"),
            std::string::npos)
      << judged.why;
  EXPECT_EQ(JudgeText("field field: no common lock", watched.seen).verdict, LockVerdict::kHolds);
}

TEST(LastUser, IsNoneWhereAnotherTriesTheLock) {
  const Watched watched = WatchBesideLastUser([](Object& object) {
    object.field.Read();
    if (object.lock.TryLockShared()) object.lock.UnlockShared();
  });
  EXPECT_EQ(JudgeText("field field: write last user", watched.seen).verdict,
            LockVerdict::kViolated);
}

TEST(LastUser, ThereAreNotTwo) {
  const Watched watched = WatchBesideLastUser([](Object& object) {
    object.lock.AssertLastUser();
    object.field.Write(1);
  });
  EXPECT_EQ(JudgeText("field field: write last user", watched.seen).verdict,
            LockVerdict::kViolated);
}

TEST(LastUser, OfAnotherLockOfTheClassIsNone) {
  const Watched watched = Watch([] {
    Object object, other;
    ksync::Thread writer([&] {
      const ksync::Guard guard(object.lock);
      object.field.Write(1);
    });
    other.lock.AssertLastUser();
    object.field.Read();
  });
  const Judged judged = JudgeText("field field: read last user", watched.seen);
  EXPECT_EQ(judged.verdict, LockVerdict::kViolated);
  EXPECT_NE(judged.why.find("while another outer(last user) is held"), std::string::npos)
      << judged.why;
}

// Witnesses ---------------------------------------------------------------------------------------

void Unguarded() {
  Object object;
  ksync::Thread writer([&] { object.field.Write(1); });
  const ksync::Guard guard(object.lock);
  object.field.Read();
}

TEST(LockWitness, IsRunAgain) {
  const Watched watched = Watch(Unguarded);
  const Judged judged = JudgeText("field field: write outer", watched.seen);
  ASSERT_EQ(judged.verdict, LockVerdict::kViolated);
  ASSERT_NE(judged.shown_by, nullptr);
  const Replay replay = judged.shown_by->witness.ToReplay();
  Observations again;
  LockObserver observer(again, {"program", "rc11"}, replay.message);
  Options options;
  options.observer = &observer;
  const Report report = CheckReplay(options, Unguarded, replay);
  EXPECT_EQ(report.failure_kind, FailureKind::kLockRule) << report;
  EXPECT_EQ(report.failure, replay.message);
  EXPECT_FALSE(report.trace.empty());
}

TEST(LockWitness, OfAnotherSentenceIsNotShown) {
  const Watched watched = Watch(Unguarded);
  const Judged judged = JudgeText("field field: write outer", watched.seen);
  Observations again;
  LockObserver observer(again, {"program", "rc11"}, "something else");
  Options options;
  options.observer = &observer;
  const Report report = CheckReplay(options, Unguarded, judged.shown_by->witness.ToReplay());
  EXPECT_EQ(report.failure_kind, FailureKind::kNone) << report;
}

}  // namespace
}  // namespace models

// What is seen of fields, on programs of a few lines whose every execution one can think through.
// Of the order of locks: lock_order_test.cc.
#include <functional>
#include <string>
#include <vector>

#include "core/sync/sync.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/locks/discipline.h"
#include "models/locks/lock_observer.h"
#include "models/locks/lock_verdict.h"
#include "models/testing/watch_locks.h"

namespace models {
namespace {

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

// What comes last of a thread may still meet what another one does: that all of one came first was
// the lock's doing.
TEST(LockDiscipline, ALockThatOrdersWholeThreadsIsALockAllTheSame) {
  const Watched watched = Watch([] {
    Object object;
    const auto write = [&object](int value) {
      const ksync::Guard guard(object.lock);
      object.field.Write(value);
    };
    ksync::Thread one([&] { write(1); }), two([&] { write(2); });
    one.Join();
    two.Join();
    object.field.Write(3);
  });
  EXPECT_EQ(RuleOf(watched, "field", true), "outer(W)");
  EXPECT_EQ(JudgeText("field field: common lock", watched.seen).verdict, LockVerdict::kHolds);
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
    if (!object.lock.TryLockShared()) return;
    object.field.Read();
    object.lock.UnlockShared();
  });
  EXPECT_EQ(JudgeText("field field: write last user", watched.seen).verdict,
            LockVerdict::kViolated);
}

// Who still takes the lock, to learn that nothing is left to be done, uses nothing that it guards.
TEST(LastUser, MayMeetWhoTouchesNothingUnderTheLock) {
  const Watched watched = WatchBesideLastUser([](Object& object) {
    object.field.Read();
    const ksync::Guard guard(object.lock);
  });
  EXPECT_EQ(JudgeText("field field: write last user", watched.seen).verdict, LockVerdict::kHolds);
  EXPECT_EQ(JudgeText("field field: common lock", watched.seen).verdict, LockVerdict::kViolated);
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

// Readers of a class that no writer takes: that they have one lock in common is all that is said.
TEST(LockDiscipline, ALockOfReadersAloneKeepsNoWriterOut) {
  const auto readers = [](bool same) {
    return Watch([same] {
      Object object, other;
      const auto read = [&object](ksync::RwSemaphore& lock) {
        const ksync::SharedGuard guard(lock);
        object.field.Read();
      };
      ksync::Thread one([&] { read(object.lock); });
      ksync::Thread two([&] { read(same ? object.lock : other.lock); });
      object.field.Write(1);
    });
  };
  const auto verdict = [](const Watched& watched, const std::string& claim) {
    return JudgeText(claim, watched.seen).verdict;
  };
  const Watched one_lock = readers(true);
  EXPECT_EQ(verdict(one_lock, "field field: read outer"), LockVerdict::kHolds);
  EXPECT_EQ(verdict(one_lock, "field field: common lock"), LockVerdict::kViolated);
  EXPECT_EQ(verdict(readers(false), "field field: read outer"), LockVerdict::kViolated);
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

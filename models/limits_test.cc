// Limits cut a search, and a cut search is never called a proof; replays; and what a report says
// about either.
#include <functional>
#include <string>

#include "core/sync/sync.h"
#include "gtest/gtest.h"
#include "models/check.h"

namespace models {
namespace {

using ksync::acquire;
using ksync::Atomic;
using ksync::relaxed;
using ksync::Thread;

// Five threads add to one counter: 120 executions.
void FiveIncrements() {
  Atomic<int> x(0, "x");
  Thread a([&] { x.FetchAdd(1, relaxed); });
  Thread b([&] { x.FetchAdd(1, relaxed); });
  Thread c([&] { x.FetchAdd(1, relaxed); });
  Thread d([&] { x.FetchAdd(1, relaxed); });
  Thread e([&] { x.FetchAdd(1, relaxed); });
}

void ExpectCut(const Report& report, const std::string& limit) {
  EXPECT_EQ(report.verdict, Verdict::kUndecided) << report;
  EXPECT_FALSE(report.exhaustive);
  EXPECT_NE(report.limit_hit.find(limit), std::string::npos) << report.limit_hit;
}

TEST(Limits, WithoutAnyTheSearchIsExhaustive) {
  const Report report = Check({}, FiveIncrements);
  EXPECT_EQ(report.verdict, Verdict::kHolds);
  EXPECT_TRUE(report.exhaustive);
  EXPECT_EQ(report.executions, 120u);
  EXPECT_EQ(report.limit_hit, "");
}

TEST(Limits, ExecutionsMaxCuts) {
  Options options;
  options.executions_max = 119;
  const Report report = Check(options, FiveIncrements);
  ExpectCut(report, "executions_max");
  EXPECT_EQ(report.executions, 119u);
}

TEST(Limits, ExecutionsMaxThatIsEnoughDoesNotCut) {
  Options options;
  options.executions_max = 120;
  EXPECT_TRUE(Check(options, FiveIncrements).exhaustive);
}

TEST(Limits, AnInterruptCutsBeforeTheNextExecution) {
  int asked = 0;
  Options options;
  options.interrupted = [&asked] { return ++asked == 7; };
  const Report report = Check(options, FiveIncrements);
  ExpectCut(report, "interrupt");
  EXPECT_EQ(report.executions + report.blocked, 7u);
}

TEST(Limits, EventsMaxCuts) {
  Options options;
  options.events_max = 10;
  ExpectCut(Check(options, FiveIncrements), "events_max");
}

// Enough executions for the clock to be read.
void TwiceNineIncrements() {
  Atomic<int> x(0, "x");
  const auto add = [&x] {
    for (int i = 0; i < 9; ++i) x.FetchAdd(1, relaxed);
  };
  Thread a(add);
  Thread b(add);
}

TEST(Limits, SecondsMaxCuts) {
  Options options;
  options.seconds_max = 1e-6;
  ExpectCut(Check(options, TwiceNineIncrements), "seconds_max");
}

TEST(Limits, SecondsMaxMayBeMoreThanAClockCanSay) {
  Options options;
  options.seconds_max = 1e300;
  EXPECT_TRUE(Check(options, TwiceNineIncrements).exhaustive);
}

// The loop could go on reading 0 after the store for any number of rounds.
TEST(Limits, ALoopOverOldValuesIsNoProof) {
  ExpectCut(Check({},
                  [] {
                    Atomic<int> flag(0, "flag");
                    Thread setter([&] { flag.Store(1, ksync::release); });
                    while (flag.Load(acquire) == 0) {
                    }
                  }),
            "limits_test.cc:");
}

TEST(Limits, AFailureBeforeTheLimitIsAFailure) {
  Options options;
  options.executions_max = 3;
  const Report report = Check(options, [] { ksync::Check(false, "never true"); });
  EXPECT_EQ(report.verdict, Verdict::kViolated);
}

TEST(Limits, CountingOnBehindAFailureVisitsEverything) {
  Options options;
  options.stop_at_failure = false;
  const Report report = Check(options, [] {
    Atomic<int> x(0, "x");
    Thread writer([&] { x.Store(1, relaxed); });
    ksync::Check(x.Load(relaxed) == 0, "the store was not seen");
  });
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  EXPECT_TRUE(report.exhaustive);
  EXPECT_EQ(report.executions, 1u);
}

TEST(Limits, MoreThreadsThanTheEngineHasAreRefused) {
  const Report report = Check({}, [] {
    std::vector<std::unique_ptr<Thread>> threads;
    for (int i = 0; i < 40; ++i) threads.push_back(std::make_unique<Thread>([] {}));
  });
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  EXPECT_NE(report.failure.find("more than 32 threads"), std::string::npos) << report.failure;
}

// Replays
// -------------------------------------------------------------------------------------------

// Four writes, two reads; fails only if the reader sees 2 and then, in y, nothing.
void RareFailure() {
  Atomic<int> x(0, "x"), y(0, "y");
  Thread writer([&] {
    y.Store(1, relaxed);
    x.Store(1, relaxed);
    x.Store(2, relaxed);
  });
  const int first = x.Load(relaxed);
  const int second = y.Load(relaxed);
  writer.Join();
  ksync::Check(first != 2 || second == 1, "y comes before x");
}

TEST(Replay, ReproducesTheFailureAndNothingElse) {
  const Report found = Check({}, RareFailure);
  ASSERT_EQ(found.verdict, Verdict::kViolated);
  const Report again = CheckReplay({}, RareFailure, found.replay);
  EXPECT_EQ(again.verdict, Verdict::kViolated);
  EXPECT_EQ(again.failure, found.failure);
  EXPECT_EQ(again.trace.lines.size(), found.trace.lines.size());
}

TEST(Replay, OfAnotherProgramIsNondeterminism) {
  const Report found = Check({}, RareFailure);
  const Report other = CheckReplay({}, FiveIncrements, found.replay);
  EXPECT_EQ(other.failure_kind, FailureKind::kNondeterminism) << other;
}

TEST(Replay, OfAMendedProgramFindsNothingAndProvesNothing) {
  const Report found = Check({}, [] {
    Atomic<int> x(0, "x");
    Thread writer([&] { x.Store(1, relaxed); });
    ksync::Check(x.Load(relaxed) == 0, "the store was not seen");
  });
  ASSERT_EQ(found.verdict, Verdict::kViolated);
  const Report mended = CheckReplay(
      {},
      [] {
        Atomic<int> x(0, "x");
        Thread writer([&] { x.Store(1, relaxed); });
        x.Load(relaxed);
      },
      found.replay);
  EXPECT_NE(mended.verdict, Verdict::kHolds) << mended;
  EXPECT_FALSE(mended.exhaustive);
}

TEST(Replay, WithNonsenseStepsIsRefusedAndDoesNotCrash) {
  Report found = Check({}, RareFailure);
  for (std::size_t i = 0; i < found.replay.steps.size(); ++i) {
    Replay broken = found.replay;
    broken.steps[i].thread = 31;
    EXPECT_EQ(CheckReplay({}, RareFailure, broken).failure_kind, FailureKind::kNondeterminism);
    broken = found.replay;
    broken.steps[i].rf = {30, 3};
    EXPECT_NE(CheckReplay({}, RareFailure, broken).verdict, Verdict::kHolds);
  }
}

// An edited replay must not show what no memory model allows: every read made to read the initial
// value, every write moved.
TEST(Replay, OfAnImpossibleExecutionIsRefused) {
  const auto program = [] {
    Atomic<int> x(0, "x");
    Thread writer([&] { x.Store(1, relaxed); });
    writer.Join();
    x.Store(2, relaxed);
    const int seen = x.Load(relaxed);
    ksync::Check(seen != 2, "planted");
  };
  const Report found = Check({}, program);
  ASSERT_EQ(found.failure_kind, FailureKind::kCheckFailed);
  int refused = 0;
  for (std::size_t i = 0; i < found.replay.steps.size(); ++i) {
    Replay edited = found.replay;
    if (edited.steps[i].rf != kNoEvent) edited.steps[i].rf = kInit;
    if (edited.steps[i].mo != 0) edited.steps[i].mo = 3 - edited.steps[i].mo;
    if (edited.steps[i].rf == found.replay.steps[i].rf &&
        edited.steps[i].mo == found.replay.steps[i].mo) {
      continue;
    }
    EXPECT_EQ(CheckReplay({}, program, edited).failure_kind, FailureKind::kNondeterminism) << i;
    ++refused;
  }
  EXPECT_GE(refused, 2);
}

TEST(Replay, ThatEndsTooEarlyIsRefused) {
  const Report found = Check({}, RareFailure);
  for (std::size_t kept = 0; kept < found.replay.steps.size(); ++kept) {
    for (const int then : {-1, 0, 1}) {  // -1: nobody.
      Replay shorter = found.replay;
      shorter.steps.resize(kept);
      shorter.then = then;
      EXPECT_EQ(CheckReplay({}, RareFailure, shorter).failure_kind, FailureKind::kNondeterminism)
          << kept << " steps, then T" << then;
    }
  }
}

TEST(Replay, WithStepsLeftOverIsRefused) {
  const Report found = Check({}, RareFailure);
  Replay longer = found.replay;
  longer.steps.push_back(longer.steps.back());
  EXPECT_EQ(CheckReplay({}, RareFailure, longer).failure_kind, FailureKind::kNondeterminism);
}

// The search meets the two grandchildren in one order, the failing execution alone in another.
TEST(Replay, OfThreadsThatThreadsMadeIsTheSame) {
  const auto program = [] {
    Atomic<int> x(0, "x"), y(0, "y");
    int seen = 0;
    Thread one([&] {
      if (x.Load(relaxed) == 0) {
        Thread child([&] { y.Store(1, relaxed); });
      } else {
        seen = 1;
      }
    });
    Thread two([&] {
      x.Store(1, relaxed);
      Thread child([&] { y.Store(2, relaxed); });
    });
    one.Join();
    two.Join();
    ksync::Check(seen == 0 || y.Load(relaxed) != 2, "planted");
  };
  const Report found = Check({}, program);
  ASSERT_EQ(found.failure_kind, FailureKind::kCheckFailed) << found;
  EXPECT_EQ(CheckReplay({}, program, found.replay).failure, found.failure);
}

TEST(Replay, OfADeadlockIsTheSameDeadlock) {
  constexpr ksync::LockClass kLock{"lock"};
  const auto program = [&] {
    ksync::Mutex a(kLock), b(kLock);
    Thread one([&] {
      ksync::Guard<ksync::Mutex> first(a);
      ksync::Guard<ksync::Mutex> second(b);
    });
    Thread two([&] {
      ksync::Guard<ksync::Mutex> first(b);
      ksync::Guard<ksync::Mutex> second(a);
    });
  };
  const Report found = Check({}, program);
  ASSERT_EQ(found.failure_kind, FailureKind::kDeadlock);
  EXPECT_EQ(CheckReplay({}, program, found.replay).failure, found.failure);
}

// The three models are told apart
// ---------------------------------------------------------------------

TEST(MemoryModels, StoreBufferingIsAllowedByRc11AndForbiddenBySc) {
  const auto program = [] {
    Atomic<int> x(0, "x"), y(0, "y");
    int seen = 0;
    Thread left([&] {
      x.Store(1, relaxed);
      seen += y.Load(relaxed);
    });
    y.Store(1, relaxed);
    const int mine = x.Load(relaxed);
    left.Join();
    ksync::Check(mine + seen > 0, "one of the two saw the other");
  };
  Options options;
  EXPECT_EQ(Check(options, program).verdict, Verdict::kViolated);
  options.memory_model = MemoryModelKind::kSc;
  EXPECT_EQ(Check(options, program).verdict, Verdict::kHolds);
}

// A later store of the releasing thread carries the release sequence on, until C++20.
TEST(MemoryModels, ReleaseSequencesDifferBetweenRc11AndCpp20) {
  const auto program = [] {
    ksync::Plain<int> data(0, "data");
    Atomic<int> flag(0, "flag");
    Thread sender([&] {
      data.Write(1);
      flag.Store(1, ksync::release);
      flag.Store(2, relaxed);
    });
    if (flag.Load(acquire) == 2) data.Read();
    sender.Join();
  };
  Options options;
  EXPECT_EQ(Check(options, program).verdict, Verdict::kHolds);
  options.memory_model = MemoryModelKind::kCpp20;
  EXPECT_EQ(Check(options, program).failure_kind, FailureKind::kDataRace);
}

}  // namespace
}  // namespace models

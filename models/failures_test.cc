// Every detector has its planted fault: one small wrong program for each kind of failure, and where
// a near miss exists, the right program beside it that must pass.
#include <cmath>
#include <memory>
#include <set>
#include <stdexcept>
#include <vector>

#include "core/sync/sync.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/testing/expect.h"

#if defined(__clang__)
// The planted lock faults are just what clang's analysis is there to refuse.
#pragma clang diagnostic ignored "-Wthread-safety-analysis"
#endif

namespace models {
namespace {

using ksync::acquire;
using ksync::Atomic;
using ksync::LockClass;
using ksync::Mutex;
using ksync::Plain;
using ksync::relaxed;
using ksync::release;
using ksync::RwLock;
using ksync::Thread;

constexpr LockClass kLock{"a_lock"};
constexpr LockClass kOther{"b_lock"};

// Checks ------------------------------------------------------------------------------------------

TEST(FailedCheck, IsFoundInTheOneExecutionThatBreaksIt) {
  ExpectFailure(FailureKind::kCheckFailed, [] {
    Atomic<int> x(0, "x");
    Thread writer([&] { x.Store(1, relaxed); });
    const int seen = x.Load(relaxed);
    writer.Join();
    ksync::Check(seen == 1, "the store was seen");
  });
}

TEST(FailedCheck, StoreBufferingIsFoundUnlessSeqCst) {
  const auto program = [](ksync::Order order) {
    return [order] {
      Atomic<int> x(0, "x"), y(0, "y");
      int r0 = 0, r1 = 0;
      Thread left([&] {
        x.Store(1, order);
        r0 = y.Load(order);
      });
      Thread right([&] {
        y.Store(1, order);
        r1 = x.Load(order);
      });
      left.Join();
      right.Join();
      ksync::Check(r0 == 1 || r1 == 1, "one of the two saw the other");
    };
  };
  const auto order_of = [](bool strong) { return strong ? ksync::seq_cst : ksync::acq_rel; };
  ExpectHolds(program(order_of(true)));
  ExpectFailure(FailureKind::kCheckFailed, program(relaxed));
}

// Races -------------------------------------------------------------------------------------------

// Message passing over a flag; `order` makes it right or wrong.
std::function<void()> MessagePassing(ksync::Order store, ksync::Order load) {
  return [store, load] {
    Plain<int> data(0, "data");
    Atomic<int> flag(0, "flag");
    Thread sender([&] {
      data.Write(42);
      flag.Store(1, store);
    });
    if (flag.Load(load) == 1) ksync::Check(data.Read() == 42, "the message arrived");
    sender.Join();
  };
}

TEST(DataRace, AMissingReleaseIsARace) {
  ExpectFailure(FailureKind::kDataRace, MessagePassing(relaxed, acquire));
}

TEST(DataRace, AMissingAcquireIsARace) {
  ExpectFailure(FailureKind::kDataRace, MessagePassing(release, relaxed));
}

TEST(DataRace, ReleaseAndAcquireMakeNoRace) { ExpectHolds(MessagePassing(release, acquire)); }

TEST(DataRace, TwoWritersRaceAndBothPlacesAreNamed) {
  const Report report = RunChecked([] {
    Plain<int> x(0, "counter");
    Thread one([&] { x.Write(1); });
    Thread two([&] { x.Write(2); });
  });
  EXPECT_EQ(report.failure_kind, FailureKind::kDataRace);
  EXPECT_NE(report.failure.find("counter"), std::string::npos) << report.failure;
  EXPECT_NE(report.failure.find("T1"), std::string::npos) << report.failure;
  EXPECT_NE(report.failure.find("T2"), std::string::npos) << report.failure;
}

TEST(DataRace, ConcurrentReadersDoNotRace) {
  ExpectHolds([] {
    Plain<int> x(7, "x");
    Thread one([&] { x.Read(); });
    Thread two([&] { x.Read(); });
  });
}

TEST(DataRace, PublishingAnAtomicRelaxedRacesWithItsInitialisation) {
  struct Box {
    Atomic<int> value{5, "value"};
  };
  const auto program = [](ksync::Order store, ksync::Order load) {
    return [store, load] {
      Atomic<Box*> shared(nullptr, "shared");
      Thread publisher([&] { shared.Store(ksync::New<Box>(), store); });
      if (Box* box = shared.Load(load)) box->value.Load(relaxed);
      publisher.Join();
      ksync::Delete(shared.Load(relaxed));
    };
  };
  ExpectFailure(FailureKind::kDataRace, program(relaxed, relaxed));
  ExpectHolds(program(release, acquire));
}

// Waiting -----------------------------------------------------------------------------------------

TEST(Deadlock, TwoLocksInOppositeOrderNamesWhoWaitsForWhatAndWhoHoldsIt) {
  const Report report = RunChecked([] {
    Mutex a(kLock), b(kOther);
    Thread one([&] {
      ksync::Guard<Mutex> first(a);
      ksync::Guard<Mutex> second(b);
    });
    Thread two([&] {
      ksync::Guard<Mutex> first(b);
      ksync::Guard<Mutex> second(a);
    });
  });
  EXPECT_EQ(report.failure_kind, FailureKind::kDeadlock) << report;
  EXPECT_NE(report.failure.find("waits for b_lock, held by T2"), std::string::npos)
      << report.failure;
  EXPECT_NE(report.failure.find("waits for a_lock, held by T1"), std::string::npos)
      << report.failure;
}

TEST(Deadlock, LockingTwice) {
  ExpectFailure(FailureKind::kDeadlock, [] {
    Mutex a(kLock);
    a.Lock();
    a.Lock();
    a.Unlock();
  });
}

TEST(Deadlock, AWaitThatNobodyEnds) {
  ExpectFailure(FailureKind::kDeadlock, [] {
    Atomic<int> flag(0, "flag");
    flag.WaitUntilEqual(1, acquire);
  });
}

// A revisit blocks the first step of the other thread, which the failing run then never starts.
TEST(Deadlock, NamesAlsoWhoWasBlockedAtItsFirstStep) {
  const Report report = RunChecked([] {
    Mutex m(kLock);
    Atomic<int> f(0, "f");
    Thread one([&] {
      m.Lock();
      f.Store(1, release);
      m.Unlock();
    });
    Thread two([&] {
      m.Lock();
      f.WaitUntilEqual(1, acquire);
      m.Unlock();
    });
  });
  EXPECT_EQ(report.failure_kind, FailureKind::kDeadlock) << report;
  EXPECT_NE(report.failure.find("T1 'thread' waits for a_lock, held by T2"), std::string::npos)
      << report.failure;
  EXPECT_NE(report.failure.find("T2 'thread' waits for a change of f"), std::string::npos)
      << report.failure;
}

TEST(Deadlock, APartialOneIsOneToo) {
  ExpectFailure(FailureKind::kDeadlock, [] {
    Mutex a(kLock);
    Atomic<int> done(0, "done");
    Thread fine([&] { done.Store(1, relaxed); });
    Thread stuck([&] {
      a.Lock();
      a.Lock();
      a.Unlock();
    });
    fine.Join();
  });
}

TEST(Deadlock, WaitingForAGracePeriodInsideASection) {
  ExpectFailure(FailureKind::kDeadlock, [] {
    ksync::RcuReadGuard guard;
    ksync::SynchronizeRcu();
  });
}

TEST(Deadlock, AWriterAndAnUpgradingReader) {
  ExpectFailure(FailureKind::kDeadlock, [] {
    RwLock lock(kLock);
    lock.LockShared();
    lock.Lock();
    lock.Unlock();
    lock.UnlockShared();
  });
}

TEST(LockMisuse, UnlockingWhatOneDoesNotHold) {
  ExpectFailure(FailureKind::kLockMisuse, [] {
    Mutex a(kLock);
    a.Unlock();
  });
  ExpectFailure(FailureKind::kLockMisuse, [] {
    Mutex a(kLock);
    a.Lock();
    Thread other([&] { a.Unlock(); });
    other.Join();
  });
  ExpectFailure(FailureKind::kLockMisuse, [] {
    RwLock lock(kLock);
    lock.LockShared();
    lock.Unlock();
  });
}

TEST(LockMisuse, EndingAThreadThatHoldsALock) {
  ExpectFailure(FailureKind::kLockMisuse, [] {
    Mutex a(kLock);
    Thread holder([&] { a.Lock(); });
    holder.Join();
  });
}

TEST(LockMisuse, AssertHeldIsAClaim) {
  ExpectFailure(FailureKind::kLockMisuse, [] {
    Mutex a(kLock);
    a.AssertHeld();
  });
}

TEST(LockMisuse, LeavingASectionThatWasNotEntered) {
  ExpectFailure(FailureKind::kLockMisuse, [] { ksync::RcuReadUnlock(); });
  ExpectFailure(FailureKind::kLockMisuse, [] {
    ksync::MightSleep();
    const ksync::RcuReadGuard section;
    ksync::MightSleep();
  });
}

TEST(UnboundedLoop, ASpinThatNothingEnds) {
  ExpectFailure(FailureKind::kUnboundedLoop, [] {
    Atomic<int> flag(0, "flag");
    while (flag.Load(acquire) == 0) {
    }
  });
}

TEST(UnboundedLoop, ALongLoopThatEndsIsNone) {
  ExpectHolds([] {
    Atomic<int> x(0, "x");
    for (int i = 0; i < 250; ++i) x.Load(relaxed);
  });
}

TEST(UnboundedLoop, WhoWouldEndASpinIsNotStarvedByIt) {
  Options options;
  const Report report = Check(options, [] {
    Atomic<int> x(0, "x"), y(0, "y");
    Thread spinner([&] {
      while (x.Load(acquire) == 0) {
      }
    });
    Thread ender([&] {
      for (int i = 0; i < 40; ++i) y.Load(relaxed);
      x.Store(1, release);
    });
  });
  EXPECT_EQ(report.failure_kind, FailureKind::kNone) << report;  // Cut, but no failure.
}

TEST(UnboundedLoop, ALoopThatNeverCallsTheChecker) {
  ExpectFailure(FailureKind::kUnboundedLoop, [] {
    Atomic<int> start(0, "start");
    start.Load(relaxed);
    volatile bool never = false;
    while (!never) {
    }
  });
}

// What is not the checker's fault
// -------------------------------------------------------------------

TEST(Exception, LeavingAThreadOrTheProgram) {
  ExpectFailure(FailureKind::kException, [] {
    Atomic<int> x(0, "x");
    x.Load(relaxed);
    throw std::runtime_error("planted");
  });
  const Report report = RunChecked([] {
    Thread thrower([] {
      Atomic<int> x(0, "x");
      x.Load(relaxed);
      throw 7;
    });
  });
  EXPECT_EQ(report.failure_kind, FailureKind::kException) << report;
}

TEST(Exception, CaughtInsideIsNobodysBusiness) {
  ExpectHolds([] {
    Atomic<int> x(0, "x");
    Thread other([&] { x.Store(1, relaxed); });
    try {
      throw std::runtime_error("caught");
    } catch (const std::runtime_error&) {
      x.Load(relaxed);  // Other threads run while this exception is being handled.
      other.Join();
    }
  });
}

TEST(Crash, ANullPointerIsAReportAndNotTheEndOfTheProcess) {
  ExpectFailure(FailureKind::kCrash, [] {
    Atomic<int*> pointer(nullptr, "pointer");
    volatile int* wild = pointer.Load(relaxed);
    *wild = 1;
  });
}

int Recurse(const volatile int& end, int depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(depth);
  return depth == end ? 0 : Recurse(end, depth + 1) + frame[0];
}

TEST(Crash, AStackOverflowIsNamed) {
  const Report report = RunChecked([] {
    Atomic<int> x(0, "x");
    x.Load(relaxed);
    const volatile int never = -1;
    Recurse(never, 0);
  });
  EXPECT_EQ(report.failure_kind, FailureKind::kCrash) << report;
  EXPECT_NE(report.failure.find("stack overflow"), std::string::npos) << report.failure;
}

TEST(Crash, AbortAndArithmeticAreReports) {
  ExpectFailure(FailureKind::kCrash, [] {
    Atomic<int> x(0, "x");
    x.Load(relaxed);
    std::abort();
  });
}

// After a join that never happens, nothing that the program does is an execution of it.
TEST(Crash, AnAbandonedExecutionCannotFail) {
  ExpectHolds([] {
    Atomic<int> x(0, "x");
    int value = 1;
    int* pointer = nullptr;
    Thread writer([&] { x.Store(1, relaxed); });
    {
      Thread chooser([&] {
        ksync::Assume(x.Load(relaxed) == 1);
        pointer = &value;
      });
    }
    ksync::Check(*pointer == 1, "set by the joined thread");
  });
}

TEST(Crash, TheNextCheckIsNotDisturbed) {
  for (int i = 0; i < 3; ++i) {
    ExpectFailure(FailureKind::kCrash, [] {
      Atomic<int*> pointer(nullptr, "pointer");
      volatile int* wild = pointer.Load(relaxed);
      *wild = 1;
    });
    ExpectHolds([] { Atomic<int> x(0, "x"); });
  }
}

TEST(Nondeterminism, IsReportedWithBothPlaces) {
  int runs = 0;
  const Report report = RunChecked([&runs] {
    ++runs;
    Atomic<int> x(0, "x");
    Thread writer([&] { x.Store(1, relaxed); });
    if (runs % 2 == 1) {
      x.Load(relaxed);
    } else {
      x.Store(2, relaxed);
    }
    writer.Join();
  });
  EXPECT_EQ(report.failure_kind, FailureKind::kNondeterminism) << report;
  EXPECT_NE(report.failure.find("earlier: load at failures_test.cc:"), std::string::npos)
      << report.failure;
  EXPECT_NE(report.failure.find("now: store at failures_test.cc:"), std::string::npos)
      << report.failure;
}

TEST(Nondeterminism, EndingEarlyIsDivergenceToo) {
  int runs = 0;
  const Report report = RunChecked([&runs] {
    ++runs;
    Atomic<int> x(0, "x");
    Thread writer([&] { x.Store(1, relaxed); });
    x.Load(relaxed);
    if (runs == 1) x.Load(relaxed);
    writer.Join();
  });
  EXPECT_EQ(report.failure_kind, FailureKind::kNondeterminism) << report;
}

}  // namespace
}  // namespace models

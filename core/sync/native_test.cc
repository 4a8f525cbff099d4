// What only the native back end promises: sizes, reuse order, seeds, and how misuse is noticed.
// What both back ends promise is core/sync/testing/contract.h.
#include "core/sync/native.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/sync/native_control.h"
#include "core/sync/sync.h"
#include "gtest/gtest.h"

namespace ksync::inline native {
namespace {

constexpr LockClass kLockClass{"tested lock", 0};

struct ThreeBytes {
  char bytes[3];
};
static_assert(sizeof(Plain<ThreeBytes>) == 3);
static_assert(sizeof(Plain<int>) == sizeof(int));
static_assert(sizeof(Atomic<std::uint16_t>) == 2);
static_assert(sizeof(Marked<void*>) == sizeof(void*));

// Threads make fork-style death tests unsafe.
class NativeDeathTest : public testing::Test {
 protected:
  NativeDeathTest() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

struct Counted {
  Counted() { ++built; }
  ~Counted() { --built; }
  static inline int built = 0;
};

TEST(NativeSlabCacheTest, ReusesTheLastFreedFirst) {
  SlabCache<int> cache("numbers");
  int* first = cache.Alloc();
  int* second = cache.Alloc();
  cache.Free(first);
  cache.Free(second);
  EXPECT_EQ(cache.Alloc(), second);
  EXPECT_EQ(cache.Alloc(), first);
}

TEST(NativeSlabCacheTest, BuildsOnceAndDestroysWithTheCache) {
  {
    SlabCache<Counted> cache("counted");
    Counted* first = cache.Alloc();
    cache.Alloc();
    EXPECT_EQ(Counted::built, 2);
    cache.Free(first);
    EXPECT_EQ(Counted::built, 2);
    cache.Alloc();
    EXPECT_EQ(Counted::built, 2);
  }
  EXPECT_EQ(Counted::built, 0);
}

TEST_F(NativeDeathTest, SlabObjectFreedTwice) {
  SlabCache<int> cache("numbers");
  int* object = cache.Alloc();
  cache.Free(object);
  EXPECT_DEATH(cache.Free(object), "freed twice");
}

std::vector<std::uint32_t> Choices(std::uint64_t seed) {
  SeedChoices(seed);
  std::vector<std::uint32_t> choices;
  for (int i = 0; i < 20; ++i) choices.push_back(Choose(10));
  Thread child([&choices] { choices.push_back(Choose(1'000'000)); });
  child.Join();
  return choices;
}

TEST(NativeChoiceTest, FollowsFromTheSeed) {
  EXPECT_EQ(Choices(1), Choices(1));
  EXPECT_NE(Choices(1), Choices(2));
  EXPECT_NE(Choices(1).back(), Choices(2).back()) << "a thread's choices follow as well";
}

TEST(NativeChoiceTest, ReachesBothEnds) {
  SeedChoices(1);
  std::vector<int> times(3);
  for (int i = 0; i < 300; ++i) ++times.at(Choose(3));
  EXPECT_GT(*std::ranges::min_element(times), 50);
}

int FailuresOutOf1000(int per_mille) {
  SeedChoices(1);
  SetAllocationFailureRate(per_mille);
  int failures = 0;
  for (int i = 0; i < 1000; ++i) failures += AllocationFails("object");
  SetAllocationFailureRate(0);
  return failures;
}

TEST(NativeAllocationTest, FailsAtTheRateThatWasSet) {
  EXPECT_EQ(FailuresOutOf1000(0), 0);
  EXPECT_EQ(FailuresOutOf1000(1000), 1000);
  EXPECT_GT(FailuresOutOf1000(200), 100);
  EXPECT_LT(FailuresOutOf1000(200), 300);
}

TEST_F(NativeDeathTest, BrokenCheckSaysWhere) {
  EXPECT_DEATH(Check(false, "two is three"), "native_test.cc:[0-9]+: check failed: two is three");
}

std::string observed;

TEST(NativeCheckTest, HandlerObserves) {
  InstallCheckHandler([](const char* message, Site) { observed = message; });
  Check(true, "not reported");
  EXPECT_EQ(observed, "");
  Check(false, "reported");
  EXPECT_NE(InstallCheckHandler(nullptr), nullptr);
  EXPECT_EQ(observed, "reported");
}

TEST(NativeRoundTest, CountsUnlessAnAssumeBreaks) {
  EXPECT_TRUE(TryRound([] { Assume(true); }));
  EXPECT_FALSE(TryRound([] { Assume(false); }));
  EXPECT_TRUE(TryRound([] {})) << "the next round starts afresh";
}

TEST(NativeRoundTest, NothingIsConcludedAfterABrokenAssume) {
  EXPECT_FALSE(TryRound([] {
    {
      Thread([] { Assume(false); });
    }
    Check(false, "not reported");
  }));
}

TEST(NativeRoundTest, NobodyWaitsForAThreadThatGaveUp) {
  EXPECT_FALSE(TryRound([] {
    Atomic<int> never{0, "never"};
    Thread quitter([] { Assume(false); });
    never.WaitUntilEqual(1, relaxed);  // Order: it orders nothing; it never happens.
  }));
}

template <typename L>
class NativeLockTest : public testing::Test {};
using Locks = testing::Types<SpinLock, Mutex, RwLock>;
TYPED_TEST_SUITE(NativeLockTest, Locks);

TYPED_TEST(NativeLockTest, HolderCannotTakeItAgain) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  TypeParam lock{kLockClass};
  const auto try_as_holder = [&lock]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    lock.Lock();
    const bool again = lock.TryLock();
    EXPECT_DEATH(lock.Lock(), "native_test.cc:[0-9]+: lock misuse: tested lock taken again");
    lock.Unlock();
    return again;
  };
  EXPECT_FALSE(try_as_holder());
}

TYPED_TEST(NativeLockTest, OnlyTheHolderMayGiveBack) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  TypeParam lock{kLockClass};
  const auto unlock = [&lock]() ABSL_NO_THREAD_SAFETY_ANALYSIS { lock.Unlock(); };
  EXPECT_DEATH(unlock(), "tested lock given back by a thread that does not hold it");
  EXPECT_DEATH(lock.AssertHeld(), "tested lock is not held");
  Guard<TypeParam> guard(lock);
  lock.AssertHeld();
  EXPECT_DEATH(Thread(unlock).Join(), "given back by a thread that does not hold it");
  EXPECT_DEATH(Thread([&lock] { lock.AssertHeld(); }).Join(), "tested lock is not held");
}

TEST_F(NativeDeathTest, SharedHoldIsNotExclusive) {
  RwSemaphore lock{kLockClass};
  SharedGuard<RwSemaphore> guard(lock);
  lock.AssertHeldShared();
  EXPECT_DEATH(lock.AssertHeld(), "tested lock is not held");
  const auto unlock = [&lock]() ABSL_NO_THREAD_SAFETY_ANALYSIS { lock.Unlock(); };
  EXPECT_DEATH(unlock(), "given back by a thread that does not hold it");
}

// Somebody always holds it: this thread, until a later reader is refused. If readers that come
// later got in while a writer waits, none would ever be.
TEST(NativeRwSemaphoreTest, AWaitingWriterGetsPastLaterReaders) {
  constexpr int kReadersMax = 10'000'000;  // After the writer has begun; it needs some hundreds.
  RwSemaphore lock{kLockClass};
  Atomic<bool> begins{false, "begins"};
  Plain<bool> written{false, "written"};
  Atomic<int> refused_after{kReadersMax, "refused_after"};
  lock.LockShared();
  Thread writer([&] {
    begins.Store(true, Order::kRelaxed);  // Order: relaxed, because readers are counted from here.
    const Guard guard(lock);
    written.Write(true);
  });
  Thread later([&] {
    begins.WaitUntilEqual(true, Order::kRelaxed);  // Order: as above.
    for (int readers = 0; readers < kReadersMax; ++readers) {
      if (!lock.TryLockShared()) {
        refused_after.Store(readers, Order::kRelaxed);  // Order: relaxed; read after the join.
        break;
      }
      lock.UnlockShared();
      std::this_thread::yield();
    }
  });
  later.Join();
  EXPECT_LT(refused_after.Load(Order::kRelaxed), kReadersMax);
  // One that waits as long as it takes comes behind the writer.
  Thread last([&] {
    const SharedGuard guard(lock);
    EXPECT_TRUE(written.Read());
  });
  lock.UnlockShared();
}

TEST_F(NativeDeathTest, ThreadEndsHoldingALock) {
  Mutex lock{kLockClass};
  const auto take = [&lock]() ABSL_NO_THREAD_SAFETY_ANALYSIS { lock.Lock(); };
  EXPECT_DEATH(Thread(take).Join(), "a thread ends while it holds a lock");
}

TEST_F(NativeDeathTest, RcuSectionsAreUsedInPairs) {
  EXPECT_DEATH(RcuReadUnlock(), "closed that was not open");
  EXPECT_DEATH(Thread([] { RcuReadLock(); }).Join(), "ends inside a read-side section");
  RcuReadGuard section;
  EXPECT_DEATH(SynchronizeRcu(), "waits for itself");
  EXPECT_DEATH(MightSleep(), "may sleep inside a read-side section");
}

TEST(NativeRcuTest, GracePeriodOutlastsASlowReader) {
  Atomic<bool> begun{false, "begun"};
  Atomic<bool> over{false, "over"};
  RcuReadLock();
  Thread updater([&begun, &over] {
    begun.Store(true, relaxed);
    SynchronizeRcu();
    over.Store(true, relaxed);  // Order: relaxed, because the grace period is what is tested.
  });
  begun.WaitUntilEqual(true, relaxed);
  for (int i = 0; i < 20; ++i) Thread([] {}).Join();  // Long enough to be overtaken, if it can be.
  EXPECT_FALSE(over.Load(relaxed));
  RcuReadUnlock();
  updater.Join();
  EXPECT_TRUE(over.Load(relaxed));
}

// Readers run against a long row of replacements: each frees what readers a moment ago could see.
TEST(NativeRcuTest, SurvivesManyGracePeriods) {
  constexpr int kReplacements = 2'000;
  Atomic<Plain<int>*> place{New<Plain<int>>(0, "value"), "place"};
  const auto read = [&place] {
    int last = 0;
    while (last < kReplacements) {
      RcuReadGuard section;
      // Order: acquire, so that the object is seen whole.
      const Plain<int>* found = place.Load(acquire);
      const int seen = found->Read();
      Check(seen >= last, "versions are seen in their order");
      std::this_thread::yield();  // Widens the section; nothing depends on it.
      Check(found->Read() == seen, "the version outlives the section");
      last = seen;
    }
  };
  Thread first(read);
  Thread second(read);
  for (int version = 1; version <= kReplacements; ++version) {
    // Order: acq_rel, so that the new object is published, and the old one's writes are seen.
    Plain<int>* old = place.Exchange(New<Plain<int>>(version, "value"), acq_rel);
    SynchronizeRcu();
    old->Write(-1);
    Delete(old);
  }
  first.Join();
  second.Join();
  Delete(place.Load(relaxed));  // Order: relaxed, because the joins ordered everything.
}

}  // namespace
}  // namespace ksync::inline native

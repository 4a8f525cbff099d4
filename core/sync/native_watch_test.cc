// What native_control.h says of a run: counts of locks, objects that are alive, who waits for whom.
//
// Threads meet by what is shown of them or by flags, never by time.
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/sync/native_control.h"
#include "core/sync/sync.h"
#include "gtest/gtest.h"

namespace ksync::inline native {
namespace {

constexpr LockClass kOuter{"outer lock", 1};
constexpr LockClass kInner{"inner lock", 2};

// Counting and showing are of the process: each test begins and ends with both off.
class NativeWatchTest : public testing::Test {
 protected:
  NativeWatchTest() {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    ResetLockStatistics();
  }
  ~NativeWatchTest() override {
    CollectLockStatistics(false);
    ShowWaits(false);
  }
};

std::uint64_t Sum(const Times& times) {
  return std::accumulate(times.log2_histogram.begin(), times.log2_histogram.end(),
                         std::uint64_t{0});
}

// Waits until somebody is shown to wait for a lock of the class.
void AwaitWaiter(const LockClass& lock_class) {
  const std::string waits = absl::StrCat(" for ", lock_class.name);
  while (!absl::StrContains(DescribeWaits(), waits)) std::this_thread::yield();
}

TEST_F(NativeWatchTest, NothingIsCountedUnlessAsked) {
  Mutex lock(kOuter);
  { Guard<Mutex> guard(lock); }
  EXPECT_TRUE(ReadLockStatistics().empty());
}

TEST_F(NativeWatchTest, AcquisitionsAreCountedByClassAndMode) {
  CollectLockStatistics(true);
  SpinLock inner(kInner);
  RwSemaphore outer(kOuter);
  for (int i = 0; i < 3; ++i) SharedGuard<RwSemaphore> guard(outer);
  for (int i = 0; i < 2; ++i) Guard<RwSemaphore> guard(outer);
  for (int i = 0; i < 5; ++i) Guard<SpinLock> guard(inner);
  const LockStatistics statistics = ReadLockStatistics();
  ASSERT_EQ(statistics.size(), 3u);
  EXPECT_EQ(statistics[0].lock_class, "outer lock");
  EXPECT_EQ(statistics[0].mode, LockMode::kExclusive);
  EXPECT_EQ(statistics[0].acquisitions, 2u);
  EXPECT_EQ(statistics[1].lock_class, "outer lock");
  EXPECT_EQ(statistics[1].mode, LockMode::kShared);
  EXPECT_EQ(statistics[1].acquisitions, 3u);
  EXPECT_EQ(statistics[2].lock_class, "inner lock");
  EXPECT_EQ(statistics[2].rank, 2);
  EXPECT_EQ(statistics[2].acquisitions, 5u);
  for (const LockCounts& counts : statistics) {
    EXPECT_EQ(counts.contended, 0u);
    EXPECT_EQ(counts.wait.count, 0u);
    EXPECT_EQ(counts.hold.count, counts.acquisitions);
    EXPECT_EQ(Sum(counts.hold), counts.hold.count);
    EXPECT_LE(counts.hold.max_ns, counts.hold.total_ns);
  }
}

// Returns: "held(W) > taken(R) tried" and so on, of the classes that begin with "order".
std::vector<std::string> OrderSeen() {
  std::vector<std::string> texts;
  const auto mode = [](LockMode m) { return m == LockMode::kShared ? "(R)" : "(W)"; };
  for (const LockNesting& n : ReadLockOrder()) {
    if (!absl::StartsWith(n.held, "order")) continue;
    texts.push_back(absl::StrCat(n.held, mode(n.held_mode), " > ", n.taken, mode(n.taken_mode),
                                 n.tried ? " tried" : "", n.nested ? " nested" : ""));
  }
  return texts;
}

TEST_F(NativeWatchTest, TheOrderOfLocksIsNotedOnceForEachWay) {
  static constexpr LockClass kA{"order a", 1};
  static constexpr LockClass kB{"order b", 2};
  RwSemaphore a(kA), other(kA);
  SpinLock b(kB);
  {
    const Guard unwatched(a);
    const Guard inner(b);
  }
  EXPECT_TRUE(OrderSeen().empty());
  CollectLockStatistics(true);
  for (int i = 0; i < 2; ++i) {
    const SharedGuard outer(a);
    const Guard inner(b);
  }
  {
    const Guard outer(b);
    if (a.TryLock()) a.Unlock();
  }
  {
    const Guard outer(a);
    const Guard inner(other, Nesting::kSecond);
  }
  EXPECT_EQ(OrderSeen(),
            (std::vector<std::string>{"order a(W) > order a(W) nested", "order a(R) > order b(W)",
                                      "order b(W) > order a(W) tried"}));
  CollectLockStatistics(false);
  ResetLockStatistics();
  EXPECT_TRUE(OrderSeen().empty());
}

TEST_F(NativeWatchTest, HoldTimesAreThoseOfTheSections) {
  CollectLockStatistics(true);
  Mutex lock(kOuter);
  const std::uint64_t before = internal::NowNs();
  {
    Guard<Mutex> guard(lock);
    while (internal::NowNs() < before + 2'000'000) {
    }
  }
  { Guard<Mutex> guard(lock); }
  const std::uint64_t after = internal::NowNs();
  const LockStatistics statistics = ReadLockStatistics();
  ASSERT_EQ(statistics.size(), 1u);
  const Times& hold = statistics[0].hold;
  EXPECT_GT(hold.max_ns, 1'000'000u);
  EXPECT_LE(hold.total_ns, after - before);
  EXPECT_GE(hold.total_ns, hold.max_ns);
  // 2^20 ns is a little more than a millisecond.
  EXPECT_EQ(std::accumulate(hold.log2_histogram.begin() + 20, hold.log2_histogram.end(), 0u), 1u);
}

template <typename L>
class NativeLockStatisticsTest : public NativeWatchTest {};
using Locks = testing::Types<SpinLock, Mutex, RwLock>;
TYPED_TEST_SUITE(NativeLockStatisticsTest, Locks);

TYPED_TEST(NativeLockStatisticsTest, WaitsAndRefusalsAreCounted) {
  CollectLockStatistics(true);
  ShowWaits(true);
  TypeParam lock(kOuter);
  lock.Lock();
  Thread refused([&lock]() ABSL_NO_THREAD_SAFETY_ANALYSIS { EXPECT_FALSE(lock.TryLock()); });
  refused.Join();
  Thread waiter([&lock] { Guard<TypeParam> guard(lock); }, "waiter");
  AwaitWaiter(kOuter);
  const std::uint64_t begun = internal::NowNs();
  while (internal::NowNs() < begun + 100'000) {
  }
  lock.Unlock();
  waiter.Join();
  const LockStatistics statistics = ReadLockStatistics();
  ASSERT_EQ(statistics.size(), 1u);
  EXPECT_EQ(statistics[0].acquisitions, 2u);
  EXPECT_EQ(statistics[0].contended, 1u);
  EXPECT_EQ(statistics[0].failed_tries, 1u);
  EXPECT_EQ(statistics[0].wait.count, 1u);
  EXPECT_GE(statistics[0].wait.total_ns, 100'000u);
  EXPECT_EQ(statistics[0].wait.max_ns, statistics[0].wait.total_ns);
  ResetLockStatistics();
  EXPECT_TRUE(ReadLockStatistics().empty());
}

TEST_F(NativeWatchTest, NoCountIsLostBetweenThreads) {
  constexpr int kThreads = 8;
  constexpr int kTimes = 1'000;
  CollectLockStatistics(true);
  Mutex shared(kOuter);
  {
    std::vector<std::unique_ptr<Thread>> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.push_back(std::make_unique<Thread>([&shared] {
        for (int times = 0; times < kTimes; ++times) Guard<Mutex> guard(shared);
      }));
    }
  }
  const LockStatistics statistics = ReadLockStatistics();
  ASSERT_EQ(statistics.size(), 1u);
  EXPECT_EQ(statistics[0].acquisitions, std::uint64_t{kThreads * kTimes});
  EXPECT_EQ(statistics[0].hold.count, std::uint64_t{kThreads * kTimes});
  EXPECT_EQ(statistics[0].wait.count, statistics[0].contended);
}

struct Leaf {
  int value = 0;
};

std::int64_t Alive(const std::string& kind) {
  for (const LiveCount& count : LiveObjects()) {
    if (count.kind == kind) return count.count;
  }
  return 0;
}

TEST_F(NativeWatchTest, WhatIsGivenBackIsNotAlive) {
  const std::vector<LiveCount> before = LiveObjects();
  SlabCache<Leaf> cache("leaves");
  Leaf* const one = New<Leaf>();
  Leaf* const row = NewArray<Leaf>(3);
  Leaf* const other = cache.Alloc();
  EXPECT_EQ(Alive("ksync::Leaf"), 5);
  Thread([other, &cache] { cache.Free(other); }).Join();
  EXPECT_EQ(Alive("ksync::Leaf"), 4);
  DeleteArray(row, 3);
  Delete(one);
  Delete<Leaf>(nullptr);
  EXPECT_EQ(LiveObjects(), before);
}

TEST_F(NativeWatchTest, ALeakIsFound) {
  const std::vector<LiveCount> before = LiveObjects();
  {
    SlabCache<Leaf> cache("leaves");
    cache.Alloc();
  }
  EXPECT_NE(LiveObjects(), before);
  const LiveCount leaked = {"ksync::Leaf", 1, sizeof(Leaf)};
  EXPECT_EQ(LiveObjects(), std::vector<LiveCount>{leaked});
  internal::CountLive<Leaf>(-1);  // The next test starts with nothing.
}

// Takes two locks in the two orders, in such a way that nobody gets the second.
void Deadlock() {
  Mutex outer(kOuter);
  RwSemaphore inner(kInner);
  Atomic<int> met{0, "met"};
  const auto meet = [&met] {
    // Order: relaxed, both: the locks order what they guard.
    met.FetchAdd(1, relaxed);
    met.WaitUntilEqual(2, relaxed);
  };
  Thread down(
      [&] {
        Guard<Mutex> first(outer);
        meet();
        Guard<RwSemaphore> second(inner);
      },
      "down");
  met.WaitUntilEqual(1, relaxed);  // So that threads are described in this order.
  Thread up(
      [&] {
        SharedGuard<RwSemaphore> first(inner);
        meet();
        Guard<Mutex> second(outer);
      },
      "up");
}

TEST_F(NativeWatchTest, ADeadlockIsDescribed) {
  EXPECT_DEATH(
      {
        Watchdog watchdog(absl::Milliseconds(200));
        Deadlock();
      },
      "nothing moves any more.*"
      "deadlock: thread ([0-9]+) waits for thread ([0-9]+) waits for thread [0-9]+.*"
      "\"down\".*"
      "waits [0-9.]+ s for inner lock \\(0x[0-9a-f]+, exclusive\\) at "
      ".*native_watch_test.cc:[0-9]+.*"
      "up to thread [0-9]+.*"
      "holds outer lock \\(0x[0-9a-f]+, exclusive\\) since [0-9.]+ s, taken at .*_test.cc:[0-9]+.*"
      "\"up\".*"
      "waits [0-9.]+ s for outer lock .*, exclusive\\).*"
      "holds inner lock \\(0x[0-9a-f]+, shared\\)");
}

TEST_F(NativeWatchTest, AGracePeriodThatWaitsForAWaiterIsADeadlock) {
  ShowWaits(true);
  Mutex lock(kOuter);
  lock.Lock();
  Thread reader(
      [&lock] {
        RcuReadGuard section;
        Guard<Mutex> guard(lock);
      },
      "reader");
  AwaitWaiter(kOuter);
  EXPECT_FALSE(absl::StrContains(DescribeWaits(), "deadlock")) << DescribeWaits();
  std::string seen;
  Atomic<bool> looked{false, "looked"};
  Thread looker([&seen, &looked] {
    do {
      seen = DescribeWaits();
    } while (!absl::StrContains(seen, "a grace period"));
    looked.Store(true, release);
  });
  // Ends when the reader does, whom we let go on as soon as the wait was seen.
  Thread updater([] { SynchronizeRcu(); }, "updater");
  looked.WaitUntilEqual(true, acquire);
  lock.Unlock();
  EXPECT_TRUE(absl::StrContains(seen, "\"updater\"")) << seen;
  EXPECT_TRUE(absl::StrContains(seen, "is inside a read-side section")) << seen;
}

TEST_F(NativeWatchTest, TheEndOfAThreadIsAwaited) {
  ShowWaits(true);
  Atomic<bool> seen{false, "seen"};
  Thread slow(
      [&seen] {
        while (!absl::StrContains(DescribeWaits(), "for the end of a thread")) {
          std::this_thread::yield();
        }
        seen.Store(true, relaxed);
      },
      "slow");
  slow.Join();
  EXPECT_TRUE(seen.Load(relaxed));
}

TEST_F(NativeWatchTest, AWatchdogIsQuietWhileThereIsProgress) {
  Atomic<int> calls{0, "calls"};
  {
    Watchdog watchdog(absl::Milliseconds(500),
                      [&calls](const std::string&) { calls.FetchAdd(1, relaxed); });
    const std::uint64_t begun = internal::NowNs();
    while (internal::NowNs() < begun + 1'200'000'000) watchdog.Progress();
  }
  EXPECT_EQ(calls.Load(relaxed), 0);
}

TEST_F(NativeWatchTest, AWatchdogBarksOnce) {
  Atomic<int> calls{0, "calls"};
  Watchdog watchdog(absl::Milliseconds(5),
                    [&calls](const std::string&) { calls.FetchAdd(1, relaxed); });
  calls.WaitUntilEqual(1, relaxed);
  const std::uint64_t begun = internal::NowNs();
  while (internal::NowNs() < begun + 50'000'000) {
  }
  EXPECT_EQ(calls.Load(relaxed), 1);
}

}  // namespace
}  // namespace ksync::inline native

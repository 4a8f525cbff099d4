// Known programs and how many executions they have under each model.
//
// The counts follow from the axioms by hand; those of the classic shapes are also what herd7 counts
// with its rc11.cat.
#include "models/testing/brute_force.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "models/testing/random_program.h"

namespace models::testing {
namespace {

constexpr Order kRlx = Order::kRelaxed;
constexpr Order kAcq = Order::kAcquire;
constexpr Order kRel = Order::kRelease;
constexpr Order kAcqRel = Order::kAcqRel;
constexpr Order kSc = Order::kSeqCst;
constexpr int kX = 0;
constexpr int kY = 1;
constexpr int kZ = 2;

struct Case {
  const char* name;
  Program program;
  int rc11;
  int cpp20;
  int sc;
};

Program StoreBuffering(Order order) {
  return {{{Store(kX, 1, order), Load(kY, 0, order)}, {Store(kY, 1, order), Load(kX, 0, order)}}};
}

Program StoreBufferingWithFences(Order order) {
  return {{{Store(kX, 1, kRlx), Fence(order), Load(kY, 0, kRlx)},
           {Store(kY, 1, kRlx), Fence(order), Load(kX, 0, kRlx)}}};
}

Program MessagePassing(Order raise, Order see) {
  return {{{Store(kX, 1, kRlx), Store(kY, 1, raise)}, {Load(kY, 0, see), Load(kX, 1, kRlx)}}};
}

Program LoadBuffering(Order order) {
  return {{{Load(kX, 0, order), Store(kY, 1, order)}, {Load(kY, 0, order), Store(kX, 1, order)}}};
}

Program Iriw(Order read, Order write) {
  return {{{Store(kX, 1, write)},
           {Store(kY, 1, write)},
           {Load(kX, 0, read), Load(kY, 1, read)},
           {Load(kY, 0, read), Load(kX, 1, read)}}};
}

Program IriwWithFences() {
  return {{{Store(kX, 1, kRlx)},
           {Store(kY, 1, kRlx)},
           {Load(kX, 0, kRlx), Fence(kSc), Load(kY, 1, kRlx)},
           {Load(kY, 0, kRlx), Fence(kSc), Load(kX, 1, kRlx)}}};
}

Program TwoPlusTwoWrites(Order order) {
  return {{{Store(kX, 1, order), Store(kY, 2, order)}, {Store(kY, 1, order), Store(kX, 2, order)}}};
}

Program FetchAdds(int threads) {
  return {std::vector<Thread>(threads, {FetchAdd(kX, 0, 1, kRlx)})};
}

Program CompareExchanges(int threads) {
  return {std::vector<Thread>(threads, {CompareExchange(kX, 0, 0, 1, kAcqRel, kRlx)})};
}

Program Locked(int threads, int rounds) {
  Thread thread;
  for (int i = 0; i < rounds; ++i) thread.insert(thread.end(), {Lock(0), Unlock(0)});
  return {std::vector<Thread>(threads, thread)};
}

Program ReadersAndWriters(int readers, int writers) {
  Program program{std::vector<Thread>(readers, {LockShared(0), UnlockShared(0)})};
  program.threads.insert(program.threads.end(), writers, {Lock(0), Unlock(0)});
  return program;
}

Thread Tried(Operation try_it, Operation give_back) {
  return {try_it, SkipIfEqual(0, 0, 1), give_back};
}

// Who was told that the lock was taken, and finds it free, reads x.
Program BehindALook(Order tells, Order asks) {
  return {{{Lock(0), Store(kY, 1, tells), PlainStore(kX, 1), Unlock(0)},
           {Load(kY, 0, asks), SkipIfEqual(0, 0, 3), IsLocked(0, 1), SkipIfEqual(1, 1, 1),
            PlainLoad(kX, 2)}}};
}

const Thread kTryAlone = Tried(TryLock(0, 0), Unlock(0));
const Thread kTryShared = Tried(TryLockShared(0, 0), UnlockShared(0));

// x is published before a grace period and y after it; the reader looks at them in either order.
Program AroundAGracePeriod(int first, int second) {
  return {{{Store(kX, 1, kRlx), Synchronize(), Store(kY, 1, kRlx)},
           {RcuLock(), Load(first, first, kRlx), Load(second, second, kRlx), RcuUnlock()}}};
}

// Under sc the edge into the end of the grace period closes a cycle with mo and rb, which hb does
// not see.
Program GracePeriodInTheTotalOrder() {
  return {{{Synchronize(), Load(kY, 0, kRlx)},
           {RcuLock(), Store(kZ, 1, kRlx), RcuUnlock()},
           {Store(kY, 1, kRlx), Store(kZ, 2, kRlx)}}};
}

// A choice is no event: with one in between, the mirrored Z6.U stays allowed.
Program ChoiceInMirroredZ6U() {
  return {{{Store(kX, 1, kSc), Choose(0, 1), Store(kX, 2, kRel)},
           {Load(kX, 0, kAcq), Load(kY, 1, kSc)},
           {Store(kY, 1, kSc), Load(kX, 0, kSc)}}};
}

// The flag is looked at by a compare_exchange that always fails.
Program SeeByFailing(Order failure) {
  return {{{Store(kX, 1, kRlx), Store(kY, 1, kRel)},
           {CompareExchange(kY, 0, 7, 8, kAcqRel, failure), Load(kX, 1, kRlx)}}};
}

// The flag is raised by a relaxed store after a release store.
Program LateRaise() {
  return {{{Store(kX, 1, kRlx), Store(kY, 1, kRel), Store(kY, 2, kRlx)},
           {Load(kY, 0, kAcq), Load(kX, 1, kRlx)}}};
}

// The flag is raised further by another thread's read-modify-write.
Program RaiseThroughRmw() {
  return {{{Store(kX, 1, kRlx), Store(kY, 1, kRel)},
           {FetchAdd(kY, 0, 1, kRlx)},
           {Load(kY, 0, kAcq), Load(kX, 1, kRlx)}}};
}

std::vector<Case> Cases() {
  return {
      {"SB", StoreBuffering(kRlx), 4, 4, 3},
      {"SB rel acq fences", StoreBufferingWithFences(kAcqRel), 4, 4, 3},
      {"SB sc", StoreBuffering(kSc), 3, 3, 3},
      {"SB sc fences", StoreBufferingWithFences(kSc), 3, 3, 3},
      {"MP", MessagePassing(kRlx, kRlx), 4, 4, 3},
      {"MP rel rlx", MessagePassing(kRel, kRlx), 4, 4, 3},
      {"MP rel acq", MessagePassing(kRel, kAcq), 3, 3, 3},
      {"LB", LoadBuffering(kRlx), 3, 3, 3},
      {"IRIW", Iriw(kRlx, kRlx), 16, 16, 15},
      {"IRIW rel acq", Iriw(kAcq, kRel), 16, 16, 15},
      {"IRIW acq sc: reads that only acquire", Iriw(kAcq, kSc), 16, 16, 15},
      {"IRIW sc", Iriw(kSc, kSc), 15, 15, 15},
      {"IRIW sc fences", IriwWithFences(), 15, 15, 15},
      {"2+2W", TwoPlusTwoWrites(kRlx), 4, 4, 3},
      {"2+2W rel", TwoPlusTwoWrites(kRel), 4, 4, 3},
      {"2+2W sc", TwoPlusTwoWrites(kSc), 3, 3, 3},
      {"CoRR",
       {{{Store(kX, 1, kRlx), Store(kX, 2, kRlx)}, {Load(kX, 0, kRlx), Load(kX, 1, kRlx)}}},
       6,
       6,
       6},
      {"CoWW", {{{Store(kX, 1, kRlx), Store(kX, 2, kRlx)}}}, 1, 1, 1},
      {"CoRW", {{{Load(kX, 0, kRlx), Store(kX, 1, kRlx)}, {Store(kX, 2, kRlx)}}}, 3, 3, 3},
      {"CoWR", {{{Store(kX, 1, kRlx), Load(kX, 0, kRlx)}, {Store(kX, 2, kRlx)}}}, 3, 3, 3},
      {"CoRR, two writers",
       {{{Store(kX, 1, kRlx)}, {Store(kX, 2, kRlx)}, {Load(kX, 0, kRlx), Load(kX, 1, kRlx)}}},
       12,
       12,
       12},
      {"2 fetch_adds", FetchAdds(2), 2, 2, 2},
      {"3 fetch_adds", FetchAdds(3), 6, 6, 6},
      {"2 compare_exchanges", CompareExchanges(2), 2, 2, 2},
      {"3 compare_exchanges", CompareExchanges(3), 3, 3, 3},
      {"MP rel, compare_exchange that fails rlx", SeeByFailing(kRlx), 4, 4, 3},
      {"MP rel, compare_exchange that fails acq", SeeByFailing(kAcq), 3, 3, 3},
      {"late raise", LateRaise(), 4, 5, 4},
      {"raise through a rmw", RaiseThroughRmw(), 9, 9, 9},
      {"2 threads lock once", Locked(2, 1), 2, 2, 2},
      {"2 threads lock twice", Locked(2, 2), 6, 6, 6},
      {"3 threads lock once", Locked(3, 1), 6, 6, 6},
  };
}

// Locks: readers interleave their +1 and -1 freely, writers come only while nobody reads. Tries:
// one that fails reads a write of somebody who holds. RCU: a section begins before or after each
// grace period.
std::vector<Case> CasesOfWaiting() {
  const Thread section = {RcuLock(), RcuUnlock()};
  return {
      {"2 readers", ReadersAndWriters(2, 0), 6, 6, 6},
      {"reader, writer", ReadersAndWriters(1, 1), 2, 2, 2},
      {"2 readers, writer", ReadersAndWriters(2, 1), 2 * 3 + 4 * 2, 14, 14},
      {"reader, 2 writers", ReadersAndWriters(1, 2), 6, 6, 6},
      {"twice shared",
       {{{LockShared(0), LockShared(0), UnlockShared(0), UnlockShared(0)}}},
       1,
       1,
       1},
      {"2 tries", {{kTryAlone, kTryAlone}}, 2 + 2, 4, 4},
      {"2 shared tries", {{kTryShared, kTryShared}}, 6, 6, 6},
      {"try and lock", {{kTryAlone, {Lock(0), Unlock(0)}}}, 2 + 1, 3, 3},
      {"try and reader", {{kTryAlone, {LockShared(0), UnlockShared(0)}}}, 2 + 1, 3, 3},
      {"shared try and 2 locks",
       {{kTryShared, {Lock(0), Unlock(0)}, {Lock(0), Unlock(0)}}},
       6 + 4,
       10,
       10},
      {"look at a lock", {{{Lock(0), Unlock(0)}, {IsLocked(0, 0)}}}, 3, 3, 3},
      {"look at a lock of two",
       {{{Lock(0), Unlock(0)}, {Lock(0), Unlock(0)}, {IsLocked(0, 0)}}},
       2 * 5,
       10,
       10},
      {"two looks at a lock", {{{Lock(0), Unlock(0)}, {IsLocked(0, 0), IsLocked(0, 1)}}}, 6, 6, 6},
      {"choices", {{{Choose(0, 3), Choose(1, 2)}, {Choose(0, 2)}}}, 12, 12, 12},
      {"grace period, section", {{{Synchronize()}, section}}, 2, 2, 2},
      {"grace period, 2 sections", {{{Synchronize()}, section, section}}, 4, 4, 4},
      {"2 grace periods", {{{Synchronize()}, {Synchronize()}}}, 2, 2, 2},
      {"2 grace periods, section", {{{Synchronize()}, {Synchronize()}, section}}, 6, 6, 6},
      {"around a grace period", AroundAGracePeriod(kX, kY), 4, 4, 4},
      {"around a grace period, other way", AroundAGracePeriod(kY, kX), 4, 4, 4},
      {"grace period in the total order", GracePeriodInTheTotalOrder(), 8, 8, 7},
      {"section that waits for what the grace period precedes",
       {{{Synchronize(), Store(kX, 1, kRlx)},
         {RcuLock(), WaitUntilEqual(kX, 0, 1, kRlx), RcuUnlock()}}},
       1,
       1,
       1},
      {"choice in mirrored Z6.U", ChoiceInMirroredZ6U(), 18, 18, 15},
  };
}

void ExpectCounts(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.name) + "\n" + ToString(c.program));
    EXPECT_EQ(ExploreByBruteForce(c.program, Model::kRc11).executions, c.rc11) << "rc11";
    EXPECT_EQ(ExploreByBruteForce(c.program, Model::kCpp20).executions, c.cpp20) << "cpp20";
    EXPECT_EQ(ExploreByBruteForce(c.program, Model::kSc).executions, c.sc) << "sc";
  }
}

TEST(BruteForce, KnownCounts) { ExpectCounts(Cases()); }
TEST(BruteForce, KnownCountsOfWaiting) { ExpectCounts(CasesOfWaiting()); }

// Counts are of graphs, which have no first thread.
TEST(BruteForce, CountsDoNotDependOnTheOrderOfThreads) {
  for (const std::vector<Case>& cases : {Cases(), CasesOfWaiting()}) {
    for (const Case& c : cases) {
      Program reversed = c.program;
      std::ranges::reverse(reversed.threads);
      EXPECT_EQ(ExploreByBruteForce(reversed, Model::kRc11).executions, c.rc11) << c.name;
    }
  }
}

bool Reachable(const Program& program, Model model, bool (*wanted)(const Outcome&)) {
  const BruteForceResult result = ExploreByBruteForce(program, model);
  return std::ranges::any_of(result.outcomes, wanted);
}

// PLDI 2017, section 2.1.
TEST(BruteForce, Z6UIsAllowedUnlessSc) {
  const Program z6u = {{{Store(kX, 1, kSc), Store(kY, 1, kRel)},
                        {FetchAdd(kY, 0, 1, kSc), Load(kY, 1, kRlx)},
                        {Store(kY, 3, kSc), Load(kX, 0, kSc)}}};
  const auto weak = [](const Outcome& o) {
    return o.registers[1][0] == 1 && o.registers[1][1] == 3 && o.registers[2][0] == 0;
  };
  EXPECT_TRUE(Reachable(z6u, Model::kRc11, weak));
  EXPECT_FALSE(Reachable(z6u, Model::kSc, weak));
}

// A section does not see what follows a grace period and miss what precedes it.
TEST(BruteForce, GracePeriodsSeparate) {
  const auto torn = [](const Outcome& o) {
    return o.registers[1][kX] == 0 && o.registers[1][kY] == 1;
  };
  const auto half = [](const Outcome& o) {
    return o.registers[1][kX] == 1 && o.registers[1][kY] == 0;
  };
  for (const Program& program : {AroundAGracePeriod(kX, kY), AroundAGracePeriod(kY, kX)}) {
    EXPECT_FALSE(Reachable(program, Model::kCpp20, torn));
    EXPECT_TRUE(Reachable(program, Model::kSc, half));
  }
  Program outside = AroundAGracePeriod(kX, kY);
  outside.threads[1] = {Load(kX, kX, kRlx), Load(kY, kY, kRlx)};
  EXPECT_TRUE(Reachable(outside, Model::kSc, torn));
}

TEST(BruteForce, FinalValuesAreTheLastOfMo) {
  const auto result = ExploreByBruteForce(TwoPlusTwoWrites(kRlx), Model::kRc11);
  std::vector<std::string> outcomes;
  for (const Outcome& outcome : result.outcomes) {
    outcomes.push_back(ToString(outcome, TwoPlusTwoWrites(kRlx)));
  }
  EXPECT_EQ(outcomes, (std::vector<std::string>{"x=1 y=1", "x=1 y=2", "x=2 y=1", "x=2 y=2"}));
}

TEST(BruteForce, ValuesFlowThroughRegisters) {
  const Program program = {{{FetchAdd(kX, 0, 5, kRlx), Exchange(kX, 1, Value(0, 2), kRlx),
                             CompareExchange(kX, 2, 2, Value(1, 1), kRlx, kRlx),
                             CompareExchange(kX, 3, 9, 1, kRlx, kRlx)}}};
  const auto result = ExploreByBruteForce(program, Model::kRc11);
  ASSERT_EQ(result.executions, 1);
  EXPECT_EQ(ToString(*result.outcomes.begin(), program), "0:r0=0 0:r1=5 0:r2=2 0:r3=6 x=6");
}

TEST(BruteForce, SkippedOperationsDoNotHappen) {
  const Program program = {
      {{Store(kX, 1, kRlx)},
       {Load(kX, 0, kRlx), SkipIfEqual(0, 0, 2), Store(kY, 1, kRlx), Store(kZ, 1, kRlx)}}};
  const auto result = ExploreByBruteForce(program, Model::kRc11);
  EXPECT_EQ(result.executions, 2);
  for (const Outcome& outcome : result.outcomes) {
    EXPECT_EQ(outcome.finals[kY], outcome.registers[1][0]);
    EXPECT_EQ(outcome.finals[kZ], outcome.registers[1][0]);
  }
}

TEST(BruteForce, AnAssumptionThatFailsIsNeitherCompleteNorADeadlock) {
  const Program program = {{{Store(kX, 1, kRlx)}, {Load(kX, 0, kRlx), AssumeEqual(0, 1)}}};
  const auto result = ExploreByBruteForce(program, Model::kRc11);
  EXPECT_EQ(result.executions, 1);
  EXPECT_FALSE(result.deadlock);
}

struct FlagCase {
  const char* name;
  Program program;
  bool expected;
};

// The data is plain, the flag is raised with `raise` and looked at with `see`.
Program PlainMessage(Order raise, Order see) {
  return {{{PlainStore(kX, 1), Store(kY, 1, raise)},
           {Load(kY, 0, see), SkipIfEqual(0, 0, 1), PlainLoad(kX, 1)}}};
}

Program LateRaiseOfPlainData() {
  return {{{PlainStore(kX, 1), Store(kY, 1, kRel), Store(kY, 2, kRlx)},
           {Load(kY, 0, kAcq), SkipIfEqual(0, 0, 1), PlainLoad(kX, 1)}}};
}

// The reader looks at plain data in a section unless it is hidden; `wait` comes between hiding and
// changing it.
Program TakenBack(const Thread& wait) {
  Program program{
      {{Store(kY, 1, kRlx)},
       {RcuLock(), Load(kY, 0, kRlx), SkipIfEqual(0, 1, 1), PlainLoad(kX, 1), RcuUnlock()}}};
  Thread& writer = program.threads[0];
  writer.insert(writer.end(), wait.begin(), wait.end());
  writer.push_back(PlainStore(kX, 1));
  return program;
}

TEST(BruteForce, Races) {
  const Thread locked = {Lock(0), PlainStore(kX, 1), Unlock(0)};
  const Thread shared_read = {LockShared(0), PlainLoad(kX, 0), UnlockShared(0)};
  const Thread other_lock = {Lock(1), PlainStore(kX, 1), Unlock(1)};
  const FlagCase cases[] = {
      {"MP rel acq", PlainMessage(kRel, kAcq), false},
      {"MP rlx acq", PlainMessage(kRlx, kAcq), true},
      {"MP rel rlx", PlainMessage(kRel, kRlx), true},
      {"two plain stores", {{{PlainStore(kX, 1)}, {PlainStore(kX, 2)}}}, true},
      {"two plain loads", {{{PlainLoad(kX, 0)}, {PlainLoad(kX, 0)}}}, false},
      {"plain load, atomic store", {{{PlainLoad(kX, 0)}, {Store(kX, 1, kSc)}}}, true},
      {"one lock", {{locked, locked}}, false},
      {"two locks", {{locked, other_lock}}, true},
      {"race before an await that never ends",
       {{{PlainStore(kX, 1), WaitUntilEqual(kY, 0, 7, kRlx)}, {PlainLoad(kX, 0)}}},
       true},
      {"awaited",
       {{{PlainStore(kX, 1), Store(kY, 1, kRel)},
         {WaitUntilEqual(kY, 0, 1, kAcq), PlainLoad(kX, 1)}}},
       false},
      {"late raise", LateRaiseOfPlainData(), false},
      {"2 readers of plain data", {{shared_read, shared_read}}, false},
      {"reader and writer of plain data", {{shared_read, locked}}, false},
      {"writing under a shared lock",
       {{shared_read, {LockShared(0), PlainStore(kX, 1), UnlockShared(0)}}},
       true},
      {"behind a failed try",
       {{locked, {TryLock(0, 1), SkipIfEqual(1, 0, 2), PlainLoad(kX, 0), Unlock(0)}}},
       false},
      {"behind a look at a free lock", BehindALook(kRlx, kRlx), true},
      {"behind a look at a lock known to have been taken", BehindALook(kRel, kAcq), false},
      {"taken back", TakenBack({Synchronize()}), false},
      {"taken back without waiting", TakenBack({}), true},
  };
  for (const FlagCase& c : cases) {
    EXPECT_EQ(ExploreByBruteForce(c.program, Model::kRc11).racy, c.expected) << c.name;
  }
  EXPECT_TRUE(ExploreByBruteForce(LateRaiseOfPlainData(), Model::kCpp20).racy);
  EXPECT_FALSE(ExploreByBruteForce(PlainMessage(kRlx, kRlx), Model::kSc).racy);
}

TEST(BruteForce, Deadlocks) {
  const Thread ab = {Lock(0), Lock(1), Unlock(1), Unlock(0)};
  const Thread ba = {Lock(1), Lock(0), Unlock(0), Unlock(1)};
  const Thread wait = {WaitUntilEqual(kX, 0, 1, kAcq)};
  const FlagCase cases[] = {
      {"AB-AB", {{ab, ab}}, false},
      {"AB-BA", {{ab, ba}}, true},
      {"never unlocked", {{{Lock(0)}, {Lock(0), Unlock(0)}}}, true},
      {"awaited store", {{wait, {Store(kX, 1, kRel)}}}, false},
      {"no store", {{wait, {Store(kX, 2, kRel)}}}, true},
      {"a store that may be missed", {{wait, {Store(kX, 1, kRel), Store(kX, 2, kRel)}}}, true},
      {"waiting for each other",
       {{{WaitUntilEqual(kX, 0, 1, kRlx), Store(kY, 1, kRlx)},
         {WaitUntilEqual(kY, 0, 1, kRlx), Store(kX, 1, kRlx)}}},
       true},
      {"upgrade", {{{LockShared(0), Lock(0), Unlock(0), UnlockShared(0)}}}, true},
      {"readers in opposite orders",
       {{{LockShared(0), LockShared(1), UnlockShared(1), UnlockShared(0)},
         {LockShared(1), LockShared(0), UnlockShared(0), UnlockShared(1)}}},
       false},
      {"reader never done", {{{LockShared(0)}, {Lock(0), Unlock(0)}}}, true},
      {"reader never done, reader", {{{LockShared(0)}, {LockShared(0), UnlockShared(0)}}}, false},
      {"never unlocked, tried", {{{Lock(0)}, kTryAlone}}, false},
      {"section never done", {{{RcuLock()}, {Synchronize()}}}, true},
      {"section that waits for the grace period",
       {{{RcuLock(), WaitUntilEqual(kX, 0, 1, kRlx), RcuUnlock()},
         {Synchronize(), Store(kX, 1, kRlx)}}},
       true},
      {"grace period under a lock that a section takes",
       {{{RcuLock(), Lock(0), Unlock(0), RcuUnlock()}, {Lock(0), Synchronize(), Unlock(0)}}},
       true},
      {"section at a failed assumption",
       {{{RcuLock(), AssumeEqual(0, 1), RcuUnlock()}, {Synchronize()}}},
       false},
      {"waiting for one that waits",
       {{{Lock(0), WaitUntilEqual(kX, 0, 1, kRlx), Unlock(0)},
         {Lock(0), Store(kX, 1, kRlx), Unlock(0)}}},
       true},
  };
  for (const FlagCase& c : cases) {
    EXPECT_EQ(ExploreByBruteForce(c.program, Model::kRc11).deadlock, c.expected) << c.name;
    EXPECT_EQ(ExploreByBruteForce(c.program, Model::kSc).deadlock, c.expected) << c.name;
  }
  EXPECT_EQ(ExploreByBruteForce({{ab, ba}}, Model::kRc11).executions, 2);
}

// sc allows less than rc11, which allows less than cpp20: more synchronisation, fewer graphs.
TEST(BruteForce, ModelsAreOrdered) {
  for (Profile profile : kProfiles) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      const Program program = RandomProgram(seed, profile, 2);
      const auto sc = ExploreByBruteForce(program, Model::kSc);
      const auto rc11 = ExploreByBruteForce(program, Model::kRc11);
      const auto cpp20 = ExploreByBruteForce(program, Model::kCpp20);
      SCOPED_TRACE(std::string(ProfileName(profile)) + "\n" + ToString(program));
      EXPECT_LE(sc.executions, rc11.executions);
      EXPECT_LE(rc11.executions, cpp20.executions);
      EXPECT_TRUE(std::ranges::includes(rc11.outcomes, sc.outcomes));
      EXPECT_TRUE(std::ranges::includes(cpp20.outcomes, rc11.outcomes));
      EXPECT_LE(rc11.racy, cpp20.racy);
    }
  }
}

}  // namespace
}  // namespace models::testing

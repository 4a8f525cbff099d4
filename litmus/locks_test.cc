// Locks, waits and assumptions: threads that stop. Only executions whose threads all end are
// counted.
//
// n threads that take one lock k times each have (nk)! / (k!)^n executions, one for each order of
// the critical sections. A wait reads only what ends it. A thread that nobody can wake is a
// deadlock; one that an assumption stopped is not.
#include <vector>

#include "litmus/testing/harness.h"

namespace litmus {
namespace {

using models::testing::Thread;
using Threads = std::vector<Thread>;

Program Rounds(int threads, int rounds) {
  Thread thread;
  for (int i = 0; i < rounds; ++i) thread.insert(thread.end(), {Lock(0), Unlock(0)});
  return {Threads(threads, thread)};
}

// A plain counter under a lock.
Program LockedCounter(int threads) {
  return {Threads(threads, {Lock(0), PlainLoad(x, 0), PlainStore(x, Value(0, 1)), Unlock(0)})};
}

// Two locks, taken in the orders given.
Program Nested(int first, int second) {
  const auto both = [](int outer, int inner) -> Thread {
    return {Lock(outer), Lock(inner), Unlock(inner), Unlock(outer)};
  };
  return {{both(0, 1), both(first, second)}};
}

// Two locks that do not interact.
Program Independent() {
  return {{{Lock(0), Unlock(0)}, {Lock(0), Unlock(0)}, {Lock(1), Unlock(1)}, {Lock(1), Unlock(1)}}};
}

// What is written before unlocking is seen after locking.
Program PassedOn() {
  return {{{Lock(0), Store(x, 1, relaxed), Store(y, 1, relaxed), Unlock(0)},
           {Lock(0), Load(y, 0, relaxed), Load(x, 1, relaxed), Unlock(0)}}};
}

// The reader does not take the lock.
Program Bypassed() {
  return {{{Lock(0), Store(x, 1, relaxed), Store(y, 1, relaxed), Unlock(0)},
           {Load(y, 0, relaxed), Load(x, 1, relaxed)}}};
}

// SB with both sections under one lock.
Program LockedStoreBuffering() {
  return {{{Lock(0), Store(x, 1, relaxed), Load(y, 0, relaxed), Unlock(0)},
           {Lock(0), Store(y, 1, relaxed), Load(x, 0, relaxed), Unlock(0)}}};
}

// SB with the stores under the lock and the loads after it: a lock is no fence.
Program LockIsNoFence() {
  return {{{Lock(0), Store(x, 1, relaxed), Unlock(0), Load(y, 0, relaxed)},
           {Lock(1), Store(y, 1, relaxed), Unlock(1), Load(x, 0, relaxed)}}};
}

Program Awaited(Order raise, Order see) {
  return {{{Store(x, 1, relaxed), Store(y, 1, raise)},
           {WaitUntilEqual(y, 0, 1, see), Load(x, 1, relaxed)}}};
}

// Each thread waits for the other before it lets the other go.
Program MutualWait() {
  return {{{WaitUntilEqual(x, 0, 1, relaxed), Store(y, 1, relaxed)},
           {WaitUntilEqual(y, 0, 1, relaxed), Store(x, 1, relaxed)}}};
}

// Peter and Paul take turns, twice.
Program PingPong() {
  return {
      {{Store(x, 1, release), WaitUntilEqual(x, 0, 2, acquire), Store(x, 3, release)},
       {WaitUntilEqual(x, 0, 1, acquire), Store(x, 2, release), WaitUntilEqual(x, 1, 3, acquire)}}};
}

const std::vector<Case> kLocks = {
    {.name = "lock 2x1",
     .source = "2!",
     .program = Rounds(2, 1),
     .rc11 = Runs(2, "-"),
     .sc = Runs(2, "all")},
    {.name = "lock 2x2",
     .source = "4! / (2!)^2",
     .program = Rounds(2, 2),
     .rc11 = Runs(6, "-"),
     .sc = Runs(6, "all")},
    {.name = "lock 2x3",
     .source = "6! / (3!)^2",
     .program = Rounds(2, 3),
     .rc11 = Runs(20, "-"),
     .sc = Runs(20, "all")},
    {.name = "lock 3x1",
     .source = "3!",
     .program = Rounds(3, 1),
     .rc11 = Runs(6, "-"),
     .sc = Runs(6, "all")},
    {.name = "lock 3x2",
     .source = "6! / (2!)^3",
     .program = Rounds(3, 2),
     .rc11 = Runs(90, "-"),
     .sc = Runs(90, "all")},
    {.name = "lock 4x1",
     .source = "4!",
     .program = Rounds(4, 1),
     .rc11 = Runs(24, "-"),
     .sc = Runs(24, "all")},
    {.name = "locked counter 2",
     .source = "2!",
     .program = LockedCounter(2),
     .rc11 = Runs(2, "0,1/2 1,0/2"),
     .sc = Runs(2, "all")},
    {.name = "locked counter 3",
     .source = "3!",
     .program = LockedCounter(3),
     .rc11 = Runs(6, "0,1,2/3 0,2,1/3 1,0,2/3 1,2,0/3 2,0,1/3 2,1,0/3"),
     .sc = Runs(6, "all")},
    {.name = "independent locks",
     .source = "2! times 2!",
     .program = Independent(),
     .rc11 = Runs(4, "-"),
     .sc = Runs(4, "all")},
    {.name = "nested, one order",
     .source = "AB and AB",
     .program = Nested(0, 1),
     .rc11 = Runs(2, "-"),
     .sc = Runs(2, "all")},
    {.name = "nested, both orders",
     .source = "AB and BA",
     .program = Nested(1, 0),
     .rc11 = Deadlocks(2, "-"),
     .sc = Deadlocks(2, "all")},
    {.name = "passed on by a lock",
     .source = "MP under a lock",
     .program = PassedOn(),
     .rc11 = Runs(2, "00/11 11/11"),
     .sc = Runs(2, "all")},
    {.name = "a reader without the lock",
     .source = "MP half under a lock",
     .program = Bypassed(),
     .rc11 = Runs(4, "00/11 01/11 10/11 11/11"),
     .sc = Runs(3, "all but 10/11")},
    {.name = "SB under a lock",
     .source = "SB under a lock",
     .program = LockedStoreBuffering(),
     .rc11 = Runs(2, "0,1/11 1,0/11"),
     .sc = Runs(2, "all")},
    {.name = "a lock is no fence",
     .source = "SB after critical sections",
     .program = LockIsNoFence(),
     .rc11 = Runs(4, "0,0/11 0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all but 0,0/11")},
    {.name = "locked twice",
     .source = "a mutex is not recursive",
     .program = {{{Lock(0), Lock(0)}}},
     .rc11 = Deadlocks(0, ""),
     .sc = Deadlocks(0, "")},
    {.name = "held for good",
     .source = "its holder waits for nobody",
     .program = {{{Lock(0), WaitUntilEqual(x, 0, 1, relaxed), Unlock(0)}, {Lock(0), Unlock(0)}}},
     .rc11 = Deadlocks(0, ""),
     .sc = Deadlocks(0, "")},
};

const std::vector<Case> kWaits = {
    {.name = "MP awaited",
     .source = "MP, the flag awaited",
     .program = Awaited(relaxed, relaxed),
     .rc11 = Runs(2, "10/11 11/11"),
     .sc = Runs(1, "all but 10/11")},
    {.name = "MP awaited+rel+acq",
     .source = "MP, the flag awaited",
     .program = Awaited(release, acquire),
     .rc11 = Runs(1, "11/11"),
     .sc = Runs(1, "all")},
    {.name = "waiting for nobody",
     .source = "nobody writes what is awaited",
     .program = {{{WaitUntilEqual(x, 0, 1, relaxed)}}},
     .rc11 = Deadlocks(0, ""),
     .sc = Deadlocks(0, "")},
    {.name = "mutual wait",
     .source = "LB, awaited",
     .program = MutualWait(),
     .rc11 = Deadlocks(0, ""),
     .sc = Deadlocks(0, "")},
    {.name = "ping pong",
     .source = "one execution, however long",
     .program = PingPong(),
     .rc11 = Runs(1, "2,13/3"),
     .sc = Runs(1, "all")},
    {.name = "awaited value overwritten",
     .source = "a thread may have seen what is gone",
     .program = {{{Store(x, 1, relaxed), Store(x, 2, relaxed)},
                  {WaitUntilEqual(x, 0, 1, relaxed)}}},
     .rc11 = Deadlocks(1, "1/2"),
     .sc = Deadlocks(1, "all")},
    {.name = "awaited value maybe overwritten",
     .source = "the awaited write is 1st or 2nd",
     .program = {{{Store(x, 1, relaxed)},
                  {Store(x, 2, relaxed)},
                  {WaitUntilEqual(x, 0, 1, relaxed)}}},
     .rc11 = Deadlocks(2, "1/1 1/2"),
     .sc = Deadlocks(2, "all")},
    {.name = "two waiters",
     .source = "one write wakes both",
     .program = {{{Store(x, 1, release)},
                  {WaitUntilEqual(x, 0, 1, acquire)},
                  {WaitUntilEqual(x, 0, 1, acquire)}}},
     .rc11 = Runs(1, "1,1/1"),
     .sc = Runs(1, "all")},
    {.name = "assumed",
     .source = "half of the executions do not count",
     .program = {{{Store(x, 1, relaxed)}, {Load(x, 0, relaxed), AssumeEqual(0, 1)}}},
     .rc11 = Runs(1, "1/1"),
     .sc = Runs(1, "all")},
    {.name = "assumed in both",
     .source = "SB without its weak outcome",
     .program = {{{Store(x, 1, relaxed), Load(y, 0, relaxed), AssumeEqual(0, 1)},
                  {Store(y, 1, relaxed), Load(x, 0, relaxed), AssumeEqual(0, 1)}}},
     .rc11 = Runs(1, "1,1/11"),
     .sc = Runs(1, "all")},
    {.name = "assumed while holding a lock",
     .source = "waiting for who was stopped is no deadlock",
     .program = {{{Lock(0), Load(x, 0, relaxed), AssumeEqual(0, 1), Unlock(0)},
                  {Store(x, 1, relaxed), Lock(0), Unlock(0)}}},
     .rc11 = Runs(2, "1/1"),
     .sc = Runs(2, "all")},
};

INSTANTIATE_TEST_SUITE_P(Locks, Litmus, ::testing::ValuesIn(kLocks), NameOf);
INSTANTIATE_TEST_SUITE_P(Waits, Litmus, ::testing::ValuesIn(kWaits), NameOf);
TEST_P(Litmus, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus

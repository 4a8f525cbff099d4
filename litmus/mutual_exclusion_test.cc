// Mutual exclusion from atomics alone: ticket, test-and-test-and-set and queue locks, Peterson,
// Dekker, and initialisation checked twice; each right, and wrong by one memory order.
//
// The section writes a plain variable and reads it back, so that two threads inside are a data
// race. A loop that only waits is a wait; a retry that fails without a write is an assumption,
// because a round that changes nothing need not be looked at. Whoever waits for good by it is not a
// deadlock.
#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/sync/sync.h"
#include "litmus/testing/scaling.h"

namespace litmus {
namespace {

using ksync::acq_rel;
using ksync::acquire;
using ksync::Atomic;
using ksync::Order;
using ksync::Plain;
using ksync::relaxed;
using ksync::release;
using ksync::seq_cst;
using models::FailureKind;

std::uint64_t Factorial(std::uint64_t n) { return n < 2 ? 1 : n * Factorial(n - 1); }

// What is to be done by one thread at a time.
class Section {
 public:
  void Enter(int thread) {
    shared_.Write(thread);
    ksync::Check(shared_.Read() == thread, "nobody else is in the section");
  }

 private:
  Plain<int> shared_{0, "shared"};
};

ScalingProgram TicketLock(int threads, Order serve) {
  return [=](const Starter& start) {
    Atomic<int> next, owner;
    Section section;
    start(Times(threads, [&](int i) {
      const int ticket = next.FetchAdd(1, relaxed);
      owner.WaitUntilEqual(ticket, acquire);
      section.Enter(i);
      const int served = owner.Load(relaxed);
      owner.Store(served + 1, serve);
    }));
  };
}

ScalingProgram TestAndTestAndSet(int threads, Order take) {
  return [=](const Starter& start) {
    Atomic<int> held;
    Section section;
    start(Times(threads, [&](int i) {
      ksync::Assume(held.Load(relaxed) == 0);
      ksync::Assume(held.Exchange(1, take) == 0);
      section.Enter(i);
      held.Store(0, release);
    }));
  };
}

// A queue lock: each thread waits on a flag of its own, and wakes its successor.
ScalingProgram McsLock(int threads, Order hand_over) {
  return [=](const Starter& start) {
    struct Node {
      Atomic<int> next;
      Atomic<int> waits;
    };
    std::deque<Node> nodes(threads + 1);  // By number, from 1; 0 is nobody.
    Atomic<int> tail;
    Section section;
    start(Times(threads, [&](int i) {
      const int me = i + 1;
      nodes[me].waits.Store(1, relaxed);
      const int before = tail.Exchange(me, acq_rel);
      if (before != 0) {
        nodes[before].next.Store(me, release);
        nodes[me].waits.WaitUntilEqual(0, acquire);
      }
      section.Enter(i);
      int last = me;
      if (nodes[me].next.Load(acquire) == 0) {
        if (tail.CompareExchange(last, 0, release, relaxed)) return;
      }
      const int next = nodes[me].next.WaitUntilNotEqual(0, acquire);
      nodes[next].waits.Store(0, hand_over);
    }));
  };
}

// Peterson's lock: the last to give way waits.
ScalingProgram Peterson(Order order, Order give_way) {
  return [=](const Starter& start) {
    std::array<Atomic<int>, 2> wants;
    Atomic<int> turn;
    Section section;
    start(Times(2, [&](int i) {
      wants[i].Store(1, order == seq_cst ? seq_cst : release);
      turn.Exchange(1 - i, give_way);
      if (wants[1 - i].Load(order == seq_cst ? seq_cst : acquire) != 0) {
        ksync::Assume(turn.Load(order == seq_cst ? seq_cst : acquire) == i);
      }
      section.Enter(i);
      wants[i].Store(0, release);
    }));
  };
}

// Dekker's entry: announce, then look; whoever sees the other does not enter.
ScalingProgram Dekker(Order fence) {
  return [=](const Starter& start) {
    std::array<Atomic<int>, 2> wants;
    Section section;
    start(Times(2, [&](int i) {
      wants[i].Store(1, relaxed);
      ksync::Fence(fence);
      if (wants[1 - i].Load(relaxed) != 0) return;
      section.Enter(i);
    }));
  };
}

// Everybody wants the value; the first to take the lock makes it.
ScalingProgram CheckedTwice(int threads, Order publish, Order look) {
  return [=](const Starter& start) {
    static constinit ksync::LockClass lock_class{"init lock"};
    ksync::Mutex mutex(lock_class);
    Atomic<int> ready;
    Plain<int> value("value");
    start(Times(threads, [&](int) {
      if (ready.Load(look) == 0) {
        mutex.Lock();
        if (ready.Load(relaxed) == 0) {
          value.Write(42);
          ready.Store(1, publish);
        }
        mutex.Unlock();
      }
      ksync::Check(value.Read() == 42, "the value is there");
    }));
  };
}

std::vector<Scaling> Locks() {
  std::vector<Scaling> all;
  for (int n = 2; n <= 6; ++n) {
    all.push_back({.name = "ticket lock " + std::to_string(n),
                   .source = "n!",
                   .program = TicketLock(n, release),
                   .executions = Factorial(n)});
  }
  for (int n = 2; n <= 4; ++n) {
    all.push_back({.name = "test and test and set " + std::to_string(n),
                   .source = "(n!)^2: who enters when, and whose release the first look saw",
                   .program = TestAndTestAndSet(n, acquire),
                   .executions = Factorial(n) * Factorial(n)});
  }
  const std::vector<Scaling> more = {
      {.name = "ticket lock, not released",
       .source = "a relaxed handing over",
       .program = TicketLock(2, relaxed),
       .failure = FailureKind::kDataRace},
      {.name = "test and test and set, not acquired",
       .source = "a relaxed taking",
       .program = TestAndTestAndSet(2, relaxed),
       .failure = FailureKind::kDataRace},
      {.name = "queue lock 2",
       .source = "Mellor-Crummey and Scott",
       .program = McsLock(2, release),
       .executions = 6},
      {.name = "queue lock 3",
       .source = "Mellor-Crummey and Scott",
       .program = McsLock(3, release),
       .executions = 66},
      {.name = "queue lock, not released",
       .source = "a relaxed handing over",
       .program = McsLock(2, relaxed),
       .failure = FailureKind::kDataRace},
  };
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<Scaling> Classics() {
  return {
      {.name = "Peterson",
       .source = "every order sc",
       .program = Peterson(seq_cst, seq_cst),
       .executions = 4},
      {.name = "Peterson by exchange",
       .source = "the exchanges of turn order the flags",
       .program = Peterson(acquire, acq_rel),
       .executions = 4},
      {.name = "Peterson, wrong",
       .source = "nothing orders the flags",
       .program = Peterson(acquire, relaxed),
       .failure = FailureKind::kDataRace},
      {.name = "Dekker",
       .source = "SB with sc fences: 3 of 4",
       .program = Dekker(seq_cst),
       .executions = 3},
      {.name = "Dekker, wrong",
       .source = "SB with weaker fences",
       .program = Dekker(acq_rel),
       .failure = FailureKind::kDataRace},
      {.name = "checked twice 2",
       .source = "the second to come looks early, in the lock, or late",
       .program = CheckedTwice(2, release, acquire),
       .executions = 4},
      {.name = "checked twice 3",
       .source = "the same for two that come later",
       .program = CheckedTwice(3, release, acquire),
       .executions = 15},
      {.name = "checked twice, looked relaxed",
       .source = "the first look does not acquire",
       .program = CheckedTwice(2, release, relaxed),
       .failure = FailureKind::kDataRace},
      {.name = "checked twice, published relaxed",
       .source = "the flag is not released",
       .program = CheckedTwice(2, relaxed, acquire),
       .failure = FailureKind::kDataRace},
  };
}

INSTANTIATE_TEST_SUITE_P(Locks, ScalingTest, ::testing::ValuesIn(Locks()), NameOfScaling);
INSTANTIATE_TEST_SUITE_P(Classics, ScalingTest, ::testing::ValuesIn(Classics()), NameOfScaling);
TEST_P(ScalingTest, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus

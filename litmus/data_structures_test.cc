// Lock-free data structures: Treiber's stack, the queues of Michael and Scott and of Herlihy and
// Wing, a sequence lock, and Chase and Lev's deque; the last two also wrong by one order.
//
// The numbers of the first three are those that GenMC 0.11 records for the same programs, described
// here anew. Words that carry a version and an index guard against reuse, as in those programs.
#include <array>
#include <cstdint>
#include <deque>
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

// A version above, an index below; index 0 is nobody.
using Word = std::uint64_t;
constexpr Word MakeWord(Word version, Word index) { return version << 32 | index; }
constexpr Word Version(Word word) { return word >> 32; }
constexpr Word Index(Word word) { return word & 0xffffffff; }

// Nodes are numbered from 1. Each thread has its own free ones, so taking and giving back is local.
class Nodes {
 public:
  struct Node {
    Plain<int> value{"value"};
    Atomic<Word> next{0, "next"};
  };

  // Thread t has nodes `first` + 2 t and the one after it.
  Nodes(int threads, Word first) : nodes_(first + 2 * threads), free_(threads) {
    for (int t = 0; t < threads; ++t) free_[t] = {first + 2 * t, first + 2 * t + 1};
  }

  Node& operator[](Word index) { return nodes_[index]; }

  Word Take(int thread) {
    const Word index = free_[thread].front();
    free_[thread].pop_front();
    return index;
  }
  void GiveBack(int thread, Word index) { free_[thread].push_front(index); }

 private:
  std::deque<Node> nodes_;
  std::vector<std::deque<Word>> free_;
};

class TreiberStack {
 public:
  explicit TreiberStack(int threads) : nodes_(threads, 1) {}

  // A failed attempt has stored, so it is really tried again.
  void Push(int thread, int value) {
    const Word node = nodes_.Take(thread);
    nodes_[node].value.Write(value);
    while (true) {
      Word top = top_.Load(acquire);
      nodes_[node].next.Store(top, relaxed);
      const Word pushed = MakeWord(Version(top) + 1, node);
      if (top_.CompareExchange(top, pushed, release, relaxed)) return;
    }
  }

  // Returns: 0 if it is empty. A failed attempt has done nothing, so it is not tried again.
  int Pop(int thread) {
    Word top = top_.Load(acquire);
    if (Index(top) == 0) return 0;
    const Word node = Index(top);
    const Word next = nodes_[node].next.Load(relaxed);
    const Word popped = MakeWord(Version(top) + 1, Index(next));
    ksync::Assume(top_.CompareExchange(top, popped, release, relaxed));
    const int value = nodes_[node].value.Read();
    nodes_.GiveBack(thread, node);
    return value;
  }

 private:
  Nodes nodes_;
  Atomic<Word> top_{0, "top"};
};

// Writers note something under the value they push, and readers look it up.
ScalingProgram Treiber(int writers, int readers) {
  return [=](const Starter& start) {
    TreiberStack stack(writers + readers);
    std::deque<Atomic<int>> notes(writers);
    start(Times(writers + readers, [&](int i) {
      if (i < writers) {
        notes[i].Store(i + 42, relaxed);
        stack.Push(i, i);
      } else {
        const int popped = stack.Pop(i);
        if (popped != 0) notes[popped].Load(relaxed);
      }
    }));
  };
}

class MichaelScottQueue {
 public:
  explicit MichaelScottQueue(int threads) : nodes_(threads, 2) {}

  void Enqueue(int thread, int value) {
    const Word node = nodes_.Take(thread);
    nodes_[node].value.Write(value);
    const Word old = nodes_[node].next.Load(relaxed);
    nodes_[node].next.Store(MakeWord(Version(old), 0), relaxed);
    Word tail = 0;
    while (!TryLink(node, tail)) {
    }
    Word seen = tail;
    tail_.CompareExchange(seen, MakeWord(Version(tail) + 1, node), release, relaxed);
  }

  bool Dequeue(int thread, int& value) {
    while (true) {
      Word head = head_.Load(acquire);
      Word tail = tail_.Load(acquire);
      const Word next = nodes_[Index(head)].next.Load(acquire);
      ksync::Assume(head_.Load(relaxed) == head);
      if (Index(head) == Index(tail)) {
        if (Index(next) == 0) return false;
        const Word helped = MakeWord(Version(tail) + 1, Index(next));
        tail_.CompareExchange(tail, helped, release, relaxed);
        continue;
      }
      value = nodes_[Index(next)].value.Read();
      const Word moved = MakeWord(Version(head) + 1, Index(next));
      Word seen = head;
      ksync::Assume(head_.CompareExchange(seen, moved, release, relaxed));
      nodes_.GiveBack(thread, Index(head));
      return true;
    }
  }

 private:
  // Returns: whether `node` was linked behind `tail`, which is what was seen of it.
  bool TryLink(Word node, Word& tail) {
    tail = tail_.Load(acquire);
    Atomic<Word>& last = nodes_[Index(tail)].next;
    Word next = last.Load(acquire);
    if (tail_.Load(relaxed) != tail) return false;
    if (Index(next) == 0) {
      const Word linked = MakeWord(Version(next) + 1, node);
      if (last.CompareExchange(next, linked, release, relaxed)) return true;
    }
    const Word behind = Index(last.Load(acquire));
    Word seen = tail;
    tail_.CompareExchange(seen, MakeWord(Version(tail) + 1, behind), release, relaxed);
    return false;
  }

  Nodes nodes_;  // Node 1 is the dummy.
  Atomic<Word> head_{MakeWord(0, 1), "head"};
  Atomic<Word> tail_{MakeWord(0, 1), "tail"};
};

void MichaelScott(const Starter& start) {
  MichaelScottQueue queue(2);
  start(Times(2, [&](int i) {
    queue.Enqueue(i, 10 * i);
    int value = -1;
    queue.Dequeue(i, value);
  }));
}

class HerlihyWingQueue {
 public:
  void Enqueue(int value) {
    const int slot = back_.FetchAdd(1, acq_rel);
    slots_[slot].Store(value, release);
  }

  // A round that finds nothing is not tried again.
  int Dequeue() {
    const int back = back_.Load(acquire);
    for (int slot = 0; slot < back; ++slot) {
      const int value = slots_[slot].Exchange(0, acq_rel);
      if (value != 0) return value;
    }
    ksync::Assume(false);
    return 0;
  }

 private:
  std::array<Atomic<int>, 4> slots_;
  Atomic<int> back_{0, "back"};
};

void HerlihyWing(const Starter& start) {
  HerlihyWingQueue queue;
  std::array<int, 4> got = {};
  start({[&] {
           queue.Enqueue(1);
           got[1] = queue.Dequeue();
         },
         [&] {
           queue.Enqueue(2);
           queue.Enqueue(3);
         },
         [&] {
           got[2] = queue.Dequeue();
           queue.Enqueue(4);
         },
         [&] {
           got[3] = queue.Dequeue();
           got[0] = queue.Dequeue();
         }});
  ksync::Check(got != std::array{1, 2, 3, 4}, "not all in the order of the enqueues");
}

// A writer makes the sequence odd, writes, and makes it even; a reader checks it before and after.
// Source: H. Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012.
ScalingProgram SequenceLock(Order after_odd, Order before_check) {
  return [=](const Starter& start) {
    Atomic<int> sequence, first, second;
    const auto write = [&] {
      sequence.Store(1, relaxed);
      ksync::Fence(after_odd);
      first.Store(1, relaxed);
      second.Store(1, relaxed);
      sequence.Store(2, release);
    };
    const auto read = [&] {
      const int before = sequence.Load(acquire);
      ksync::Assume(before % 2 == 0);
      const int one = first.Load(relaxed);
      const int two = second.Load(relaxed);
      ksync::Fence(before_check);
      const int after = sequence.Load(relaxed);
      ksync::Assume(before == after);
      ksync::Check(one == two, "both halves are of one write");
    };
    start({write, read});
  };
}

// One owner pushes and takes at the bottom; thieves steal at the top. Source: Le, Pop, Cohen,
// Zappa Nardelli, "Correct and efficient work-stealing for weak memory models", PPoPP 2013, with an
// array that never grows.
class Deque {
 public:
  static constexpr int kNothing = -1;
  explicit Deque(Order fence) : fence_(fence) {}

  void Push(int value) {
    const int bottom = bottom_.Load(relaxed);
    slots_[bottom].Store(value, relaxed);
    ksync::Fence(release);
    bottom_.Store(bottom + 1, relaxed);
  }

  int Take() {
    const int bottom = bottom_.Load(relaxed) - 1;
    bottom_.Store(bottom, relaxed);
    ksync::Fence(fence_);
    int top = top_.Load(relaxed);
    int value = kNothing;
    if (top <= bottom) {
      value = slots_[bottom].Load(relaxed);
      if (top < bottom) return value;
      if (!top_.CompareExchange(top, top + 1, seq_cst, relaxed)) value = kNothing;
    }
    bottom_.Store(bottom + 1, relaxed);
    return value;
  }

  int Steal() {
    int top = top_.Load(acquire);
    ksync::Fence(fence_);
    const int bottom = bottom_.Load(acquire);
    if (top >= bottom) return kNothing;
    const int value = slots_[top].Load(relaxed);
    if (!top_.CompareExchange(top, top + 1, seq_cst, relaxed)) return kNothing;
    return value;
  }

 private:
  Order fence_;
  Atomic<int> top_{0, "top"};
  Atomic<int> bottom_{0, "bottom"};
  std::array<Atomic<int>, 3> slots_;
};

// Two items; the owner takes twice, the thief steals `steals` times.
ScalingProgram ChaseLev(int steals, Order fence) {
  return [=](const Starter& start) {
    Deque deque(fence);
    std::array<int, 2> times_got = {};
    const auto got = [&](int value) {
      if (value == Deque::kNothing) return;
      ++times_got[value];
      ksync::Check(times_got[value] == 1, "no item is had twice");
    };
    const auto own = [&] {
      deque.Push(0);
      deque.Push(1);
      got(deque.Take());
      got(deque.Take());
    };
    const auto steal = [&] {
      for (int i = 0; i < steals; ++i) got(deque.Steal());
    };
    start({own, steal});
  };
}

std::vector<Scaling> Structures() {
  return {
      {.name = "Treiber stack 3W 2R",
       .source = "GenMC 0.11",
       .program = Treiber(3, 2),
       .executions = 6120},
      {.name = "Michael Scott queue",
       .source = "GenMC 0.11, its RDWR = 2",
       .program = MichaelScott,
       .executions = 50},
      {.name = "Herlihy Wing queue",
       .source = "GenMC 0.11, its hwqueue-ra",
       .program = HerlihyWing,
       .executions = 5483},
      {.name = "sequence lock",
       .source = "the writer is seen whole or not at all",
       .program = SequenceLock(release, acquire),
       .executions = 2},
      {.name = "sequence lock, wrong writer",
       .source = "data may pass the odd sequence",
       .program = SequenceLock(acquire, acquire),
       .failure = FailureKind::kCheckFailed},
      {.name = "sequence lock, wrong reader",
       .source = "the second look may be early",
       .program = SequenceLock(release, release),
       .failure = FailureKind::kCheckFailed},
      {.name = "work stealing deque 1",
       .source = "counted by GenMC 0.11",
       .program = ChaseLev(1, seq_cst),
       .executions = 17},
      {.name = "work stealing deque 2",
       .source = "counted by GenMC 0.11",
       .program = ChaseLev(2, seq_cst),
       .executions = 77},
      {.name = "work stealing deque, wrong",
       .source = "weaker fences",
       .program = ChaseLev(2, acq_rel),
       .failure = FailureKind::kCheckFailed},
  };
}

INSTANTIATE_TEST_SUITE_P(Structures, ScalingTest, ::testing::ValuesIn(Structures()), NameOfScaling);
TEST_P(ScalingTest, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus

// The peer programs that are about queues and stacks. TreiberStack and MichaelScottQueue link nodes
// of a pool by words that carry a counter against reuse; the Herlihy-Wing queue is an array.
//
// Invariant: nodes are numbered densely from 1; a node's number means nothing but which node it is.
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/sync/sync.h"
#include "models/testing/peer_programs.h"
#include "models/testing/peer_threads.h"

namespace models::testing {
namespace {

using ksync::acq_rel;
using ksync::acquire;
using ksync::relaxed;
using ksync::release;
using Int = ksync::Atomic<int>;

// A link: which node, and how often the place that holds the link was changed.
struct Link {
  std::uint32_t node;
  std::uint32_t count;

  static constexpr std::uint32_t kNull = 0;
  static constexpr std::uint32_t kPoison = 0x666;
  // Returns: a link to `to` for the place that holds this one.
  Link ChangedTo(std::uint32_t to) const { return {to, count + 1}; }
  bool operator==(const Link&) const = default;
};

struct Node {
  ksync::Plain<std::uint32_t> value{"value"};
  ksync::Atomic<Link> next{Link{Link::kPoison, 0}, "next"};
};

// Nodes, and for each thread a list of those that it may take. A thread gives nodes back to its own
// list, wherever they came from.
class NodePool {
 public:
  static constexpr std::uint32_t kPerThread = 2;

  // `reserved` nodes, the first ones, are in no list.
  NodePool(int threads, std::uint32_t reserved)
      : nodes_(reserved + kPerThread * threads), free_(threads) {
    for (int thread = 0; thread < threads; ++thread) {
      for (std::uint32_t i = 0; i < kPerThread; ++i) {
        free_[thread][i].Write(1 + reserved + kPerThread * thread + i);
      }
    }
  }

  Node& operator[](std::uint32_t node) { return nodes_[node - 1]; }

  std::uint32_t Take(int thread) {
    for (Slot& slot : free_[thread]) {
      const std::uint32_t node = slot.Read();
      if (node == Link::kNull) continue;
      slot.Write(Link::kNull);
      return node;
    }
    ksync::Check(false, "a thread has as many nodes as it needs");
    return Link::kNull;
  }

  void GiveBack(int thread, std::uint32_t node) {
    ksync::Check(node != Link::kNull, "a node is given back");
    for (Slot& slot : free_[thread]) {
      if (slot.Read() != Link::kNull) continue;
      slot.Write(node);
      return;
    }
    ksync::Check(false, "a thread has room for what it gives back");
  }

 private:
  struct Slot : ksync::Plain<std::uint32_t> {
    Slot() : Plain(Link::kNull, "free node") {}
  };

  std::vector<Node> nodes_;
  std::vector<std::array<Slot, 4>> free_;
};

// Treiber's stack. Zero means both a value and an empty stack.
class Stack {
 public:
  explicit Stack(int threads) : pool_(threads, /*reserved=*/0) {}

  void Push(int thread, std::uint32_t value) {
    const std::uint32_t node = pool_.Take(thread);
    pool_[node].value.Write(value);
    while (true) {
      Link top = top_.Load(acquire);
      pool_[node].next.Store(top, relaxed);
      if (top_.CompareExchange(top, top.ChangedTo(node), release, relaxed)) return;
    }
  }

  std::uint32_t Pop(int thread) {
    Link top = top_.Load(acquire);
    if (top.node == Link::kNull) return 0;
    const Link next = pool_[top.node].next.Load(relaxed);
    const std::uint32_t node = top.node;
    ksync::Assume(top_.CompareExchange(top, top.ChangedTo(next.node), release, relaxed));
    const std::uint32_t value = pool_[node].value.Read();
    pool_.GiveBack(thread, node);
    return value;
  }

 private:
  NodePool pool_;
  ksync::Atomic<Link> top_{Link{}, "top"};
};

// Michael and Scott's queue. The first node is the one before the first value.
class Queue {
 public:
  explicit Queue(int threads) : pool_(threads, /*reserved=*/1) {
    pool_[kFirst].next.Store(Link{}, relaxed);
  }

  void Enqueue(int thread, std::uint32_t value) {
    const std::uint32_t node = pool_.Take(thread);
    pool_[node].value.Write(value);
    const Link old = pool_[node].next.Load(relaxed);
    pool_[node].next.Store(Link{Link::kNull, old.count}, relaxed);
    Link tail{};
    while (true) {
      tail = tail_.Load(acquire);
      const Link next = pool_[tail.node].next.Load(acquire);
      if (tail_.Load(relaxed) != tail) continue;
      if (LinkBehind(tail.node, next, node)) break;
      const Link behind = pool_[tail.node].next.Load(acquire);
      MoveTail(tail, behind.node);
    }
    MoveTail(tail, node);
  }

  // Returns: nothing if the queue is empty.
  std::optional<std::uint32_t> Dequeue(int thread) {
    while (true) {
      Link head = head_.Load(acquire);
      const Link tail = tail_.Load(acquire);
      const Link next = pool_[head.node].next.Load(acquire);
      ksync::Assume(head_.Load(relaxed) == head);
      if (head.node == tail.node) {
        ksync::Check(next.node != Link::kPoison, "a node in the queue was prepared");
        if (next.node == Link::kNull) return std::nullopt;
        MoveTail(tail, next.node);
        continue;
      }
      const std::uint32_t value = pool_[next.node].value.Read();
      const std::uint32_t before = head.node;
      ksync::Assume(head_.CompareExchange(head, head.ChangedTo(next.node), release, relaxed));
      pool_.GiveBack(thread, before);
      return value;
    }
  }

 private:
  static constexpr std::uint32_t kFirst = 1;

  // Returns: whether `node` now follows `last`, which it does only if nothing did.
  bool LinkBehind(std::uint32_t last, Link next, std::uint32_t node) {
    ksync::Check(next.node != Link::kPoison, "a node in the queue was prepared");
    if (next.node != Link::kNull) return false;
    return pool_[last].next.CompareExchange(next, next.ChangedTo(node), release, relaxed);
  }

  // Whoever fails was helped.
  void MoveTail(Link tail, std::uint32_t node) {
    tail_.CompareExchange(tail, tail.ChangedTo(node), release, relaxed);
  }

  NodePool pool_;
  ksync::Atomic<Link> head_{Link{kFirst, 0}, "head"};
  ksync::Atomic<Link> tail_{Link{kFirst, 0}, "tail"};
};

// Herlihy and Wing's queue, which takes a slot to enqueue and scans the slots to dequeue.
class SlotQueue {
 public:
  explicit SlotQueue(int slots) : slots_(slots) {}

  void Enqueue(int value) {
    const int slot = back_.FetchAdd(1, acq_rel);
    slots_[slot].Store(value, release);
  }

  int Dequeue() {
    const int back = back_.Load(acquire);
    for (int slot = 0;; ++slot) {
      ksync::Assume(slot < back);
      const int value = slots_[slot].Exchange(0, acq_rel);
      if (value != 0) return value;
    }
  }

 private:
  Int back_{0, "back"};
  std::vector<Int> slots_;
};

// What a thread puts in and gets out. Shared memory, though each place has one user.
struct Slip {
  ksync::Plain<int> input{0, "input"};
  ksync::Plain<int> output{0, "output"};
  ksync::Plain<bool> succeeded{false, "succeeded"};
};

}  // namespace

void HerlihyWingLitmus(int) {
  SlotQueue queue(/*slots=*/4);
  ksync::Plain<int> r1(0, "r1");
  ksync::Plain<int> r2(0, "r2");
  ksync::Plain<int> r3(0, "r3");
  ksync::Plain<int> r4(0, "r4");
  PeerThreads threads;
  threads.Start([&] {
    queue.Enqueue(1);
    r2.Write(queue.Dequeue());
  });
  threads.Start([&] {
    queue.Enqueue(2);
    queue.Enqueue(3);
  });
  threads.Start([&] {
    r3.Write(queue.Dequeue());
    queue.Enqueue(4);
  });
  threads.Start([&] {
    r4.Write(queue.Dequeue());
    r1.Write(queue.Dequeue());
  });
  threads.JoinAll();
  const bool reordered = r1.Read() == 1 && r2.Read() == 2 && r3.Read() == 3 && r4.Read() == 4;
  ksync::Check(!reordered, "the values do not come out in an order that no queue has");
}

// Thread 0 enqueues 0, which looks like an empty slot: so not every dequeue can succeed, and none
// of the executions would be complete. The peer's row cuts a scan of all n + 1 slots at its end and
// calls that complete; here such a thread ends as well, so that the counts can be compared.
void HerlihyWingQueue(int n) {
  Int tail(0, "tail");
  std::vector<Int> slots(n + 1);
  std::vector<Slip> slips(n);
  const auto dequeue = [&, n](Slip& slip) {
    const int last = tail.Load(acquire);
    for (int slot = 0; slot <= last; ++slot) {
      if (slots[slot].Load(acquire) == 0) continue;
      const int value = slots[slot].Exchange(0, acq_rel);
      if (value == 0) continue;
      slip.output.Write(value);
      slip.succeeded.Write(true);
      return;
    }
    ksync::Assume(last == n);
  };
  PeerThreads threads;
  threads.StartEachThroughMemory(n, [&](int thread) {
    slips[thread].input.Write(10 * thread);
    const int value = slips[thread].input.Read();
    const int slot = tail.FetchAdd(1, release);
    ksync::Check(slot + 1 < 255, "there is a slot left");
    slots[slot + 1].Store(value, release);
    dequeue(slips[thread]);
  });
}

void TreiberStack(int n) {
  constexpr int kReaders = 2;
  const int threads_in_all = n + kReaders;
  std::vector<Int> written(n);
  Stack stack(threads_in_all);
  PeerThreads threads;
  threads.StartEachThroughMemory(threads_in_all, [&, n](int thread) {
    if (thread < n) {
      written[thread].Store(thread + 42, relaxed);
      stack.Push(thread, thread);
    } else {
      const std::uint32_t writer = stack.Pop(thread);
      if (writer != 0) written[writer].Load(relaxed);
    }
  });
}

void MichaelScottQueue(int n) {
  Queue queue(n);
  std::vector<Slip> slips(n);
  PeerThreads threads;
  threads.StartEachThroughMemory(n, [&](int thread) {
    Slip& slip = slips[thread];
    slip.input.Write(10 * thread);
    const int value = slip.input.Read();
    queue.Enqueue(thread, value);
    const std::optional<std::uint32_t> taken = queue.Dequeue(thread);
    if (taken.has_value()) slip.output.Write(*taken);
    slip.succeeded.Write(taken.has_value());
  });
}

}  // namespace models::testing

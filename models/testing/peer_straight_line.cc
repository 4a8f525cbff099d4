// The peer programs without locks and data structures: coherence, counters, indices. What each is
// good for: CoherenceOfA and NWriters count orders of writes, LoadThenStore and the increments
// revisits, Readers alternatives of reads, LastZero and Indexer loops whose length depends on them.
#include <vector>

#include "core/sync/sync.h"
#include "models/testing/peer_programs.h"
#include "models/testing/peer_threads.h"

namespace models::testing {
namespace {

using ksync::acquire;
using ksync::relaxed;
using ksync::release;
using Int = ksync::Atomic<int>;

// Writes 1, 2, 3 to each of two variables, alternating.
void WriteThreeRounds(Int& first, Int& second) {
  for (int value = 1; value <= 3; ++value) {
    first.Store(value, release);
    second.Store(value, release);
  }
}

// Reads the four variables in turn, `count` loads in all.
void ReadInTurn(const std::vector<Int>& variables, int count) {
  for (int i = 0; i < count; ++i) variables[i % variables.size()].Load(acquire);
}

void TwoReadersTwoWriters(int first_loads, int second_loads) {
  std::vector<Int> variables(4);
  PeerThreads threads;
  threads.Start([&, first_loads] { ReadInTurn(variables, first_loads); });
  threads.Start([&, second_loads] { ReadInTurn(variables, second_loads); });
  threads.Start([&] { WriteThreeRounds(variables[0], variables[1]); });
  threads.Start([&] { WriteThreeRounds(variables[2], variables[3]); });
}

// `increments` relaxed increments, each of a variable of its own, by n threads.
void Increments(int n, int increments) {
  std::vector<Int> variables(increments);
  PeerThreads threads;
  threads.StartEach(n, [&](int) {
    for (Int& variable : variables) variable.FetchAdd(1, relaxed);
  });
}

}  // namespace

void Big0(int) { TwoReadersTwoWriters(7, 3); }

void Big1(int) { TwoReadersTwoWriters(8, 6); }

void CoherenceOfA(int n) {
  Int x(0, "x");
  Int y(0, "y");
  Int z(0, "z");
  PeerThreads threads;
  threads.Start([&] {
    x.Store(1, release);
    y.Load(acquire);
    x.Load(acquire);
  });
  threads.Start([&] {
    x.Store(2, release);
    z.Load(acquire);
    x.Load(acquire);
  });
  threads.StartEachThroughMemory(n - 1, [&](int i) {
    y.Store(i, release);
    z.Store(i, release);
  });
}

void NWriters(int n) {
  Int x(0, "x");
  PeerThreads threads;
  threads.Start([&] { x.Load(acquire); });
  threads.StartEachThroughMemory(n + 1, [&](int i) { x.Store(i, release); });
}

void WriteReadWrite(int n) {
  Int x(0, "x");
  PeerThreads threads;
  threads.Start([&] { x.Store(1, release); });
  threads.StartEachThroughMemory(n, [&](int i) {
    x.Load(relaxed);
    x.Store(i, release);
  });
}

void Fibonacci(int n) {
  Int x(1, "x");
  Int y(1, "y");
  const auto add = [&, n](Int& sum) {
    for (int round = 0; round < n; ++round) {
      const int a = x.Load(acquire);
      const int b = y.Load(acquire);
      sum.Store(a + b, release);
    }
  };
  PeerThreads threads;
  threads.Start([&] { add(x); });
  threads.Start([&] { add(y); });
  threads.Start([&] {
    const bool too_large = x.Load(acquire) > 144 || y.Load(acquire) > 144;
    ksync::Check(!too_large, "no sum is larger than a Fibonacci number");
  });
}

void CasThenWrite(int n) {
  Int x(0, "x");
  PeerThreads threads;
  threads.StartEachThroughMemory(n, [&](int i) {
    int expected = 0;
    x.CompareExchange(expected, 1, relaxed, relaxed);
    x.Store(i + 3, release);
  });
}

void LoadThenStore(int n) {
  Int x(0, "x");
  PeerThreads threads;
  threads.StartEachThroughMemory(n, [&](int i) {
    const int seen = x.Load(relaxed);
    x.Store(seen + (1 << i), release);
  });
}

void CasRotation(int n) {
  Int x(0, "x");
  PeerThreads threads;
  threads.StartEachThroughMemory(n, [&](int i) {
    int expected = i;
    x.CompareExchange(expected, i + 1, relaxed, relaxed);
  });
}

void WriteThenCas(int n) {
  Int x(0, "x");
  PeerThreads threads;
  threads.Start([&] { x.Store(2, release); });
  threads.StartEach(n, [&](int) {
    int expected = 2;
    x.CompareExchange(expected, 3, relaxed, relaxed);
  });
}

void OneIncrement(int n) { Increments(n, 1); }

void TwoIncrements(int n) { Increments(n, 2); }

void ThreeIncrements(int n) { Increments(n, 3); }

void Readers(int n) {
  Int x(0, "x");
  PeerThreads threads;
  threads.Start([&] { x.Store(42, release); });
  threads.StartEachThroughMemory(n, [&](int) { x.Load(acquire); });
}

void LastZero(int n) {
  std::vector<Int> cells(n + 1);
  PeerThreads threads;
  threads.Start([&, n] {
    int i = n;
    while (cells[i].Load(acquire) != 0) --i;
  });
  threads.StartEachThroughMemory(n, [&](int i) {
    const int before = cells[i].Load(acquire);
    cells[i + 1].Store(before + 1, release);
  });
}

void Indexer(int n) {
  constexpr int kSlots = 128;
  constexpr int kPerThread = 4;
  std::vector<Int> table(kSlots);
  PeerThreads threads;
  threads.StartEachThroughMemory(n, [&](int thread) {
    for (int i = 0; i < kPerThread; ++i) {
      const int value = i * 11 + thread;
      int slot = (value * 7) % kSlots;
      ksync::Check(slot >= 0, "a slot is an index");
      for (int empty = 0; !table[slot].CompareExchange(empty, value, relaxed, relaxed); empty = 0) {
        slot = (slot + 1) % kSlots;
      }
    }
  });
}

}  // namespace models::testing

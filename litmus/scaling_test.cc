// Straight-line programs that grow with a number, and how many executions they have.
//
// Most numbers are formulas: n increments or n writes have n! orders, k independent ones multiply.
// The others are those that GenMC 0.11 records for the same programs (its tests/correct/synthetic),
// which are described here anew. The sizes are such that all take seconds.
#include "litmus/testing/scaling.h"

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "core/sync/sync.h"

namespace litmus {
namespace {

using ksync::acquire;
using ksync::Atomic;
using ksync::relaxed;
using ksync::release;

std::uint64_t Factorial(std::uint64_t n) { return n < 2 ? 1 : n * Factorial(n - 1); }

std::uint64_t Power(std::uint64_t base, int exponent) {
  return exponent == 0 ? 1 : base * Power(base, exponent - 1);
}

// `counters` counters, each incremented once by each thread.
ScalingProgram Increments(int threads, int counters) {
  return [=](const Starter& start) {
    std::deque<Atomic<int>> atomics(counters);
    start(Times(threads, [&](int) {
      for (Atomic<int>& atomic : atomics) atomic.FetchAdd(1, relaxed);
    }));
    for (const Atomic<int>& atomic : atomics) {
      ksync::Check(atomic.Load(relaxed) == threads, "no increment is lost");
    }
  };
}

// One counter, incremented under a lock.
ScalingProgram LockedIncrements(int threads) {
  return [=](const Starter& start) {
    static constinit ksync::LockClass lock_class{"mutex"};
    ksync::Mutex mutex(lock_class);
    ksync::Plain<int> counter(0, "counter");
    start(Times(threads, [&](int) {
      mutex.Lock();
      counter.Write(counter.Read() + 1);
      mutex.Unlock();
    }));
    ksync::Check(counter.Read() == threads, "no increment is lost");
  };
}

// A load and a store instead of an increment: the loads multiply with the orders of the stores.
ScalingProgram LostIncrements(int threads) {
  return [=](const Starter& start) {
    Atomic<int> x;
    start(Times(threads, [&](int i) {
      const int seen = x.Load(relaxed);
      x.Store(seen + (1 << i), release);
    }));
  };
}

ScalingProgram Writers(int writers, int reads) {
  return [=](const Starter& start) {
    Atomic<int> x;
    Bodies bodies = Times(writers, [&](int i) { x.Store(i, release); });
    if (reads > 0) {
      bodies.emplace_back([&] {
        for (int i = 0; i < reads; ++i) x.Load(acquire);
      });
    }
    start(bodies);
  };
}

// One writer, and readers that see it or not.
ScalingProgram Readers(int readers) {
  return [=](const Starter& start) {
    Atomic<int> x;
    Bodies bodies = Times(readers, [&](int) { x.Load(acquire); });
    bodies.emplace_back([&] { x.Store(42, release); });
    start(bodies);
  };
}

// One writer of x, and threads that read x and then write it.
ScalingProgram WriteReadWrite(int threads) {
  return [=](const Starter& start) {
    Atomic<int> x;
    Bodies bodies = Times(threads, [&](int i) {
      x.Load(relaxed);
      x.Store(i, release);
    });
    bodies.emplace_back([&] { x.Store(1, release); });
    start(bodies);
  };
}

// Thread i turns i into i + 1.
ScalingProgram Rotation(int threads) {
  return [=](const Starter& start) {
    Atomic<int> x;
    start(Times(threads, [&](int i) {
      int expected = i;
      x.CompareExchange(expected, i + 1, relaxed, relaxed);
    }));
  };
}

// Each thread turns 0 into 1, if it can, and then writes.
ScalingProgram CompareExchangeAndWrite(int threads) {
  return [=](const Starter& start) {
    Atomic<int> x;
    start(Times(threads, [&](int i) {
      int expected = 0;
      x.CompareExchange(expected, 1, relaxed, relaxed);
      x.Store(i + 3, release);
    }));
  };
}

// One thread writes 2; each other turns 2 into 3, if it can.
ScalingProgram WriteAndCompareExchanges(int threads) {
  return [=](const Starter& start) {
    Atomic<int> x;
    Bodies bodies = Times(threads, [&](int) {
      int expected = 2;
      x.CompareExchange(expected, 3, relaxed, relaxed);
    });
    bodies.emplace_back([&] { x.Store(2, release); });
    start(bodies);
  };
}

// Writer j stores in a[j] one more than a[j - 1] holds; the reader looks for the last zero.
ScalingProgram LastZero(int writers) {
  return [=](const Starter& start) {
    std::deque<Atomic<int>> a(writers + 1);
    Bodies bodies = Times(writers, [&](int i) {
      const int before = a[i].Load(acquire);
      a[i + 1].Store(before + 1, release);
    });
    bodies.emplace_back([&] {
      int i = writers;
      while (a[i].Load(acquire) != 0) --i;
    });
    start(bodies);
  };
}

// Threads put four values each into a hash table with linear probing; few of them collide.
ScalingProgram Indexer(int threads) {
  return [=](const Starter& start) {
    constexpr int kSize = 128;
    std::deque<Atomic<int>> table(kSize);
    start(Times(threads, [&](int thread) {
      for (int i = 0; i < 4; ++i) {
        const int value = i * 11 + thread;
        int slot = value * 7 % kSize;
        int expected = 0;
        while (!table[slot].CompareExchange(expected, value, relaxed, relaxed)) {
          slot = (slot + 1) % kSize;
          expected = 0;
        }
      }
    }));
  };
}

// Two threads that write x and then read y or z, which many threads write.
ScalingProgram CoA(int writers) {
  return [=](const Starter& start) {
    Atomic<int> x, y, z;
    Bodies bodies = Times(writers, [&](int i) {
      y.Store(i, release);
      z.Store(i, release);
    });
    const auto observer = [&x](int value, Atomic<int>& other) {
      x.Store(value, release);
      other.Load(acquire);
      x.Load(acquire);
    };
    bodies.emplace_back([&] { observer(1, y); });
    bodies.emplace_back([&] { observer(2, z); });
    start(bodies);
  };
}

// Two threads add each other's number to their own; a third looks at both.
ScalingProgram Fibonacci(int rounds) {
  return [=](const Starter& start) {
    Atomic<int> x(1), y(1);
    const auto add = [&](Atomic<int>& own) {
      for (int i = 0; i < rounds; ++i) {
        const int first = x.Load(acquire);
        const int second = y.Load(acquire);
        own.Store(first + second, release);
      }
    };
    const auto look = [&] {
      const int first = x.Load(acquire);
      ksync::Check(first <= 144, "no number exceeds Fibonacci's");
      const int second = y.Load(acquire);
      ksync::Check(second <= 144, "no number exceeds Fibonacci's");
    };
    start({[&] { add(x); }, [&] { add(y); }, look});
  };
}

// Long straight threads: seven and three reads against six and six writes.
void Big(const Starter& start) {
  Atomic<int> x, y, z, w;
  const auto read = [](std::initializer_list<Atomic<int>*> atomics) {
    for (Atomic<int>* atomic : atomics) atomic->Load(acquire);
  };
  const auto write = [](Atomic<int>& first, Atomic<int>& second) {
    for (int value = 1; value <= 3; ++value) {
      first.Store(value, release);
      second.Store(value, release);
    }
  };
  start({[&] {
           read({&x, &y, &z, &w, &x, &y, &z});
         },
         [&] {
           read({&x, &y, &z});
         },
         [&] { write(x, y); }, [&] { write(z, w); }});
}

std::vector<Scaling> Formulas() {
  std::vector<Scaling> all;
  const auto add = [&](const char* name, int n, const char* source, ScalingProgram program,
                       std::uint64_t executions) {
    all.push_back({.name = name + std::string(" ") + std::to_string(n),
                   .source = source,
                   .program = std::move(program),
                   .executions = executions});
  };
  for (int n = 2; n <= 7; ++n) add("ainc", n, "n!", Increments(n, 1), Factorial(n));
  for (int n = 2; n <= 5; ++n) add("binc", n, "(n!)^2", Increments(n, 2), Power(Factorial(n), 2));
  for (int n = 2; n <= 4; ++n) add("cinc", n, "(n!)^3", Increments(n, 3), Power(Factorial(n), 3));
  for (int n = 2; n <= 7; ++n) add("lockinc", n, "n!", LockedIncrements(n), Factorial(n));
  for (int n = 2; n <= 5; ++n) add("inc", n, "(n!)^2", LostIncrements(n), Power(Factorial(n), 2));
  for (int n = 2; n <= 8; ++n) add("writers", n, "n!", Writers(n, 0), Factorial(n));
  for (int n = 2; n <= 7; ++n) {
    add("writers and a reader", n, "n! orders, n + 1 values", Writers(n, 1), Factorial(n + 1));
  }
  for (int n : {2, 8, 13}) add("readers", n, "2^n", Readers(n), Power(2, n));
  for (int n : {3, 5, 10}) {
    add("lastzero", n, "(n + 3) 2^(n - 2)", LastZero(n), (n + 3) * Power(2, n - 2));
  }
  for (int n : {11, 12, 14, 15}) {
    add("indexer", n, "2 for each pair that collides", Indexer(n), Power(8, n - 11));
  }
  return all;
}

std::vector<Scaling> Recorded() {
  return {
      {.name = "casrot 2", .source = "GenMC 0.11", .program = Rotation(2), .executions = 2},
      {.name = "casrot 3", .source = "GenMC 0.11", .program = Rotation(3), .executions = 5},
      {.name = "casrot 4", .source = "GenMC 0.11", .program = Rotation(4), .executions = 14},
      {.name = "casrot 5", .source = "GenMC 0.11", .program = Rotation(5), .executions = 43},
      {.name = "casrot 6", .source = "GenMC 0.11", .program = Rotation(6), .executions = 144},
      {.name = "casrot 7", .source = "GenMC 0.11", .program = Rotation(7), .executions = 523},
      {.name = "casrot 8", .source = "GenMC 0.11", .program = Rotation(8), .executions = 2048},
      {.name = "casrot 9", .source = "GenMC 0.11", .program = Rotation(9), .executions = 8597},
      {.name = "casw 2",
       .source = "GenMC 0.11",
       .program = CompareExchangeAndWrite(2),
       .executions = 6},
      {.name = "casw 3",
       .source = "GenMC 0.11",
       .program = CompareExchangeAndWrite(3),
       .executions = 66},
      {.name = "casw 4",
       .source = "GenMC 0.11",
       .program = CompareExchangeAndWrite(4),
       .executions = 1200},
      {.name = "casw 5",
       .source = "GenMC 0.11",
       .program = CompareExchangeAndWrite(5),
       .executions = 32880},
      {.name = "wcas 9",
       .source = "GenMC 0.11",
       .program = WriteAndCompareExchanges(9),
       .executions = 2305},
      {.name = "wrw 2", .source = "GenMC 0.11", .program = WriteReadWrite(2), .executions = 22},
      {.name = "wrw 3", .source = "GenMC 0.11", .program = WriteReadWrite(3), .executions = 300},
      {.name = "wrw 4", .source = "GenMC 0.11", .program = WriteReadWrite(4), .executions = 6576},
      {.name = "CoA 2", .source = "GenMC 0.11, its N = 3", .program = CoA(2), .executions = 144},
      {.name = "CoA 3", .source = "GenMC 0.11, its N = 4", .program = CoA(3), .executions = 2304},
      {.name = "CoA 4", .source = "GenMC 0.11, its N = 5", .program = CoA(4), .executions = 57600},
      {.name = "CoA 4 sc",
       .source = "GenMC 0.11, its N = 5",
       .program = CoA(4),
       .executions = 49776,
       .memory_model = models::MemoryModelKind::kSc},
      {.name = "big0", .source = "GenMC 0.11", .program = Big, .executions = 82472},
      {.name = "big0 sc",
       .source = "GenMC 0.11",
       .program = Big,
       .executions = 69112,
       .memory_model = models::MemoryModelKind::kSc},
      {.name = "fib bench", .source = "GenMC 0.11", .program = Fibonacci(5), .executions = 525630},
      {.name = "fib bench sc",
       .source = "GenMC 0.11",
       .program = Fibonacci(5),
       .executions = 218243,
       .memory_model = models::MemoryModelKind::kSc},
  };
}

INSTANTIATE_TEST_SUITE_P(Formulas, ScalingTest, ::testing::ValuesIn(Formulas()), NameOfScaling);
INSTANTIATE_TEST_SUITE_P(Recorded, ScalingTest, ::testing::ValuesIn(Recorded()), NameOfScaling);
TEST_P(ScalingTest, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus

// Two threads add each other's variable; a third looks. The program is GenMC's fib_bench, which
// counts 2,258 executions for three rounds and 525,630 for five.
#include <atomic>
#include <cassert>
#include <thread>

#ifndef ROUNDS
#define ROUNDS 3
#endif

std::atomic<int> x{1}, y{1};

void Add(std::atomic<int>& sum) {
  for (int round = 0; round < ROUNDS; ++round) {
    const int a = x.load(std::memory_order_acquire);
    const int b = y.load(std::memory_order_acquire);
    sum.store(a + b, std::memory_order_release);
  }
}

int main() {
  std::thread one([] { Add(x); });
  std::thread other([] { Add(y); });
  std::thread third([] {
    assert(!(x.load(std::memory_order_acquire) > 144 || y.load(std::memory_order_acquire) > 144));
  });
  one.join();
  other.join();
  third.join();
}

// A spin lock by compare-exchange. Who spins waits, and is not enumerated: as many executions as
// there are orders of the threads.
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>
#ifndef N
#define N 3
#endif
std::atomic<int> flag;
int counter;
int main() {
  std::vector<std::thread> ts;
  for (int i = 0; i < N; ++i)
    ts.emplace_back([] {
      int e;
      do {
        e = 0;
      } while (!flag.compare_exchange_weak(e, 1, std::memory_order_acquire));
      ++counter;
      flag.store(0, std::memory_order_release);
    });
  for (auto& t : ts) t.join();
  assert(counter == N);
}

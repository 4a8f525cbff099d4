// A spin lock by an atomic_flag: each failing try writes what is there already.
// As many executions as there are orders of the threads.
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>
#ifndef N
#define N 3
#endif
std::atomic_flag flag;
int counter;
int main() {
  std::vector<std::thread> ts;
  for (int i = 0; i < N; ++i)
    ts.emplace_back([] {
      while (flag.test_and_set(std::memory_order_acquire)) {
      }
      ++counter;
      flag.clear(std::memory_order_release);
    });
  for (auto& t : ts) t.join();
  assert(counter == N);
}

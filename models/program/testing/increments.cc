// Threads that add one, atomically and relaxed: as many executions as there are orders of them.
// Nothing else is in the way of the engine.
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

std::atomic<int> counter;

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < THREADS; ++i) {
    threads.emplace_back([] { counter.fetch_add(1, std::memory_order_relaxed); });
  }
  for (std::thread& thread : threads) thread.join();
  assert(counter.load() == THREADS);
}

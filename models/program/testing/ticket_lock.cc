// A ticket lock: who takes a ticket waits for its number in a loop.
// As many executions as there are orders of the tickets.
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>
#ifndef N
#define N 3
#endif
std::atomic<int> next, serving;
int counter;
void lock() {
  int my = next.fetch_add(1, std::memory_order_relaxed);
  while (serving.load(std::memory_order_acquire) != my) std::this_thread::yield();
}
void unlock() {
  serving.store(serving.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}
int main() {
  std::vector<std::thread> ts;
  for (int i = 0; i < N; ++i)
    ts.emplace_back([] {
      lock();
      ++counter;
      unlock();
    });
  for (auto& t : ts) t.join();
  assert(counter == N);
}

// A loop of several reads and a fence, which may go round with values that are no longer the
// latest: that is no deadlock.
#include <atomic>
#include <cassert>
#include <thread>
std::atomic<unsigned> number;
std::atomic<int> x, y;
void Write(int value) {
  const unsigned before = number.load(std::memory_order_relaxed);
  number.store(before + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  x.store(value, std::memory_order_relaxed);
  y.store(value, std::memory_order_relaxed);
  number.store(before + 2, std::memory_order_release);
}
int main() {
  std::thread writer([] {
    Write(1);
    Write(2);
  });
  std::thread reader([] {
    unsigned before, after;
    int seen_x, seen_y;
    do {
      before = number.load(std::memory_order_acquire);
      seen_x = x.load(std::memory_order_relaxed);
      seen_y = y.load(std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_acquire);
      after = number.load(std::memory_order_relaxed);
    } while (before != after || before % 2 != 0);
    assert(seen_x == seen_y);
  });
  writer.join();
  reader.join();
}

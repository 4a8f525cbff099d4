// Message passing by relaxed accesses, of atomics alone: no race, but a wrong belief.
// Under sequential consistency it is a right one.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> data, ready;

int main() {
  std::thread writer([] {
    data.store(1, std::memory_order_relaxed);
    ready.store(1, std::memory_order_relaxed);
  });
  std::thread reader([] {
    if (ready.load(std::memory_order_relaxed) == 1) {
      assert(data.load(std::memory_order_relaxed) == 1);
    }
  });
  writer.join();
  reader.join();
}

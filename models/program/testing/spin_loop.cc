// A thread that waits for a flag in a loop: one execution, for only the last read counts.
// The data behind the flag is plain.
#include <atomic>
#include <cassert>
#include <thread>
std::atomic<int> x;
int data;
int main() {
  std::thread a([] {
    data = 1;
    x.store(1, std::memory_order_release);
  });
  std::thread b([] {
    while (x.load(std::memory_order_acquire) == 0) {
    }
    assert(data == 1);
  });
  a.join();
  b.join();
}

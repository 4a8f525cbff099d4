// A thread that spins on a variable that nobody changes.
// That is a deadlock, not a time-out.
#include <atomic>
#include <thread>
std::atomic<int> x;
int main() {
  std::thread b([] {
    while (x.load(std::memory_order_acquire) == 0) {
    }
  });
  b.join();
}

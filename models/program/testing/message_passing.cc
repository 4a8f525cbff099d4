// Message passing with one order too weak: the store of the flag must be a release.
// What is caught is the race on the data.
#include <atomic>
#include <cassert>
#include <thread>
std::atomic<bool> ready;
int data;
int main() {
  std::thread writer([] {
    data = 42;
    ready.store(true, std::memory_order_relaxed);
  });
  std::thread reader([] {
    if (ready.load(std::memory_order_acquire)) assert(data == 42);
  });
  writer.join();
  reader.join();
}

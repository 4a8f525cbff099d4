// Exceptions are thrown and caught as ever, in the threads they belong to, and a lock that is held
// meanwhile is given back.
#include <atomic>
#include <cassert>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

std::atomic<int> x;
std::mutex mutex;

void Throwing(int value) {
  try {
    std::lock_guard<std::mutex> guard(mutex);
    x.store(value);
    throw std::runtime_error("a message that is long enough to be allocated");
  } catch (const std::exception& e) {
    assert(std::string(e.what()).size() > 20);
    x.fetch_add(1);
  }
}

int main() {
  std::thread one([] { Throwing(1); });
  std::thread other([] { Throwing(2); });
  one.join();
  other.join();
}

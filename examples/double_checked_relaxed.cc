// Double-checked initialisation with one mistake: the object is published relaxed.
//
// A thread that finds it takes no lock, and nothing orders the maker's writes before its reads: it
// may find the address and not the object. In C++ that is a data race.
// double_checked.cc is right, and says why each order is as it is.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

struct Config {
  int width = 80;
  int height = 25;
};

std::atomic<Config*> config;
std::mutex making;
int made = 0;  // Guarded by `making`.

const Config& GetConfig() {
  Config* found = config.load(std::memory_order_acquire);
  if (found == nullptr) {
    const std::lock_guard<std::mutex> lock(making);
    found = config.load(std::memory_order_relaxed);
    if (found == nullptr) {
      found = new Config;
      ++made;
      config.store(found, std::memory_order_relaxed);
    }
  }
  return *found;
}

void Use() {
  const Config& found = GetConfig();
  assert(found.width * found.height == 2000 && "the object is complete");
}

int main() {
  std::thread first(Use);
  std::thread second(Use);
  std::thread third(Use);
  first.join();
  second.join();
  third.join();
  assert(made == 1 && "it is made once");
  delete config.load();
}

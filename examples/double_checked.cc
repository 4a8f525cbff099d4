// Double-checked initialisation: whoever comes first makes the object, under a lock; whoever comes
// later finds it without one.
// (D. Schmidt, T. Harrison, Double-Checked Locking, PLoP 1996; why it needs orders: S. Meyers,
// A. Alexandrescu, C++ and the Perils of Double-Checked Locking, 2004.)
//
// The claim: the object is made once, and whoever gets it finds it complete.
//
// Every memory order has its because:
//   the first check: acquire. It is all that a thread does that finds the object made: without it
//     nothing orders the maker's writes before its reads.
//   the second check: relaxed. The lock has ordered everything already.
//   publication: release, the other half of the first check. The lock does not help: who does not
//     take it is not ordered by it.
//
// In C++ one would write `static Config config;` in the function, which does the same. Code
// that needs to know whether the object exists, or replaces it, writes it out.
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
      config.store(found, std::memory_order_release);
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

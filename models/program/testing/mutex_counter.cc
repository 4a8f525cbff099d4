// Four threads that count under a mutex: 4! executions, none of which ends waiting.
// A program of the standard library, vector included.
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>
std::mutex m;
int counter;
int main() {
  std::vector<std::thread> ts;
  for (int i = 0; i < 4; ++i)
    ts.emplace_back([] {
      std::lock_guard<std::mutex> g(m);
      ++counter;
    });
  for (auto& t : ts) t.join();
  assert(counter == 4);
}

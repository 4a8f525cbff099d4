#include <atomic>
#include <cassert>
#include <thread>
std::atomic<int> x;
int main() {
  int seen = 0;
  std::thread a([] { x.store(1); });
  std::thread b([&] {
    for (int i = 0; i < 4; ++i) seen += x.load();
  });
  a.join();
  b.join();
}

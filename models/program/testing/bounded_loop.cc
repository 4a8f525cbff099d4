// A loop that reads the same variable four times, and may see it change at any of them: it is no
// spin, although the reads repeat each other, because it counts them.
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

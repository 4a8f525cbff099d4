// Peterson's algorithm, which needs sequential consistency. Who waits reads two variables in turn,
// which is a cycle of two reads.
#include <atomic>
#include <cassert>
#include <thread>
std::atomic<int> flag[2], turn;
int counter;
void cs(int me) {
  flag[me].store(1);
  turn.store(1 - me);
  while (flag[1 - me].load() == 1 && turn.load() == 1 - me) {
  }
  ++counter;
  flag[me].store(0);
}
int main() {
  std::thread a(cs, 0), b(cs, 1);
  a.join();
  b.join();
  assert(counter == 2);
}

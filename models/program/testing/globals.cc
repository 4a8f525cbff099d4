// Whatever an execution changes is as it was at the beginning of the next: variables of every kind,
// and what their constructors allocated.
#include <atomic>
#include <cassert>
#include <memory>
#include <string>
#include <thread>
#include <vector>

int zero;
int seven = 7;
std::vector<int> numbers = {1, 2, 3};
std::string text = "a text that is too long to be kept inside";
std::atomic<int> turn;
thread_local int mine = 5;

struct Counted {
  Counted() { ++alive; }
  ~Counted() { --alive; }
  static inline int alive = 0;
};

int& Local() {
  static int local = seven * 6;
  static Counted counted;
  return local;
}

int main() {
  assert(zero++ == 0 && seven++ == 7 && mine++ == 5);
  assert(numbers.size() == 3 && text.size() > 30);
  numbers.push_back(4);
  text += "!";
  auto shared = std::make_shared<int>(1);
  std::thread other([shared] {
    assert(mine++ == 5);
    turn.store(1);
    assert(Local() == 48 && *shared == 1);
  });
  turn.store(2);
  assert(Local() == 48 && Counted::alive == 1 && mine == 6);
  shared.reset();
  other.join();
}

// A std::thread that nobody joins.
#include <thread>

int main() {
  std::thread other([] {});
}

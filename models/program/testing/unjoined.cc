// A std::thread that nobody joins before it is destroyed: std::terminate() is called.
// The library says so by abort().
#include <thread>

int main() {
  std::thread other([] {});
}

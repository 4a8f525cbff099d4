// A queue between two threads, by a mutex and a condition variable of the standard library, with a
// predicate, so that no wake-up is lost.
#include <cassert>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
std::mutex m;
std::condition_variable cv;
std::queue<int> q;
int main() {
  std::thread producer([] {
    for (int i = 0; i < 2; ++i) {
      std::lock_guard<std::mutex> g(m);
      q.push(i);
      cv.notify_one();
    }
  });
  std::thread consumer([] {
    for (int i = 0; i < 2; ++i) {
      std::unique_lock<std::mutex> g(m);
      cv.wait(g, [] { return !q.empty(); });
      assert(q.front() == i);
      q.pop();
    }
  });
  producer.join();
  consumer.join();
  auto p = std::make_shared<std::string>("abc");
  auto p2 = p;
}

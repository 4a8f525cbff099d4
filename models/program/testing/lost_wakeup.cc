// A waiter that looks, lets the mutex go, and waits: the signal in between is lost.
// Nobody is woken without a reason, so that this is a deadlock.
#include <condition_variable>
#include <mutex>
#include <thread>
std::mutex m;
std::condition_variable cv;
bool ready;
int main() {
  std::thread t([] {
    std::unique_lock<std::mutex> g(m);
    if (!ready) {
      g.unlock();
      g.lock();
      cv.wait(g);
    }
  });
  {
    std::lock_guard<std::mutex> g(m);
    ready = true;
  }
  cv.notify_one();
  t.join();
}

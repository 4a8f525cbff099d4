// The standard library's own waiting: for an atomic, a latch, a semaphore, a future.
// All of it ends in a futex.
#include <atomic>
#include <cassert>
#include <future>
#include <latch>
#include <semaphore>
#include <thread>

int data;

void Atomic() {
  std::atomic<int> ready = 0;
  std::thread other([&ready] {
    data = 1;
    ready.store(1, std::memory_order_release);
    ready.notify_one();
  });
  ready.wait(0, std::memory_order_acquire);
  assert(data == 1);
  other.join();
}

void Latch() {
  std::latch latch{1};
  std::thread other([&latch] {
    data = 2;
    latch.count_down();
  });
  latch.wait();
  assert(data == 2);
  other.join();
}

void Semaphore() {
  std::binary_semaphore semaphore{0};
  std::thread other([&semaphore] {
    data = 3;
    semaphore.release();
  });
  semaphore.acquire();
  assert(data == 3);
  other.join();
}

void Future() {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread other([&promise] { promise.set_value(4); });
  assert(future.get() == 4);
  other.join();
}

int main() { WAY(); }

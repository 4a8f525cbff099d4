// Threads that count under a mutex: as many executions as there are orders of them, none of which
// ends waiting. A program of the standard library, vector included.
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

#ifndef THREADS
#define THREADS 4
#endif

std::mutex mutex;
int counter;

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < THREADS; ++i) {
    threads.emplace_back([] {
      std::lock_guard<std::mutex> guard(mutex);
      ++counter;
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert(counter == THREADS);
}

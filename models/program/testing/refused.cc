// What is not modelled: it is refused, never passed by. One function for each, named by the macro
// WAY.
#include <pthread.h>
#include <threads.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

void ProcessEnds() { _exit(0); }
void Fork() { fork(); }

void Cancel() {
  std::thread thread([] {});
  pthread_cancel(thread.native_handle());
  thread.join();
}

extern "C" void __pthread_register_cancel(void*);
void CleanupOfC() { __pthread_register_cancel(nullptr); }

mtx_t mutex;
void MutexOfC() { mtx_lock(&mutex); }

struct Wide {
  long words[3];
};
std::atomic<Wide> wide;
void WideAtomic() { wide.store({}); }

thread_local int own;
std::atomic<int*> shared;
void ThreadLocalAddress() { shared.store(&own); }

int* plain;
std::atomic<bool> told;
void PlainThreadLocalAddress() {
  std::thread thread([] {
    plain = &own;
    told.store(true);
    while (told.load()) {
    }
  });
  while (!told.load()) {
  }
  *plain = 1;
  told.store(false);
  thread.join();
}

void ManyThreads() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 40; ++i) threads.emplace_back([] {});
  for (std::thread& thread : threads) thread.join();
}

void MuchMemory() { std::free(std::malloc(std::size_t{100} << 20)); }

int main() { WAY(); }

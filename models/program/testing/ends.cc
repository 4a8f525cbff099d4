// How threads and programs begin and end, and what runs then: one function for each, named by the
// macro WAY.
#include <pthread.h>

#include <atomic>
#include <cassert>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

int value;

[[gnu::destructor]] void AtTheEnd() { assert(value != -1); }
void DestructorFunction() { value = -1; }

void ExitInThread() {
  std::atexit([] { assert(value != 1); });
  std::thread thread([] {
    value = 1;
    std::exit(0);
  });
  thread.join();
}

std::vector<int> numbers(10);

void* UseNumbers(void*) {
  numbers[1] = 1;
  return nullptr;
}

// The variables live as long as the last thread.
void MainLeaves() {
  pthread_t thread;
  pthread_create(&thread, nullptr, &UseNumbers, nullptr);
  pthread_detach(thread);
  pthread_exit(nullptr);
}

std::once_flag flag;

void OnceThrows() {
  const auto call = [] {
    try {
      std::call_once(flag, [] {
        if (++value == 1) throw 1;
      });
    } catch (int) {
    }
  };
  std::thread one(call);
  std::thread other(call);
  one.join();
  other.join();
  assert(value == 2);
}

std::atomic<int> seen;

// std::call_once orders a thread behind the one that ran it, and behind no other.
void OnceOrdersNoMore() {
  const auto call = [] { std::call_once(flag, [] {}); };
  call();
  std::thread thread([&] {
    value = 1;
    call();
    seen.store(1, std::memory_order_relaxed);
  });
  if (seen.load(std::memory_order_relaxed) == 1) {
    call();
    assert(value == 1);
  }
  thread.join();
}

// An exception's memory is not another thread's next.
void ExceptionsInThreads() {
  struct Problem {
    int number;
  };
  const auto body = [] {
    try {
      throw Problem{1};
    } catch (Problem& problem) {
      problem.number = 2;
    }
  };
  std::thread one(body);
  std::thread other(body);
  one.join();
  other.join();
}

// However deep the stack is when it ends: nothing is left locked.
int Deep(int depth) {
  volatile char bytes[100];
  bytes[0] = static_cast<char>(depth);
  return Deep(depth + 1) + bytes[0];
}
void EndlessRecursion() { value = Deep(0); }

thread_local std::atomic<int> own;

void AtomicOfAThread() {
  const auto body = [] { assert(++own == 1); };
  std::thread one(body);
  std::thread other(body);
  body();
  one.join();
  other.join();
}

int main() { WAY(); }

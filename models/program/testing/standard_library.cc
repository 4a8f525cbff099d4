// Parts of the standard library that come down to what is modelled by ways of their own: one
// function for each, named by the macro WAY. Streams are there because every program has them.
#include <atomic>
#include <barrier>
#include <cassert>
#include <cstdio>
#include <future>
#include <iostream>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <thread>

std::once_flag flag;
int calls;
std::shared_mutex table_mutex;
std::map<int, std::string> table;

void CallOnce() {
  const auto call = [] { std::call_once(flag, [] { ++calls; }); };
  std::thread one(call);
  std::thread other(call);
  one.join();
  other.join();
  assert(calls == 1);
}

void SharedMutex() {
  std::thread writer([] {
    std::unique_lock lock(table_mutex);
    table[1] = "one, and something that is long enough to be allocated";
  });
  std::thread reader([] {
    std::shared_lock lock(table_mutex);
    assert(table.size() <= 1);
  });
  writer.join();
  reader.join();
}

void Async() {
  auto future = std::async(std::launch::async, [] { return std::string(100, 'x'); });
  assert(future.get().size() == 100);
}

void JoiningThread() {
  std::atomic<int> ran = 0;
  {
    std::jthread thread([&ran](std::stop_token) { ran = 1; });
  }
  assert(ran == 1);
}

void Barrier() {
  std::barrier barrier(2);
  int one = 0, other = 0;
  std::thread thread([&] {
    one = 1;
    barrier.arrive_and_wait();
    assert(other == 1);
  });
  other = 1;
  barrier.arrive_and_wait();
  assert(one == 1);
  thread.join();
}

void TimedMutex() {
  std::timed_mutex mutex;
  int entered = 0;
  const auto enter = [&] {
    if (!mutex.try_lock_for(std::chrono::milliseconds(1))) return;
    ++entered;
    mutex.unlock();
  };
  std::thread one(enter);
  std::thread other(enter);
  one.join();
  other.join();
  assert(entered <= 2);
}

void UncaughtException() {
  std::thread thread([] { throw 1; });
  thread.join();
}

int main() {
  std::cout << "standard " << 42 << std::endl;
  std::printf("%s\n", "library");
  WAY();
}

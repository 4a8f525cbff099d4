// Waits that have a deadline: each may end by it, none is a deadlock, and what comes behind it is
// looked at. One function for each, named by the macro WAY.
#include <pthread.h>
#include <time.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <future>
#include <semaphore>
#include <shared_mutex>
#include <thread>

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void NothingComes() {
  std::promise<int> promise;
  assert(promise.get_future().wait_for(milliseconds(1)) == std::future_status::timeout);
  std::counting_semaphore<3> semaphore(0);
  assert(!semaphore.try_acquire_for(milliseconds(1)));
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  ++end.tv_sec;
  pthread_mutex_lock(&mutex);
  assert(pthread_cond_timedwait(&condition, &mutex, &end) == ETIMEDOUT);
  pthread_mutex_unlock(&mutex);
}

void ResultComesLate() {
  std::promise<int> promise;
  std::thread thread([&] { promise.set_value(1); });
  const std::future_status status = promise.get_future().wait_for(milliseconds(1));
  thread.join();
  assert(status == std::future_status::ready);
}

void MutexIsFree() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  assert(pthread_mutex_timedlock(&mutex, &end) == 0);
  pthread_mutex_unlock(&mutex);
}

std::shared_timed_mutex shared_mutex;
int shared;

void SharedMutex() {
  std::thread thread([] {
    if (!shared_mutex.try_lock_for(milliseconds(1))) return;
    ++shared;
    shared_mutex.unlock();
  });
  shared_mutex.lock();
  ++shared;
  shared_mutex.unlock();
  thread.join();
}

std::atomic<bool> done;

// Time has passed for the thread that waited, and for nobody else.
void ClocksOfTwo() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  ++end.tv_sec;
  const auto is_late = [&end] {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec >= end.tv_sec;
  };
  std::thread waiter([&] {
    done = true;
    const int result = pthread_mutex_timedlock(&mutex, &end);
    assert(is_late() == (result == ETIMEDOUT));
    if (result == 0) pthread_mutex_unlock(&mutex);
  });
  std::thread holder([&] {
    pthread_mutex_lock(&mutex);
    assert(!is_late());
    pthread_mutex_unlock(&mutex);
    assert(!is_late());
  });
  waiter.join();
  holder.join();
}

// The loop changes nothing but the time.
void SleepingUntil() {
  std::thread thread([] { done = true; });
  const auto end = steady_clock::now() + milliseconds(3);
  while (!done) {
    std::this_thread::sleep_for(milliseconds(1));
    assert(steady_clock::now() < end);
  }
  thread.join();
}

int main() { WAY(); }

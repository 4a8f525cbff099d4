// fibonacci.cc in C, with the threads of POSIX.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#ifndef ROUNDS
#define ROUNDS 3
#endif

static atomic_int x = 1, y = 1;

static void* add(void* sum) {
  for (int round = 0; round < ROUNDS; ++round) {
    const int a = atomic_load_explicit(&x, memory_order_acquire);
    const int b = atomic_load_explicit(&y, memory_order_acquire);
    atomic_store_explicit((atomic_int*)sum, a + b, memory_order_release);
  }
  return 0;
}

static void* check(void* unused) {
  assert(!(atomic_load_explicit(&x, memory_order_acquire) > 144 ||
           atomic_load_explicit(&y, memory_order_acquire) > 144));
  return unused;
}

int main(void) {
  pthread_t threads[3];
  pthread_create(&threads[0], 0, add, &x);
  pthread_create(&threads[1], 0, add, &y);
  pthread_create(&threads[2], 0, check, 0);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
}

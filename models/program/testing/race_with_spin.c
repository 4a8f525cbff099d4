// A flag that somebody clears plainly while another thread already waits for it. In each execution
// in which the waiting thread reads the flag once only, the two are ordered. It is cleared only
// sometimes, so that the loop is known as one by then.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
bool __VERIFIER_nondet_bool(void);
static atomic_int flag, started;
static void* set(void* unused) {
#ifdef WAITER_FIRST
  while (atomic_load_explicit(&started, memory_order_acquire) == 0) {
  }
#endif
  if (__VERIFIER_nondet_bool()) *(volatile int*)&flag = 0;
  atomic_store_explicit(&flag, 1, memory_order_release);
  return unused;
}
static void* wait(void* unused) {
  atomic_store_explicit(&started, 1, memory_order_release);
  while (atomic_load_explicit(&flag, memory_order_acquire) == 0) {
  }
  return unused;
}
int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], 0, set, 0);
  pthread_create(&threads[1], 0, wait, 0);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], 0);
}

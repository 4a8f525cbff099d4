// What a waiting thread reads in its loop, of its own stack, another thread writes; only sometimes,
// so that the loop is known as one by then.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
bool __VERIFIER_nondet_bool(void);
static atomic_int flag;
static void* set(void* count) {
  if (__VERIFIER_nondet_bool()) *(volatile int*)count = 1;
  atomic_store_explicit(&flag, 1, memory_order_release);
  return 0;
}
int main(void) {
  volatile int count = 0;
  pthread_t setter;
  pthread_create(&setter, 0, set, (void*)&count);
  while (atomic_load_explicit(&flag, memory_order_acquire) == 0) {
    if (count > 1) return 1;
  }
  pthread_join(setter, 0);
}

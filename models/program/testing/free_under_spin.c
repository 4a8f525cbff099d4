// A node is given back while another thread waits for something in it; only sometimes, so that the
// loop is known as one by then.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
bool __VERIFIER_nondet_bool(void);
static atomic_int started;
static void* wait(void* flag) {
  atomic_store(&started, 1);
  while (atomic_load((atomic_int*)flag) == 0) {
  }
  return 0;
}
int main(void) {
  atomic_int* flag = calloc(1, sizeof *flag);
  pthread_t waiter;
  pthread_create(&waiter, 0, wait, flag);
  while (!atomic_load(&started)) {
  }
  const bool early = __VERIFIER_nondet_bool();
  if (early) {
    free(flag);
  } else {
    atomic_store(flag, 1);
  }
  pthread_join(waiter, 0);
  if (!early) free(flag);
}

// A loop that looks at a variable and at memory that decides whether looking again is of use: what
// was learned of it in one execution must not be believed in another.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

bool __VERIFIER_nondet_bool(void);

static atomic_int x;
static bool stop;

static void* await(void* unused) {
  while (atomic_load(&x) == 0 && !stop) {
  }
  return unused;
}

int main(void) {
  pthread_t other;
  stop = __VERIFIER_nondet_bool();
  pthread_create(&other, 0, await, 0);
  if (!stop) atomic_store(&x, 1);
  pthread_join(other, 0);
  return 0;
}

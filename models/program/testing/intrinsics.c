// Assumptions cut executions off, choices multiply them.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

int __VERIFIER_nondet_int(void);
bool __VERIFIER_nondet_bool(void);
void __VERIFIER_assume(int);

static atomic_int x;

static void* set(void* unused) {
  atomic_store_explicit(&x, 1, memory_order_relaxed);
  return unused;
}

int main(void) {
  pthread_t other;
  int number = __VERIFIER_nondet_int();  // 0..3
  __VERIFIER_assume(number >= 2);
  bool twice = __VERIFIER_nondet_bool();
  pthread_create(&other, 0, set, 0);
  int seen = atomic_load_explicit(&x, memory_order_relaxed);
  __VERIFIER_assume(!twice || seen == 1);
  pthread_join(other, 0);
  assert(number == 2 || number == 3);
  return 0;
}

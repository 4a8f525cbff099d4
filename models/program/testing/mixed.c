// An atomic variable that is also accessed plainly, in order.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

static int x;  // Accessed with and without the builtins.

static void* add(void* unused) {
  __atomic_fetch_add(&x, 1, __ATOMIC_RELAXED);
  return unused;
}

int main(void) {
  for (int round = 0; round < 2; ++round) {
    x = 10 * round;
    pthread_t one, other;
    pthread_create(&one, 0, add, 0);
    pthread_create(&other, 0, add, 0);
    pthread_join(one, 0);
    pthread_join(other, 0);
    assert(x == 10 * round + 2);
  }
  return 0;
}

// A loop that looks as if it only re-read, but changes a variable inside of a library, where no
// access is reported. It ends by itself, in an execution in which the flag stays unset.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
static atomic_int flag;
static unsigned seed = 1;
static void* set(void* unused) {
  atomic_store(&flag, 1);
  return unused;
}
int main(void) {
  pthread_t setter;
  pthread_create(&setter, 0, set, 0);
  while (!atomic_load(&flag)) {
    if (rand_r(&seed) % 8 == 0) break;
  }
  assert(atomic_load(&flag));
  pthread_join(setter, 0);
}

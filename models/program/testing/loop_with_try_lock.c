// A loop that tries a lock each time it goes round. The first time changes who holds it.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
static atomic_int flag;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void* set(void* unused) {
  atomic_store(&flag, 1);
  return unused;
}
int main(void) {
  pthread_t setter;
  pthread_create(&setter, 0, set, 0);
  while (!atomic_load(&flag)) pthread_mutex_trylock(&lock);
  assert(pthread_mutex_trylock(&lock) == 0);
  pthread_mutex_unlock(&lock);
  pthread_join(setter, 0);
}

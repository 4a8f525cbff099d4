// What POSIX has besides mutexes, each used as it should be.
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static pthread_mutex_t recursive;
static int shared, spun, initialised, serial;
static atomic_int destroyed;

static void initialise(void) { ++initialised; }
static void destroy(void* value) {
  assert(value != NULL);
  atomic_fetch_add_explicit(&destroyed, 1, memory_order_relaxed);
  free(value);
}

static void* writer(void* argument) {
  pthread_once(&once, initialise);
  pthread_setspecific(key, malloc(1));
  assert(pthread_getspecific(key) != NULL);
  pthread_rwlock_wrlock(&rwlock);
  ++shared;
  pthread_rwlock_unlock(&rwlock);
  pthread_mutex_lock(&recursive);
  assert(pthread_mutex_trylock(&recursive) == 0);
  pthread_mutex_unlock(&recursive);
  pthread_mutex_unlock(&recursive);
  int last = pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
  pthread_spin_lock(&spin);
  ++spun;
  serial += last;
  pthread_spin_unlock(&spin);
  pthread_exit(argument);
}

int main(void) {
  pthread_t threads[2];
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&recursive, &kind);
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_key_create(&key, destroy);
  for (long i = 0; i < 2; ++i)
    assert(pthread_create(&threads[i], NULL, writer, (void*)(i + 1)) == 0);
  pthread_rwlock_rdlock(&rwlock);
  assert(shared >= 0 && shared <= 2);
  pthread_rwlock_unlock(&rwlock);
  for (long i = 0; i < 2; ++i) {
    void* result = NULL;
    assert(pthread_join(threads[i], &result) == 0);
    assert((long)result == i + 1);
  }
  assert(shared == 2 && spun == 2 && initialised == 1 && serial == 1);
  assert(atomic_load(&destroyed) == 2);
  pthread_mutex_destroy(&recursive);
  pthread_spin_destroy(&spin);
  pthread_barrier_destroy(&barrier);
  return 0;
}

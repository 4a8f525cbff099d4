// An atomic variable that somebody reads plainly at the same time.
#include <pthread.h>

static int x;

static void* add(void* unused) {
  __atomic_fetch_add(&x, 1, __ATOMIC_RELAXED);
  return unused;
}

int main(void) {
  pthread_t other;
  pthread_create(&other, 0, add, 0);
  int seen = *(volatile int*)&x;
  pthread_join(other, 0);
  return seen < 0;
}

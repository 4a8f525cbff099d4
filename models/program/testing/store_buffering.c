// Two threads write a variable each, and read the other: four executions, in one of which both read
// 0. Under sequential consistency three.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
atomic_int x, y;
int r1, r2;
int count;
void* a(void* p) {
  atomic_store_explicit(&x, 1, memory_order_relaxed);
  r1 = atomic_load_explicit(&y, memory_order_relaxed);
  return 0;
}
void* b(void* p) {
  atomic_store_explicit(&y, 1, memory_order_relaxed);
  r2 = atomic_load_explicit(&x, memory_order_relaxed);
  return 0;
}
int main(void) {
  pthread_t t, u;
  count++;
  pthread_create(&t, 0, a, 0);
  pthread_create(&u, 0, b, 0);
  pthread_join(t, 0);
  pthread_join(u, 0);
  printf("%d %d %d\n", count, r1, r2);
  return 0;
}

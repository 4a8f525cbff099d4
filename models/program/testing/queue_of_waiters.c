// The lock of Mellor-Crummey and Scott: each thread waits at a node on its own stack, which other
// threads write. Three threads; the order of their arrivals, 3! = 6, and within each, for the two
// who hand over, whether the next was seen at once, found out by the failed compare-exchange, or
// was not there yet; 11 by hand.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
struct node {
  struct node* _Atomic next;
  atomic_bool waits;
};
static struct node* _Atomic tail;
static int counter;
static void* increment(void* unused) {
  struct node mine;
  atomic_store_explicit(&mine.next, NULL, memory_order_relaxed);
  atomic_store_explicit(&mine.waits, 1, memory_order_relaxed);
  struct node* before = atomic_exchange_explicit(&tail, &mine, memory_order_acq_rel);
  if (before != NULL) {
    atomic_store_explicit(&before->next, &mine, memory_order_release);
    while (atomic_load_explicit(&mine.waits, memory_order_acquire)) {
    }
  }
  ++counter;
  struct node* next = atomic_load_explicit(&mine.next, memory_order_acquire);
  if (next == NULL) {
    struct node* last = &mine;
    if (atomic_compare_exchange_strong_explicit(&tail, &last, NULL, memory_order_release,
                                                memory_order_relaxed)) {
      return unused;
    }
    while ((next = atomic_load_explicit(&mine.next, memory_order_acquire)) == NULL) {
    }
  }
  atomic_store_explicit(&next->waits, 0, memory_order_release);
  return unused;
}
int main(void) {
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, increment, NULL);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  assert(counter == 3);
}

// Mellor-Crummey and Scott's lock with one mistake: the hand-over is relaxed.
//
// Then the next owner knows that it has the lock, and nothing else: it need not see what the one
// before did under it. In C that is a data race on the counter; on a processor, a lost increment.
// Two threads are enough to see it.
// mcs_lock.c is right, and says why each order is as it is.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

struct node {
  struct node* _Atomic next;
  atomic_bool waits;
};

static struct node* _Atomic tail;

static void lock(struct node* mine) {
  atomic_store_explicit(&mine->next, NULL, memory_order_relaxed);
  atomic_store_explicit(&mine->waits, 1, memory_order_relaxed);
  struct node* before = atomic_exchange_explicit(&tail, mine, memory_order_acq_rel);
  if (before == NULL) return;
  atomic_store_explicit(&before->next, mine, memory_order_release);
  while (atomic_load_explicit(&mine->waits, memory_order_acquire)) {
  }
}

static void unlock(struct node* mine) {
  struct node* next = atomic_load_explicit(&mine->next, memory_order_acquire);
  if (next == NULL) {
    struct node* last = mine;
    if (atomic_compare_exchange_strong_explicit(&tail, &last, NULL, memory_order_release,
                                                memory_order_relaxed)) {
      return;
    }
    // Somebody has entered the queue, and will link itself in a moment.
    while ((next = atomic_load_explicit(&mine->next, memory_order_acquire)) == NULL) {
    }
  }
  atomic_store_explicit(&next->waits, 0, memory_order_relaxed);
}

enum { kThreads = 2 };

static struct node nodes[kThreads];
static int counter;  // Guarded by the lock.

static void* increment(void* node) {
  lock(node);
  ++counter;
  unlock(node);
  return NULL;
}

int main(void) {
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], NULL, increment, &nodes[i]);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  assert(counter == kThreads && "no increment is lost");
}

// Mellor-Crummey and Scott's lock: who waits does so on a variable of its own.
// (Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors, TOCS 1991.)
//
// The claim: the counter is written by one thread at a time, and everybody gets the lock.
//
// The idea: those who wait form a queue, which is entered by an exchange at its end. Each waits
// until the one before it clears its flag.
//
// Every memory order has its because:
//   lock, exchange of the tail: acquire, because who finds nobody comes after the last owner's
//     release of the tail; release, because who comes next writes into this node, and must find it
//     initialised.
//   lock, link to the one before: release, so that the owner who reads it finds this node's flag
//     set and clears it, and not the other way round.
//   lock, wait: acquire, to come after the owner who clears the flag.
//   unlock, read of the link: acquire, the other half of the link.
//   unlock, exchange of the tail: release. The next one may find nobody. It acquires nothing:
//     nobody has come, so there is nothing to know; when it fails the link is read anew: relaxed
//     both.
//   unlock, hand-over: release. The next one must see what was done in the critical section.
//   initialisation of the node: relaxed. Nobody knows it yet.
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
  atomic_store_explicit(&next->waits, 0, memory_order_release);
}

enum { kThreads = 3 };

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

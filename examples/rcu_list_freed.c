// A list under read-copy-update with one mistake: the updater frees, and then waits.
//
// A reader that found the node before it was unlinked is still there, and reads it after the free.
// rcu_list.c is right, and says why each order is as it is.
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

struct node {
  int value;
  struct node* _Atomic next;
};

static struct node* _Atomic first;

enum { kReaders = 1 };

static atomic_uint epochs[kReaders];  // Each is written by its reader alone.

static void read_lock(atomic_uint* epoch) {
  unsigned even = atomic_load_explicit(epoch, memory_order_relaxed);
  atomic_store_explicit(epoch, even + 1, memory_order_relaxed);
  atomic_thread_fence(memory_order_seq_cst);
}

static void read_unlock(atomic_uint* epoch) {
  unsigned odd = atomic_load_explicit(epoch, memory_order_relaxed);
  atomic_store_explicit(epoch, odd + 1, memory_order_release);
}

// Returns when every reader has left that was there when it was called.
static void synchronize(void) {
  atomic_thread_fence(memory_order_seq_cst);
  for (int i = 0; i < kReaders; ++i) {
    unsigned seen = atomic_load_explicit(&epochs[i], memory_order_acquire);
    if (seen % 2 == 0) continue;
    while (atomic_load_explicit(&epochs[i], memory_order_acquire) == seen) {
    }
  }
}

static void insert(int value) {
  struct node* node = malloc(sizeof *node);
  node->value = value;
  atomic_init(&node->next, atomic_load_explicit(&first, memory_order_relaxed));
  atomic_store_explicit(&first, node, memory_order_release);
}

static void remove_second(void) {
  struct node* before = atomic_load_explicit(&first, memory_order_relaxed);
  struct node* node = atomic_load_explicit(&before->next, memory_order_relaxed);
  struct node* behind = atomic_load_explicit(&node->next, memory_order_relaxed);
  atomic_store_explicit(&before->next, behind, memory_order_relaxed);
  free(node);
  synchronize();
}

static int sum(atomic_uint* epoch) {
  int sum = 0;
  read_lock(epoch);
  struct node* node = atomic_load_explicit(&first, memory_order_acquire);
  while (node != NULL) {
    sum += node->value;
    node = atomic_load_explicit(&node->next, memory_order_relaxed);
  }
  read_unlock(epoch);
  return sum;
}

static void* read_list(void* epoch) {
  const int seen = sum(epoch);
  assert((seen == 2 + 4 || seen == 1 + 2 + 4 || seen == 1 + 4) && "all but what is being removed");
  return NULL;
}

int main(void) {
  insert(4);
  insert(2);
  pthread_t readers[kReaders];
  for (int i = 0; i < kReaders; ++i) pthread_create(&readers[i], NULL, read_list, &epochs[i]);
  insert(1);
  remove_second();
  for (int i = 0; i < kReaders; ++i) pthread_join(readers[i], NULL);
  remove_second();
  free(first);
}

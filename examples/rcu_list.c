// A list under read-copy-update: readers take no lock and never wait; who removes a node frees it
// when every reader that may have seen it has left.
// (M. Desnoyers, P. McKenney, A. Stern, M. Dagenais, J. Walpole, User-Level Implementations of
// Read-Copy Update, TPDS 2012; here in its simplest form.)
//
// The claim: a reader finds every node that is not being removed, whole, and none that was freed.
//
// The idea: each reader has an epoch, odd while it reads. Who removed a node waits for every odd
// epoch to change. A reader that begins later cannot find the node any more.
//
// Every memory order has its because:
//   read_lock, fence: seq_cst, between the write of the epoch and the reads of the list.
//     synchronize, fence: seq_cst, between the unlinking and the reads of the epochs. This is
//     store buffering: of the two, at least one sees the other. Either the reader finds the node
//     unlinked, or synchronize finds the reader.
//   read_lock, the epoch: relaxed, for the fence follows. Its one writer reads what it wrote.
//   read_unlock: release, with the acquires of synchronize: what was read was read before the
//     free.
//   insert, `first`: release, for it publishes the node; sum, `first`: acquire, the other half.
//   remove_second, the link around the node, and sum, the links: relaxed. What is behind a node
//     was published before it was, so who acquired `first` sees it. (Inserting in the middle would
//     need as much as inserting in front.)
//
// There is one updater; several would need a lock among themselves.
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
  synchronize();
  free(node);
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

// Treiber's stack, used rightly by two threads that push and one that pops.
// Nodes are never freed, so that none can be met again.
#include <atomic>
#include <cassert>
#include <thread>
struct Node {
  int value;
  Node* next;
};
std::atomic<Node*> top;
void push(int v) {
  Node* n = new Node{v, nullptr};
  Node* t = top.load(std::memory_order_relaxed);
  do {
    n->next = t;
  } while (!top.compare_exchange_weak(t, n, std::memory_order_release, std::memory_order_relaxed));
}
bool pop(int* v) {
  Node* t = top.load(std::memory_order_acquire);
  while (t && !top.compare_exchange_weak(t, t->next, std::memory_order_acquire)) {
  }
  if (!t) return false;
  *v = t->value;
  return true;
}
int main() {
  std::thread a([] { push(1); }), b([] { push(2); }), c([] {
    int v = 0;
    if (pop(&v)) assert(v == 1 || v == 2);
  });
  a.join();
  b.join();
  c.join();
}

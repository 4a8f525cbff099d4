// Treiber's stack with one mistake: who pops a node frees it at once.
//
// Another thread may have read `top_` before, and now reads `next` of the node: use after free.
// With an allocator that gives the memory out again it is worse, and harder to see: the node comes
// back with another `next`, the compare-exchange succeeds because the address is the same, and the
// stack loses nodes or has freed ones. That is the ABA problem; the checker's heap never gives an
// address out twice, so that the first step of it is found. treiber_stack.cc is right, and says why
// each order is as it is.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  int value;
  Node* next;         // Below it in the stack.
  Node* next_popped;  // In the list of the thread that popped it.
};

class Stack {
 public:
  void Push(int value) {
    Node* node = new Node{value, nullptr, nullptr};
    node->next = top_.load(std::memory_order_relaxed);
    while (!top_.compare_exchange_weak(node->next, node, std::memory_order_release,
                                       std::memory_order_relaxed)) {
    }
  }

  // Returns: what was on top, to be freed when nobody is inside any more; null if it is empty.
  Node* Pop() {
    Node* node = top_.load(std::memory_order_acquire);
    while (node != nullptr &&
           !top_.compare_exchange_weak(node, node->next, std::memory_order_acquire)) {
    }
    return node;
  }

 private:
  std::atomic<Node*> top_{nullptr};
};

// What one thread has popped. Only its thread uses it, until that has ended.
class Popped {
 public:
  // Returns: what was popped, or 0.
  int PopFrom(Stack& stack) {
    Node* const node = stack.Pop();
    if (node == nullptr) return 0;
    const int value = node->value;
    delete node;
    return value;
  }

  ~Popped() {
    while (first_ != nullptr) {
      Node* const node = first_;
      first_ = node->next_popped;
      delete node;
    }
  }

 private:
  Node* first_ = nullptr;
};

Stack stack;
Popped popped[3];
int sum[3];

void PushAndPop() {
  stack.Push(2);
  sum[0] = popped[0].PopFrom(stack);
}

void PopTwice() {
  sum[1] = popped[1].PopFrom(stack);
  sum[1] += popped[1].PopFrom(stack);
}

int main() {
  stack.Push(1);
  std::thread first(PushAndPop);
  std::thread second(PopTwice);
  first.join();
  second.join();
  while (int value = popped[2].PopFrom(stack)) sum[2] += value;
  assert(sum[0] + sum[1] + sum[2] == 1 + 2 && "everything is popped, and once");
}

// Treiber's stack: a linked list whose first node is swung by compare-exchange.
// (R. K. Treiber, Systems Programming: Coping with Parallelism, IBM RJ 5118, 1986.)
//
// The claim: what is pushed is popped once, whole, and no thread touches a node that was freed.
//
// Every memory order has its because:
//   Push, compare-exchange: release. It publishes the node: its value and its `next`.
//   Push, the read of `top` and a failed exchange: relaxed. Only the address is used.
//   Pop, the read of `top` and the compare-exchange: acquire. `next` and `value` are read through
//     what they read. An exchange that succeeds would not need it, for it reads what was read
//     before; but it has no smaller order than one that fails. It need not release: the address it
//     writes was published by a push, and a read-modify-write continues the release sequence of
//     that push.
//
// Memory. A thread that is about to read `next` may be overtaken: the node is popped meanwhile. So
// a popped node is kept, and freed when nobody is inside of Push or Pop any more; here that is
// after the threads have ended. A node that is kept is not pushed again either, and therefore there
// is no ABA: while a thread holds an address, `top` cannot leave it and come back.
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
    node->next_popped = first_;
    first_ = node;
    return node->value;
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

// Michael and Scott's queue with one mistake: who takes a node out frees it at once.
//
// Another thread may hold it: it has read `head_` or `tail_` before, and now reads `next` of what
// is there. In the paper nodes come from a pool that is never freed, for this reason. ms_queue.cc
// is right, and says why each order is as it is.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  explicit Node(int v) : value(v) {}
  const int value;
  std::atomic<Node*> next{nullptr};
  Node* next_kept = nullptr;  // In the list of the thread that took it out.
};

class Queue {
 public:
  ~Queue() {
    while (Node* const node = head_.load(std::memory_order_relaxed)) {
      head_.store(node->next.load(std::memory_order_relaxed), std::memory_order_relaxed);
      delete node;
    }
  }

  void Enqueue(int value) {
    Node* const node = new Node(value);
    while (true) {
      Node* const last = tail_.load(std::memory_order_acquire);
      Node* next = last->next.load(std::memory_order_acquire);
      if (next != nullptr) {
        SwingTail(last, next);
        continue;
      }
      if (last->next.compare_exchange_strong(next, node, std::memory_order_release,
                                             std::memory_order_relaxed)) {
        SwingTail(last, node);
        return;
      }
    }
  }

  // Returns: the oldest value, or 0 if it is empty.
  // `taken_out` is the node to be freed when nobody is inside any more, or null.
  int Dequeue(Node*& taken_out) {
    taken_out = nullptr;
    while (true) {
      Node* head = head_.load(std::memory_order_acquire);
      Node* const last = tail_.load(std::memory_order_relaxed);
      Node* const next = head->next.load(std::memory_order_acquire);
      if (next == nullptr) return 0;
      if (head == last) {
        SwingTail(last, next);
        continue;
      }
      if (head_.compare_exchange_strong(head, next, std::memory_order_release,
                                        std::memory_order_relaxed)) {
        taken_out = head;
        return next->value;  // `next` is the dummy from now on.
      }
    }
  }

 private:
  // If it fails, somebody else has done it.
  void SwingTail(Node* from, Node* to) {
    tail_.compare_exchange_strong(from, to, std::memory_order_release, std::memory_order_relaxed);
  }

  std::atomic<Node*> head_{new Node(0)};
  std::atomic<Node*> tail_{head_.load(std::memory_order_relaxed)};
};

// What one thread has taken out. Only its thread uses it, until that has ended.
class Kept {
 public:
  int DequeueFrom(Queue& queue) {
    Node* node = nullptr;
    const int value = queue.Dequeue(node);
    if (node == nullptr) return 0;
    delete node;
    return value;
  }

  ~Kept() {
    while (first_ != nullptr) {
      Node* const node = first_;
      first_ = node->next_kept;
      delete node;
    }
  }

 private:
  Node* first_ = nullptr;
};

Queue queue;
Kept kept[3];
int taken[3];

void PutInAndTakeOut() {
  queue.Enqueue(1);
  queue.Enqueue(2);
  taken[0] = kept[0].DequeueFrom(queue);
}

void TakeOutAroundPuttingIn() {
  taken[1] = kept[1].DequeueFrom(queue);
  queue.Enqueue(4);
  taken[2] = kept[1].DequeueFrom(queue);
}

int main() {
  std::thread first(PutInAndTakeOut);
  std::thread second(TakeOutAroundPuttingIn);
  first.join();
  second.join();
  assert((taken[1] != 2 || taken[2] != 1) && "1 comes before 2");
  int sum = taken[0] + taken[1] + taken[2];
  while (int value = kept[2].DequeueFrom(queue)) sum += value;
  assert(sum == 1 + 2 + 4 && "everything is taken out, and once");
}

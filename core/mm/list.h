// A doubly linked list whose links are part of the objects. Kernel: struct list_head.
//
// The links are Plain fields: an access that its lock does not order is a data race, and the
// checker says so. A node knows its owner, so no pointer arithmetic leads from one to the other.
// The kernel's list is a ring through its head; this one ends in null, which changes no protocol.
//
// One kind of list has Marked ends: where the kernel asks list_is_singular() without the lock.
//
// Invariants: first and last are both null or both not; a node on no list has null links.
#ifndef RMAPCHECK_CORE_MM_LIST_H_
#define RMAPCHECK_CORE_MM_LIST_H_

#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

template <typename T, template <typename> typename End>
class List;

template <typename T>
class ListNode {
 public:
  // `name`: of the field that the node is, for messages and for lock rules: "vma.mm_node".
  explicit ListNode(T* owner, const char* name = "list.node")
      : owner_(owner), next_(nullptr, name), prev_(nullptr, name) {}
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;

  T& owner() const { return *owner_; }

 private:
  template <typename, template <typename> typename>
  friend class List;
  T* const owner_;
  ksync::Plain<ListNode*> next_;
  ksync::Plain<ListNode*> prev_;
};

template <typename T, template <typename> typename End = ksync::Plain>
class List {
 public:
  using Node = ListNode<T>;

  // `name`: of the field that the list is, likewise: "mm.mmap".
  explicit List(const char* name = "list") : first_(nullptr, name), last_(nullptr, name) {}

  // Kernel: list_empty().
  bool Empty() const { return First() == nullptr; }

  // Kernel: list_is_singular().
  bool IsSingular() const {
    const Node* const first = First();
    return first != nullptr && Last() == first;
  }

  // Returns: a node, or null where the list ends.
  Node* First() const { return first_.Read(); }
  Node* Last() const { return last_.Read(); }
  Node* After(const Node& node) const { return node.next_.Read(); }
  Node* Before(const Node& node) const { return node.prev_.Read(); }

  // Kernel: list_add(), list_add_tail(). Requires: the node is on no list.
  void PushFront(Node& node) { Insert(node, nullptr, First()); }
  void PushBack(Node& node) { Insert(node, Last(), nullptr); }
  void InsertBefore(Node& node, Node& place) { Insert(node, Before(place), &place); }

  // Kernel: list_del(). Requires: the node is on this list.
  void Erase(Node& node) {
    Node* const prev = node.prev_.Read();
    Node* const next = node.next_.Read();
    SetNext(prev, next);
    SetPrev(next, prev);
    node.next_.Write(nullptr);
    node.prev_.Write(nullptr);
  }

  bool Contains(const Node& wanted) const {
    for (const Node* node = First(); node != nullptr; node = After(*node)) {
      if (node == &wanted) return true;
    }
    return false;
  }

 private:
  // Between two neighbours, of which null is an end of the list.
  void Insert(Node& node, Node* prev, Node* next) {
    node.next_.Write(next);
    node.prev_.Write(prev);
    SetPrev(next, &node);
    SetNext(prev, &node);
  }

  void SetNext(Node* node, Node* next) {
    if (node == nullptr) {
      first_.Write(next);
    } else {
      node->next_.Write(next);
    }
  }

  void SetPrev(Node* node, Node* prev) {
    if (node == nullptr) {
      last_.Write(prev);
    } else {
      node->prev_.Write(prev);
    }
  }

  End<Node*> first_;
  End<Node*> last_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_LIST_H_

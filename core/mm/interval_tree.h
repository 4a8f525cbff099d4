// A balanced tree of intervals whose links are part of the objects: which of them overlap a range?
// Kernel: lib/interval_tree, and mm/interval_tree.c with anon_vma_interval_tree_insert() and
// others.
//
// The keys are what Insert() was given, not what the owner says now. An owner that moves is erased
// and inserted again; one that moves while it is in the tree is lost to searches (KH-28).
//
// Idea: a treap. It is a search tree by (first key, order of insertion) and a heap by a priority, a
// hash of that order, so its shape is a function of the calls made and of nothing else. Each node
// knows the largest last key below it, by which a search leaves out subtrees that end too early.
// There are no links upwards: Next() searches again from the root for what follows a key. Who wants
// all, and changes nothing meanwhile, is faster with Visit().
//
// A node is one Plain field, and so is the tree's head: an access that the tree's lock does not
// order is a data race, and a visit costs the checker one call.
//
// Invariants:
//   1. All in a node's left subtree precede it, all in its right subtree follow it.
//   2. A node's priority is at least its children's; its `reach` is the largest `last` in its
//      subtree, its own included.
//   3. A node in no tree has order 0; in a tree it is at least 1 and nobody else's.
//
// Each operation takes O(log n) expected; the depth of the recursion is the tree's height.
#ifndef RMAPCHECK_CORE_MM_INTERVAL_TREE_H_
#define RMAPCHECK_CORE_MM_INTERVAL_TREE_H_

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/mm/pte.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

template <typename T>
class IntervalTree;

template <typename T>
class IntervalNode {
 public:
  // `name`: of the field that the node is, for messages and for lock rules: "avc.rb".
  explicit IntervalNode(T* owner, const char* name = "interval_node")
      : owner_(owner), spot_(Spot{}, name) {}
  IntervalNode(const IntervalNode&) = delete;
  IntervalNode& operator=(const IntervalNode&) = delete;

  T& owner() const { return *owner_; }

  // The keys it is found by. Requires: it is in a tree, whose lock is held.
  PageOffset first() const { return spot_.Read().first; }
  PageOffset last() const { return spot_.Read().last; }

 private:
  friend class IntervalTree<T>;

  // Where a node is in its tree, and why there.
  struct Spot {
    IntervalNode* left = nullptr;
    IntervalNode* right = nullptr;
    std::uint64_t order = 0;
    PageOffset first = 0;
    PageOffset last = 0;
    PageOffset reach = 0;
  };

  T* const owner_;
  ksync::Plain<Spot> spot_;
};

template <typename T>
class IntervalTree {
 public:
  using Node = IntervalNode<T>;

  // `name`: of the field that the tree is, likewise: "mapping.page_tree".
  explicit IntervalTree(const char* name = "interval_tree") : head_(Head{}, name) {}

  // Kernel: RB_EMPTY_ROOT().
  bool Empty() const { return head_.Read().root == nullptr; }

  // Kernel: interval_tree_insert(). Requires: the node is in no tree; first <= last.
  void Insert(Node& node, PageOffset first, PageOffset last) {
    ksync::Check(first <= last, "BUG: an interval ends before it begins");
    ksync::Check(node.spot_.Read().order == 0, "BUG: an interval is inserted twice");
    Head head = head_.Read();
    const Spot spot{.order = ++head.inserted, .first = first, .last = last, .reach = last};
    head.root = InsertBelow(head.root, node, spot);
    head_.Write(head);
  }

  // Kernel: interval_tree_remove(). Requires: the node is in this tree.
  void Erase(Node& node) {
    const Spot spot = node.spot_.Read();
    Head head = head_.Read();
    head.root = EraseBelow(head.root, node, spot);
    head_.Write(head);
    node.spot_.Write(Spot{});
  }

  // Kernel: interval_tree_iter_first().
  // Returns: of the nodes that overlap first..last, both included, the one with the least first
  // key; among equal ones the one inserted first. Null if none does.
  Node* First(PageOffset first, PageOffset last) const {
    return Search(head_.Read().root, Position{}, first, last);
  }

  // Kernel: interval_tree_iter_next().
  // Returns: the node after `node` in that order, or null. Requires: `node` is in this tree.
  Node* Next(const Node& node, PageOffset first, PageOffset last) const {
    const Position after = PositionOf(node.spot_.Read());
    return Search(head_.Read().root, after, first, last);
  }

  // Calls visit(node) for the nodes that overlap first..last, in that order, until it returns
  // false. Returns: whether it never did. Requires: nobody changes the tree meanwhile.
  template <typename Visitor>
  bool Visit(PageOffset first, PageOffset last, Visitor visit) const {
    return VisitBelow(head_.Read().root, first, last, visit);
  }

  bool Contains(const Node& node) const {
    const Position wanted = PositionOf(node.spot_.Read());
    if (wanted.second == 0) return false;
    const Node* at = head_.Read().root;
    while (at != nullptr && at != &node) {
      const Spot spot = at->spot_.Read();
      at = wanted < PositionOf(spot) ? spot.left : spot.right;
    }
    return at != nullptr;
  }

 private:
  using Spot = typename Node::Spot;
  // By which nodes are sorted: the first key, then the order of insertion. Position{} precedes all.
  using Position = std::pair<PageOffset, std::uint64_t>;

  struct Head {
    Node* root = nullptr;
    std::uint64_t inserted = 0;  // How many ever were; the order of the next one.
  };

  static Position PositionOf(const Spot& spot) { return {spot.first, spot.order}; }

  // Returns: whether `a` belongs above `b`. The mixing step of splitmix64 maps no two orders to one
  // priority.
  static bool IsAbove(const Spot& a, const Spot& b) { return Mix(a.order) > Mix(b.order); }
  static std::uint64_t Mix(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
  }

  static PageOffset ReachOf(const Node* node) {
    return node == nullptr ? 0 : node->spot_.Read().reach;
  }

  // Gives a node its children. Returns: the node.
  static Node* Link(Node& node, Spot spot, Node* left, Node* right) {
    const PageOffset left_reach = ReachOf(left);
    const PageOffset right_reach = ReachOf(right);
    spot.left = left;
    spot.right = right;
    spot.reach = std::max({spot.last, left_reach, right_reach});
    node.spot_.Write(spot);
    return &node;
  }

  // Each of these takes a subtree, null if empty. Returns: the root of what becomes of it.

  static Node* InsertBelow(Node* at, Node& node, const Spot& spot) {
    if (at == nullptr) return Link(node, spot, nullptr, nullptr);
    Spot here = at->spot_.Read();
    if (IsAbove(spot, here)) {
      const auto [left, right] = Split(at, PositionOf(spot));
      return Link(node, spot, left, right);
    }
    Node*& child = PositionOf(spot) < PositionOf(here) ? here.left : here.right;
    child = InsertBelow(child, node, spot);
    here.reach = std::max(here.reach, spot.last);
    at->spot_.Write(here);
    return at;
  }

  static Node* EraseBelow(Node* at, const Node& node, const Spot& spot) {
    ksync::Check(at != nullptr, "BUG: an interval is erased from a tree that it is not in");
    Spot here = at->spot_.Read();
    if (at == &node) return Join(here.left, here.right);
    Node*& child = PositionOf(spot) < PositionOf(here) ? here.left : here.right;
    child = EraseBelow(child, node, spot);
    return Link(*at, here, here.left, here.right);
  }

  // Returns: what precedes the position, and what follows it.
  static std::pair<Node*, Node*> Split(Node* at, Position position) {
    if (at == nullptr) return {nullptr, nullptr};
    const Spot here = at->spot_.Read();
    if (position < PositionOf(here)) {
      const auto [before, after] = Split(here.left, position);
      return {before, Link(*at, here, after, here.right)};
    }
    const auto [before, after] = Split(here.right, position);
    return {Link(*at, here, here.left, before), after};
  }

  // Requires: all of `left` precedes all of `right`.
  static Node* Join(Node* left, Node* right) {
    if (left == nullptr) return right;
    if (right == nullptr) return left;
    const Spot left_spot = left->spot_.Read();
    const Spot right_spot = right->spot_.Read();
    if (IsAbove(left_spot, right_spot)) {
      return Link(*left, left_spot, left_spot.left, Join(left_spot.right, right));
    }
    return Link(*right, right_spot, Join(left, right_spot.left), right_spot.right);
  }

  // Returns: the first node below `at` that follows `after` and overlaps first..last, or null.
  // A left subtree that reaches far enough and yet has no such node holds one that begins too late,
  // or lies at `after`: so at most two paths are walked.
  static Node* Search(Node* at, Position after, PageOffset first, PageOffset last) {
    if (at == nullptr) return nullptr;
    const Spot here = at->spot_.Read();
    if (here.reach < first) return nullptr;
    if (after < PositionOf(here)) {
      Node* const left = Search(here.left, after, first, last);
      if (left != nullptr) return left;
      if (here.first <= last && here.last >= first) return at;
    }
    return here.first <= last ? Search(here.right, after, first, last) : nullptr;
  }

  template <typename Visitor>
  static bool VisitBelow(Node* at, PageOffset first, PageOffset last, Visitor& visit) {
    if (at == nullptr) return true;
    const Spot here = at->spot_.Read();
    if (here.reach < first) return true;
    if (!VisitBelow(here.left, first, last, visit)) return false;
    if (here.first > last) return true;
    if (here.last >= first && !visit(*at)) return false;
    return VisitBelow(here.right, first, last, visit);
  }

  ksync::Plain<Head> head_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_INTERVAL_TREE_H_

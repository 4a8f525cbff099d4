// A binary tree whose order is known to its users alone. Kernel: rb_root as mm/ksm.c uses it.
//
// Nodes are ordered by what is written on a page, and to look at that takes locks and may fail. So
// the tree does not search: who does goes down by himself, and tells where a new node belongs. If
// contents change, the tree is in no order any more; it still is a tree.
//
// What it does not do: balance. No protocol depends on it.
//
// Invariant: of each link the other end links back. What was on a tree that was cleared still has
// its links, and whoever puts it on a tree again forgets them.
#ifndef RMAPCHECK_CORE_KSM_PAGE_TREE_H_
#define RMAPCHECK_CORE_KSM_PAGE_TREE_H_

#include <algorithm>
#include <utility>
#include <vector>

#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

enum class Side { kLeft, kRight };

template <typename T>
class PageTree;

// How a tree has grown: a search looks at as many nodes as it goes deep.
struct TreeShape {
  int nodes = 0;
  int depth_max = 0;  // The root's is one.
  double depth_mean = 0;
};

template <typename T>
class TreeNode {
 public:
  explicit TreeNode(T* owner) : owner_(owner, "node.owner") {}
  TreeNode(const TreeNode&) = delete;
  TreeNode& operator=(const TreeNode&) = delete;

  T& owner() const { return *owner_.Read(); }

 private:
  friend class PageTree<T>;
  const ksync::Plain<T*> owner_;  // Never written; but who reads it of what was freed is told.
  ksync::Plain<TreeNode*> parent_{nullptr, "node.parent"};
  ksync::Plain<TreeNode*> left_{nullptr, "node.left"};
  ksync::Plain<TreeNode*> right_{nullptr, "node.right"};
};

template <typename T>
class PageTree {
 public:
  using Node = TreeNode<T>;

  // Where a node is, or would be: below which, and on which side. Null: it is the root.
  struct Place {
    Node* parent = nullptr;
    Side side = Side::kLeft;
  };

  explicit PageTree(const char* name) : root_(nullptr, name) {}

  // Returns: the node at that place, or null.
  Node* At(Place place) const {
    if (place.parent == nullptr) return root_.Read();
    return place.side == Side::kLeft ? place.parent->left_.Read() : place.parent->right_.Read();
  }

  // Kernel: rb_link_node(), rb_insert_color(). Requires: nothing is there; the node is on no tree.
  void Insert(Node& node, Place place) {
    node.left_.Write(nullptr);
    node.right_.Write(nullptr);
    Put(&node, place);
  }

  // Kernel: rb_erase(). Requires: the node is on this tree.
  void Erase(Node& node) {
    Node* const left = node.left_.Read();
    Node* const right = node.right_.Read();
    const Place place = PlaceOf(node);
    if (left == nullptr) return Put(right, place);
    if (right == nullptr) return Put(left, place);
    // The next larger takes its place, so that nothing gets deeper.
    Node& next = *LeftmostOf(*right);
    if (&next != right) {
      Node* const behind = next.right_.Read();
      Put(behind, PlaceOf(next));
      Put(right, {&next, Side::kRight});
    }
    Put(left, {&next, Side::kLeft});
    Put(&next, place);
  }

  // Forgets every node, and looks at none of them. Kernel: RB_ROOT.
  void Clear() { root_.Write(nullptr); }

  // Returns: the smallest node, or the next larger; null if there is none.
  Node* First() const {
    Node* const root = root_.Read();
    return root == nullptr ? nullptr : LeftmostOf(*root);
  }
  Node* After(const Node& node) const {
    if (Node* const right = node.right_.Read()) return LeftmostOf(*right);
    const Node* below = &node;
    Node* parent = node.parent_.Read();
    while (parent != nullptr && parent->right_.Read() == below) {
      below = parent;
      parent = parent->parent_.Read();
    }
    return parent;
  }

  // Requires: nobody changes the tree meanwhile.
  TreeShape Shape() const {
    TreeShape shape;
    double depths = 0;
    std::vector<std::pair<const Node*, int>> below = {{root_.Read(), 1}};
    while (!below.empty()) {
      const auto [node, depth] = below.back();
      below.pop_back();
      if (node == nullptr) continue;
      ++shape.nodes;
      depths += depth;
      shape.depth_max = std::max(shape.depth_max, depth);
      below.emplace_back(node->left_.Read(), depth + 1);
      below.emplace_back(node->right_.Read(), depth + 1);
    }
    if (shape.nodes > 0) shape.depth_mean = depths / shape.nodes;
    return shape;
  }

 private:
  void Put(Node* node, Place place) {
    if (node != nullptr) node->parent_.Write(place.parent);
    if (place.parent == nullptr) {
      root_.Write(node);
    } else if (place.side == Side::kLeft) {
      place.parent->left_.Write(node);
    } else {
      place.parent->right_.Write(node);
    }
  }

  static Place PlaceOf(const Node& node) {
    Node* const parent = node.parent_.Read();
    if (parent == nullptr) return {};
    return {parent, parent->left_.Read() == &node ? Side::kLeft : Side::kRight};
  }

  static Node* LeftmostOf(Node& node) {
    Node* lowest = &node;
    while (Node* const left = lowest->left_.Read()) lowest = left;
    return lowest;
  }

  ksync::Plain<Node*> root_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_PAGE_TREE_H_

// The tree against a sorted list on random operations, with numbers for contents; and a tree that
// was cleared.
#include "core/ksm/page_tree.h"

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

struct Item {
  int content = 0;
  TreeNode<Item> node{this};
};

using Tree = PageTree<Item>;

Item& NewItem(std::deque<Item>& items, int content) {
  Item& item = items.emplace_back();
  item.content = content;
  return item;
}

// Returns: where a new node of that content belongs; a place that is taken if there is one.
Tree::Place PlaceFor(const Tree& tree, int content) {
  Tree::Place place;
  while (auto* const node = tree.At(place)) {
    const int there = node->owner().content;
    if (there == content) return place;
    place = {node, content < there ? Side::kLeft : Side::kRight};
  }
  return place;
}

std::vector<int> Contents(const Tree& tree) {
  std::vector<int> contents;
  for (auto* node = tree.First(); node != nullptr; node = tree.After(*node)) {
    contents.push_back(node->owner().content);
  }
  return contents;
}

TEST(PageTree, KeepsTheOrderThatItIsTold) {
  std::mt19937 random(1);
  std::deque<Item> items;
  Tree tree("tree");
  std::vector<int> expected;
  for (int step = 0; step < 2'000; ++step) {
    const int content = static_cast<int>(random() % 50);
    const Tree::Place place = PlaceFor(tree, content);
    const auto known = std::lower_bound(expected.begin(), expected.end(), content);
    if (auto* const node = tree.At(place)) {
      tree.Erase(*node);
      expected.erase(known);
    } else {
      tree.Insert(NewItem(items, content).node, place);
      expected.insert(known, content);
    }
    ASSERT_EQ(Contents(tree), expected) << "step " << step;
  }
}

TEST(PageTree, ForgetsItsNodesUnseen) {
  Tree tree("tree");
  Item item;
  tree.Insert(item.node, {});
  tree.Clear();
  EXPECT_EQ(tree.First(), nullptr);
}

// In its new life a node has none of those below it that it had in the last.
TEST(PageTree, TakesForgottenNodesAsNew) {
  Tree tree("tree");
  std::deque<Item> items;
  for (const int content : {2, 1, 3}) {
    tree.Insert(NewItem(items, content).node, PlaceFor(tree, content));
  }
  tree.Clear();
  tree.Insert(items[0].node, {});
  EXPECT_EQ(Contents(tree), std::vector<int>{2});
}

// A list is the worst: who comes in order is always the deepest.
TEST(PageTree, TellsHowDeepItIs) {
  std::deque<Item> items;
  Tree tree("tree");
  EXPECT_EQ(tree.Shape().nodes, 0);
  for (const int content : {4, 2, 6, 1, 3, 5, 7}) {
    tree.Insert(NewItem(items, content).node, PlaceFor(tree, content));
  }
  EXPECT_EQ(tree.Shape().nodes, 7);
  EXPECT_EQ(tree.Shape().depth_max, 3);
  EXPECT_DOUBLE_EQ(tree.Shape().depth_mean, 17.0 / 7);
  for (const int content : {8, 9}) {
    tree.Insert(NewItem(items, content).node, PlaceFor(tree, content));
  }
  EXPECT_EQ(tree.Shape().depth_max, 5);
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

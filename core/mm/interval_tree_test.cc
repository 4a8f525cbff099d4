// The tree against a brute-force list on random operations, and what its callers rely on: the order
// among equal keys, keys that stay as they were given, and speed with many nodes.
#include "core/mm/interval_tree.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

struct Item {
  int id = 0;
  IntervalNode<Item> node{this};
};

struct Interval {
  Item* item;
  PageOffset first;
  PageOffset last;
};

std::vector<int> Ids(const IntervalTree<Item>& tree, PageOffset first, PageOffset last) {
  std::vector<int> ids;
  for (const IntervalNode<Item>* node = tree.First(first, last); node != nullptr;
       node = tree.Next(*node, first, last)) {
    ids.push_back(node->owner().id);
  }
  return ids;
}

// The same by one visit, which ends with the item `until`.
std::vector<int> VisitedIds(const IntervalTree<Item>& tree, PageOffset first, PageOffset last,
                            int until) {
  std::vector<int> ids;
  tree.Visit(first, last, [&](const IntervalNode<Item>& node) {
    ids.push_back(node.owner().id);
    return ids.back() != until;
  });
  return ids;
}

// The tree and what it should hold, in the order of insertion.
class Twins {
 public:
  explicit Twins(int items) : items_(items) {
    for (int id = 0; id < items; ++id) items_[id].id = id;
  }

  // Puts an item in, or takes it out if it is in.
  void Toggle(int id, PageOffset first, PageOffset last) {
    Item& item = items_[id];
    const auto is_it = [&](const Interval& interval) { return interval.item == &item; };
    const bool contained = tree_.Contains(item.node);
    EXPECT_EQ(contained, std::erase_if(list_, is_it) == 1);
    if (contained) {
      tree_.Erase(item.node);
    } else {
      tree_.Insert(item.node, first, last);
      // Behind those that begin there too: the tree keeps their order.
      const auto place = std::ranges::upper_bound(list_, first, {}, &Interval::first);
      list_.insert(place, {&item, first, last});
    }
  }

  void ExpectSame(PageOffset first, PageOffset last) const {
    std::vector<int> ids;
    for (const Interval& interval : list_) {
      if (interval.first <= last && interval.last >= first) ids.push_back(interval.item->id);
    }
    EXPECT_EQ(Ids(tree_, first, last), ids);
    EXPECT_EQ(VisitedIds(tree_, first, last, /*until=*/-1), ids);
    EXPECT_EQ(tree_.Empty(), list_.empty());
    if (ids.empty()) return;
    const int middle = ids[ids.size() / 2];
    ids.resize(ids.size() / 2 + 1);
    EXPECT_EQ(VisitedIds(tree_, first, last, middle), ids);
  }

 private:
  std::deque<Item> items_;
  IntervalTree<Item> tree_;
  std::vector<Interval> list_;
};

// Keys from a range that is smaller than the number of items are often equal.
void RunRandomly(std::uint32_t seed, int items, PageOffset keys) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  Twins twins(items);
  for (int step = 0; step < 4000 && !testing::Test::HasFailure(); ++step) {
    const PageOffset first = below(keys);
    const PageOffset length = below(2) == 0 ? 0 : below(keys);
    twins.Toggle(static_cast<int>(below(items)), first, first + length);
    const PageOffset query = below(keys);
    twins.ExpectSame(query, query + below(keys));
  }
  twins.ExpectSame(0, 2 * keys);
}

TEST(IntervalTreeTest, AgreesWithAListOnRandomOperations) {
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    RunRandomly(seed, 3, 3);
    RunRandomly(seed, 40, 5);
    RunRandomly(seed, 60, 1000);
  }
}

TEST(IntervalTreeTest, EqualKeysComeInTheOrderOfInsertion) {
  std::deque<Item> items(100);
  IntervalTree<Item> tree;
  std::vector<int> expected;
  for (int id = 0; id < 100; ++id) {
    items[id].id = id;
    tree.Insert(items[id].node, 7, 7 + id % 3);
    expected.push_back(id);
  }
  EXPECT_EQ(Ids(tree, 0, 100), expected);
  // What was erased and comes back is the latest.
  tree.Erase(items[0].node);
  tree.Insert(items[0].node, 7, 7);
  std::ranges::rotate(expected, expected.begin() + 1);
  EXPECT_EQ(Ids(tree, 7, 7), expected);
}

TEST(IntervalTreeTest, TheLargestOffsetIsAKeyLikeOthers) {
  constexpr PageOffset kLargest = static_cast<PageOffset>(-1);
  Item item{.id = 1};
  IntervalTree<Item> tree;
  tree.Insert(item.node, kLargest, kLargest);
  EXPECT_EQ(Ids(tree, 0, kLargest), std::vector<int>{1});
  EXPECT_EQ(Ids(tree, 0, kLargest - 1), std::vector<int>{});
  EXPECT_EQ(item.node.first(), kLargest);
  EXPECT_EQ(item.node.last(), kLargest);
}

// A million nodes in ascending order would take 10^12 steps in an unbalanced tree, and as many if a
// search visited what does not overlap.
TEST(IntervalTreeTest, AMillionNodes) {
  constexpr PageOffset kNodes = 1'000'000;
  std::deque<Item> items(kNodes);
  IntervalTree<Item> tree;
  for (PageOffset i = 0; i < kNodes; ++i) {
    items[i].id = static_cast<int>(i);
    tree.Insert(items[i].node, 2 * i, 2 * i + 1);
  }
  PageOffset found = 0;
  for (PageOffset i = 0; i < kNodes; ++i) {
    const auto* node = tree.First(2 * i + 1, 2 * i + 1);
    found += node == &items[i].node && tree.Next(*node, 2 * i + 1, 2 * i + 1) == nullptr;
  }
  EXPECT_EQ(found, kNodes);
  for (Item& item : items) tree.Erase(item.node);
  EXPECT_TRUE(tree.Empty());
}

TEST(IntervalTreeDeathTest, Misuse) {
  Item item;
  Item other;
  IntervalTree<Item> tree;
  tree.Insert(item.node, 1, 2);
  EXPECT_DEATH(tree.Insert(item.node, 1, 2), "inserted twice");
  EXPECT_DEATH(tree.Insert(other.node, 2, 1), "ends before it begins");
  EXPECT_DEATH(tree.Erase(other.node), "erased from a tree that it is not in");
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

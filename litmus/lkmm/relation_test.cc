// Sets and relations, against what they are by definition, with events at both ends of a word.
// What is built of them is tested by the model's own tests.
#include "litmus/lkmm/relation.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace lkmm {
namespace {

Relation Of(const std::vector<std::pair<int, int>>& pairs) {
  Relation relation;
  for (const auto& [from, to] : pairs) relation.Add(from, to);
  return relation;
}

TEST(RelationTest, OperatorsAreThoseOfThePapers) {
  const Relation a = Of({{0, 1}, {1, 2}, {63, 0}});
  const Relation b = Of({{1, 2}, {2, 63}});
  EXPECT_EQ(a | b, Of({{0, 1}, {1, 2}, {2, 63}, {63, 0}}));
  EXPECT_EQ(a & b, Of({{1, 2}}));
  EXPECT_EQ(a - b, Of({{0, 1}, {63, 0}}));
  EXPECT_EQ(a * b, Of({{0, 2}, {1, 63}}));
  EXPECT_EQ(Inverse(a), Of({{1, 0}, {2, 1}, {0, 63}}));
  EXPECT_EQ(Relation::Product(Only(3) | Only(4), Only(5)), Of({{3, 5}, {4, 5}}));
  EXPECT_EQ(Within(Only(1) | Only(63)) * a, Of({{1, 2}, {63, 0}}));
  EXPECT_EQ(a * Within(Only(2)), Of({{1, 2}}));
  EXPECT_EQ(a.Domain(), Only(0) | Only(1) | Only(63));
  EXPECT_EQ(a.Range(), Only(0) | Only(1) | Only(2));
}

TEST(RelationTest, ClosuresFollowEveryPath) {
  const Relation chain = Of({{5, 4}, {4, 7}, {7, 1}});
  EXPECT_EQ(Plus(chain), Of({{5, 4}, {5, 7}, {5, 1}, {4, 7}, {4, 1}, {7, 1}}));
  EXPECT_EQ(Star(chain), Plus(chain) | Within(~EventSet{0}));
  EXPECT_EQ(OrSelf(Relation()), Within(~EventSet{0}));
  EXPECT_TRUE(IsAcyclic(chain));
  EXPECT_FALSE(IsAcyclic(chain | Of({{1, 5}})));
  EXPECT_TRUE(chain.IsIrreflexive());
  EXPECT_FALSE(Of({{9, 9}}).IsIrreflexive());
  EXPECT_TRUE(Relation().IsEmpty());
  EXPECT_FALSE(chain.IsEmpty());
}

}  // namespace
}  // namespace lkmm

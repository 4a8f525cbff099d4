// Names that the kernel has, and names that look like its own but are nobody's.
// What the functions do is for litmus/tests/lkmm to say.
#include "litmus/lkmm/vocabulary.h"

#include <gtest/gtest.h>

namespace lkmm {
namespace {

TEST(VocabularyTest, OperationsAreTakenApart) {
  const std::optional<Function> fetch = FindFunction("atomic_fetch_andnot_release");
  ASSERT_TRUE(fetch.has_value());
  EXPECT_EQ(fetch->act, Act::kOperate);
  EXPECT_EQ(fetch->tag, Tag::kRelease);
  EXPECT_EQ(fetch->operation, '~');
  EXPECT_EQ(fetch->result, Result::kOld);
  EXPECT_EQ(Arguments(*fetch), 2);
  const std::optional<Function> count = FindFunction("atomic_dec_return_acquire");
  ASSERT_TRUE(count.has_value());
  EXPECT_EQ(count->tag, Tag::kAcquire);
  EXPECT_EQ(count->operation, '-');
  EXPECT_EQ(count->result, Result::kNew);
  EXPECT_EQ(Arguments(*count), 1);
  EXPECT_EQ(FindFunction("atomic_inc")->tag, Tag::kNoReturn);
  EXPECT_EQ(FindFunction("atomic_inc_and_test")->result, Result::kNewIsZero);
  EXPECT_EQ(FindFunction("atomic_add_negative_relaxed")->tag, Tag::kOnce);
  EXPECT_EQ(FindFunction("xchg_acquire")->tag, Tag::kAcquire);
  EXPECT_EQ(FindFunction("atomic_cmpxchg")->tag, Tag::kMb);
  EXPECT_EQ(Arguments(*FindFunction("cmpxchg_relaxed")), 3);
}

TEST(VocabularyTest, NothingElseIsAFunction) {
  for (const char* name :
       {"atomic_inc_relaxed", "atomic_and_return", "atomic_and_and_test", "atomic_add_and_test",
        "atomic_sub_negative", "atomic_fetch_add_return", "atomic_inc_and_test_acquire", "atomic_",
        "xchg_mb", "READ_ONCE_relaxed", "smp_memb", "atomic_fetch_xchg", "call_rcu", "fetch_add"}) {
    EXPECT_FALSE(FindFunction(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace lkmm

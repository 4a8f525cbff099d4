// CHECK and DCHECK: what they print, that they end the process, and that a passing one costs its
// message nothing.
#include "core/base/check.h"

#include <string>

#include "gtest/gtest.h"

namespace base {
namespace {

TEST(CheckTest, PassesSilently) {
  CHECK(1 + 1 == 2);
  CHECK(true, "never printed");
  DCHECK(true);
}

TEST(CheckTest, SaysWhereWhatAndWhy) {
  EXPECT_DEATH(CHECK(1 + 1 == 3, "arithmetic"),
               "check_test.cc:[0-9]+: CHECK.1 . 1 == 3. failed: arithmetic");
}

TEST(CheckTest, NeedsNoMessage) { EXPECT_DEATH(CHECK(false), "CHECK.false. failed\n"); }

TEST(CheckTest, TakesTheMessageOnlyWhenItFails) {
  int calls = 0;
  auto message = [&calls] {
    ++calls;
    return std::string("made up");
  };
  CHECK(calls == 0, message());
  EXPECT_EQ(calls, 0);
  EXPECT_DEATH(CHECK(calls == 1, message()), "made up");
}

TEST(CheckTest, IsOneStatement) {
  bool reached = false;
  if (reached)
    CHECK(false);
  else
    reached = true;
  EXPECT_TRUE(reached);
}

TEST(CheckTest, DcheckFollowsNdebug) {
#ifdef NDEBUG
  int evaluated = 0;
  DCHECK(++evaluated == 0);
  EXPECT_EQ(evaluated, 0);
#else
  EXPECT_DEATH(DCHECK(false, "assertions are on"), "assertions are on");
#endif
}

}  // namespace
}  // namespace base

// The words of RMAPCHECK_STRESS_SECONDS, right and wrong.
// A wrong one must end the process, or a night would be five seconds long and nobody the wiser.
#include "stress/budget.h"

#include <cstdlib>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace stress {
namespace {

constexpr char kVariable[] = "RMAPCHECK_STRESS_SECONDS";

class StressBudgetTest : public testing::Test {
 protected:
  // A night sets the variable for this test as well.
  StressBudgetTest() { unsetenv(kVariable); }
};

TEST_F(StressBudgetTest, IsTheShortFormUnlessSomebodyAsks) {
  EXPECT_EQ(StressBudget(absl::Seconds(5)), absl::Seconds(5));
  setenv(kVariable, "", 1);
  EXPECT_EQ(StressBudget(absl::Seconds(5)), absl::Seconds(5));
  setenv(kVariable, "3600", 1);
  EXPECT_EQ(StressBudget(absl::Seconds(5)), absl::Hours(1));
}

TEST_F(StressBudgetTest, TakesFractions) {
  const absl::StatusOr<absl::Duration> half = ParseStressSeconds("0.5");
  ASSERT_TRUE(half.ok()) << half.status();
  EXPECT_EQ(*half, absl::Milliseconds(500));
}

TEST_F(StressBudgetTest, RefusesWhatIsNoTime) {
  for (const char* words : {"", "an hour", "60s", "0", "-1", "nan", "inf", "1e30"}) {
    EXPECT_FALSE(ParseStressSeconds(words).ok()) << words;
  }
}

TEST_F(StressBudgetTest, AWrongValueEndsTheProcess) {
  setenv(kVariable, "1h", 1);
  EXPECT_EXIT(StressBudget(absl::Seconds(5)), testing::ExitedWithCode(2),
              "RMAPCHECK_STRESS_SECONDS=1h is no number of seconds");
}

}  // namespace
}  // namespace stress

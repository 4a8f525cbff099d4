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
constexpr char kSeedVariable[] = "RMAPCHECK_STRESS_SEED";

class StressBudgetTest : public testing::Test {
 protected:
  // A night sets the variable for this test as well.
  StressBudgetTest() {
    unsetenv(kVariable);
    unsetenv(kSeedVariable);
  }
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

TEST_F(StressBudgetTest, SeedsAreTheSameUnlessSomebodyAsks) {
  EXPECT_EQ(StressSeed(), 0u);
  setenv(kSeedVariable, "18446744073709551615", 1);
  EXPECT_EQ(StressSeed(), ~std::uint64_t{0});
}

TEST_F(StressBudgetTest, ANightDrawsItsSeedOnceAndSaysIt) {
  setenv(kVariable, "3600", 1);
  testing::internal::CaptureStderr();
  const std::uint64_t seed = StressSeed();
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "RMAPCHECK_STRESS_SEED=" + std::to_string(seed) + " repeats the seeds of this run\n");
  EXPECT_NE(seed, 0u);
  EXPECT_EQ(StressSeed(), seed);
  setenv(kSeedVariable, "7", 1);
  EXPECT_EQ(StressSeed(), 7u);
}

TEST_F(StressBudgetTest, AWrongSeedEndsTheProcess) {
  for (const char* words : {"seven", "-1", "18446744073709551616"}) {
    setenv(kSeedVariable, words, 1);
    EXPECT_EXIT(StressSeed(), testing::ExitedWithCode(2), "is no number of 64 bits") << words;
  }
}

}  // namespace
}  // namespace stress

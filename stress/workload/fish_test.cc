// The nets catch fish: a kernel with one repair taken out fails at once in random programs that
// know nothing of it, and by the rule that the mistake breaks. Here are those that a moment is
// enough for; fish.py tries all, with every net (docs/TESTING.md has its table).
//
// That a kernel with all repairs does not fail, is what workload_test.cc says, in the same
// profiles.
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stress/workload/campaign.h"
#include "stress/workload/mix.h"
#include "stress/workload/report.h"
#include "stress/workload/worker.h"

namespace workload {
namespace {

struct Fish {
  const char* kernel;
  const char* profile;
  // It is caught by one of them; which, depends on the schedule. Of KH-20 both are proved:
  // swap-in-then-exit.rmap and swap-in-then-migrate.rmap in core/scripts/examples.
  std::vector<std::string> rules;
};

const std::vector<Fish>& QuickFish() {
  static const auto& fish = *new std::vector<Fish>{
      {"G9 with all without KH-17", "general", {"check", "C5", "I3", "I4"}},
      {"G9 with all without KH-19", "general", {"I5"}},
      {"G9 with all without KH-20", "general", {"I2", "I3"}},
      {"G8 with all without KH-28", "general", {"check"}},
      {"G9 with all without KH-66", "general", {"C5", "check"}},
      {"G9 with all without KH-67", "scarce", {"C5", "check"}},
      {"G9 with all without KH-11", "ksm", {"check", "C6"}},
      {"G9 with all without KH-32", "ksm", {"crash: SIGSEGV"}},
  };
  return fish;
}

Campaign CampaignOf(const Fish& fish) {
  Campaign campaign;
  campaign.kernel = fish.kernel;
  campaign.profile = fish.profile;
  campaign.mix = FindProfile(fish.profile)->mix;
  campaign.seconds = 30;  // Of which a fraction is needed.
  campaign.shrink_seconds = 0;
  return campaign;
}

class FishTest : public testing::TestWithParam<Fish> {};

TEST_P(FishTest, IsCaught) {
  const Campaign campaign = CampaignOf(GetParam());
  const Results results = RunCampaign(campaign);
  ASSERT_EQ(results.failures.size(), 1u) << ToText(campaign, results);
  EXPECT_THAT(GetParam().rules, testing::Contains(results.failures[0].failure.rule))
      << ToText(campaign, results);
}

std::string TestName(const testing::TestParamInfo<Fish>& info) {
  return absl::StrReplaceAll(info.param.kernel, {{" ", "_"}, {"-", "_"}});
}

INSTANTIATE_TEST_SUITE_P(Quick, FishTest, testing::ValuesIn(QuickFish()), TestName);

// What is caught is made small, and small enough for the checker. However slow the machine is, it
// ends when there is nothing left to try: Bazel's patience is over before the time for it is.
TEST(CaughtFishTest, IsMadeSmall) {
  Campaign campaign = CampaignOf(QuickFish()[1]);
  campaign.shrink_seconds = 600;
  const Results results = RunCampaign(campaign);
  ASSERT_EQ(results.failures.size(), 1u);
  ASSERT_TRUE(results.failures[0].shrunk.has_value());
  EXPECT_TRUE(results.failures[0].shrunk->finished);
  const rmap::Script& small = results.failures[0].shrunk->script;
  EXPECT_LT(SizeOf(small).steps, 20u);
  EXPECT_TRUE(FitsModel(small));
}

}  // namespace
}  // namespace workload

int main(int argc, char** argv) {
  if (const auto code = workload::RunAsWorker(argc, argv)) return *code;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

// The scenarios of the rmap core on real threads: those that hold for the newest kernel, many
// rounds each. The twin under the checker is models/rmap/rmap_model_test.cc, with the same names.
//
// Older kernels are left out: their mistakes would crash the process, when they show at all.
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "core/scenarios/expected.h"
#include "core/scenarios/scenarios.h"
#include "core/sync/native_control.h"
#include "gtest/gtest.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr int kRounds = 500;
constexpr int kRoundsOfRelatives = 50;  // Of each in a family: they are many, and much alike.
constexpr int kSpinsMax = 2'000;        // About as long as the longest scenario.
constexpr int kFailuresPerMille = 200;

// The newest kernel that the scenario is proved on.
Kernel NewestKernel(const Scenario& scenario) { return KernelsToProve(scenario).back(); }

std::vector<Scenario> ScenariosThatHold() {
  std::vector<Scenario> holding;
  for (const Scenario& scenario : Scenarios()) {
    if (ExpectedViolation(scenario, NewestKernel(scenario)) == "") holding.push_back(scenario);
  }
  return holding;
}

std::string TestName(const testing::TestParamInfo<Scenario>& info) {
  const std::string kernel = NewestKernel(info.param).Name();
  return info.param.name + "_" + absl::StrReplaceAll(kernel, {{" ", "_"}, {"-", "_"}});
}

class RmapStress : public testing::TestWithParam<Scenario> {};

TEST_P(RmapStress, HasTheExpectedVerdict) {
  const Kernel kernel = NewestKernel(GetParam());
  ksync::StaggerStarts(kSpinsMax);
  ksync::SetAllocationFailureRate(kFailuresPerMille);
  const int rounds = GetParam().family == nullptr ? kRounds : kRoundsOfRelatives;
  for (int round = 0; round < rounds; ++round) {
    ksync::SeedChoices(round);
    const bool counted = ksync::TryRound([&kernel] { GetParam().run(kernel); });
    EXPECT_TRUE(counted) << "no scenario assumes anything";
  }
}

INSTANTIATE_TEST_SUITE_P(Rmap, RmapStress, testing::ValuesIn(ScenariosThatHold()), TestName);

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

// The scenarios of the rmap core on real threads: those that hold for the newest kernel, many
// rounds each. The twin under the checker is models/rmap/rmap_model_test.cc, with the same names.
//
// Older kernels are left out: their mistakes would crash the process, when they show at all.
#include <string>
#include <vector>

#include "core/scenarios/scenarios.h"
#include "core/sync/native_control.h"
#include "gtest/gtest.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr int kRounds = 500;
constexpr int kSpinsMax = 2'000;  // About as long as the longest scenario.
constexpr int kFailuresPerMille = 200;

std::vector<Scenario> ScenariosThatHold() {
  const std::string newest = Kernel().Name();
  std::vector<Scenario> holding;
  for (const Scenario& scenario : Scenarios()) {
    for (const Expectation& expectation : scenario.expectations) {
      if (expectation.kernel == newest && expectation.holds()) holding.push_back(scenario);
    }
  }
  return holding;
}

class RmapStress : public testing::TestWithParam<Scenario> {};

TEST_P(RmapStress, HasTheExpectedVerdict) {
  const Kernel kernel;
  ksync::StaggerStarts(kSpinsMax);
  ksync::SetAllocationFailureRate(kFailuresPerMille);
  for (int round = 0; round < kRounds; ++round) {
    ksync::SeedChoices(round);
    const bool counted = ksync::TryRound([&kernel] { GetParam().run(kernel); });
    EXPECT_TRUE(counted) << "no scenario assumes anything";
  }
}

INSTANTIATE_TEST_SUITE_P(Rmap, RmapStress, testing::ValuesIn(ScenariosThatHold()),
                         [](const auto& info) { return info.param.name + "_" + Kernel().Name(); });

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

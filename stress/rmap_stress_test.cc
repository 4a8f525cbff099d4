// The scenarios of the rmap core on real threads, many rounds each, in every kernel in which they
// hold and somebody relies on it. The twin under the checker is models/rmap/rmap_model_test.cc,
// with the same names; //models:twins_test compares them.
//
// Kernels in which a scenario is violated are left out: their mistakes end the process.
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "core/scenarios/expected.h"
#include "core/scenarios/scenarios.h"
#include "gtest/gtest.h"
#include "stress/rounds.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr int kRounds = 500;            // In the newest kernel.
constexpr int kRoundsOfRelatives = 50;  // Of each in a family, or in an older kernel.
constexpr int kSpinsMax = 2'000;        // About as long as the longest scenario.
constexpr int kFailuresPerMille = 200;
constexpr double kShareOfANight = 0.25;

struct Case {
  const Scenario* scenario;
  Kernel kernel;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.scenario->name; }

std::vector<Case> CasesThatHold() {
  std::vector<Case> cases;
  for (const Scenario& scenario : Scenarios()) {
    for (const Kernel& kernel : NotedKernels(scenario)) {
      if (ExpectedViolation(scenario, kernel) == "") cases.push_back({&scenario, kernel});
    }
  }
  return cases;
}

bool IsOneOfMany(const Case& one) {
  return one.scenario->family != nullptr || one.kernel != KernelsToProve(*one.scenario).back();
}

std::string TestName(const testing::TestParamInfo<Case>& info) {
  const std::string kernel = info.param.kernel.Name();
  return info.param.scenario->name + "_" + absl::StrReplaceAll(kernel, {{" ", "_"}, {"-", "_"}});
}

class RmapStress : public testing::TestWithParam<Case> {};

TEST_P(RmapStress, HasTheExpectedVerdict) {
  static const int cases = static_cast<int>(CasesThatHold().size());
  const Case& one = GetParam();
  const stress::RoundsPlan plan = {.rounds = IsOneOfMany(one) ? kRoundsOfRelatives : kRounds,
                                   .budget = stress::NightlyPart(cases, kShareOfANight),
                                   .spins_max = kSpinsMax,
                                   .failures_per_mille = kFailuresPerMille};
  const stress::RoundsDone done =
      stress::RunRounds(plan, [&one] { one.scenario->run(one.kernel); });
  EXPECT_EQ(done.counted, done.rounds) << "no scenario assumes anything";
}

INSTANTIATE_TEST_SUITE_P(Holds, RmapStress, testing::ValuesIn(CasesThatHold()), TestName);

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

// Every scenario of the rmap core under the checker, with every kernel that something is expected
// of: what holds, holds in every execution; what is violated, is found.
//
// The twin on real threads is stress/rmap_stress_test.cc, with the same test names.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/rmap/scenarios.h"

namespace models {
namespace {

struct Case {
  const RmapScenario* scenario;
  RmapExpectation expectation;
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const RmapScenario& scenario : RmapScenarios()) {
    for (const RmapExpectation& expectation : scenario.expectations) {
      cases.push_back({&scenario, expectation});
    }
  }
  return cases;
}

// "SplitBelowVersusMigration_G5_without_KH_25".
std::string TestName(const testing::TestParamInfo<Case>& info) {
  const std::string& kernel = info.param.expectation.kernel;
  return info.param.scenario->name + "_" + absl::StrReplaceAll(kernel, {{" ", "_"}, {"-", "_"}});
}

class RmapModel : public testing::TestWithParam<Case> {};

TEST_P(RmapModel, HasTheExpectedVerdict) {
  const auto& [scenario, expectation] = GetParam();
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(expectation.kernel);
  ASSERT_TRUE(kernel.ok()) << kernel.status();
  const Report report = Check(Options{}, [&] { scenario->run(*kernel); });
  if (expectation.holds()) {
    EXPECT_EQ(report.verdict, Verdict::kHolds) << scenario->claim << "\n" << report;
    EXPECT_TRUE(report.exhaustive);
  } else {
    EXPECT_EQ(report.verdict, Verdict::kViolated) << scenario->claim << "\n" << report;
    EXPECT_EQ(FailureName(report.failure_kind), expectation.violation) << report;
  }
  RecordProperty("executions", std::to_string(report.executions));
}

INSTANTIATE_TEST_SUITE_P(Rmap, RmapModel, testing::ValuesIn(Cases()), TestName);

TEST(RmapScenarios, ExpectSomethingOfEveryModelledGeneration) {
  for (const RmapScenario& scenario : RmapScenarios()) {
    std::set<std::string> listed;
    for (const RmapExpectation& expectation : scenario.expectations) {
      EXPECT_TRUE(listed.insert(expectation.kernel).second) << scenario.name << " lists one twice";
    }
    for (const rmap::GenerationInfo& info : rmap::Generations()) {
      EXPECT_TRUE(!info.modelled || listed.contains(info.name))
          << scenario.name << " " << info.name;
    }
  }
}

}  // namespace
}  // namespace models

// Every scenario of the rmap core under the checker, with every kernel that something is expected
// of: what holds, holds in every execution; what is violated, is found.
//
// The twin on real threads is stress/rmap_stress_test.cc, with the same test names.
#include <cstdint>
#include <map>
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

// How many executions each proof visits. They move only with the scenario, the core or the engine,
// and then somebody has to say why.
const std::map<std::string, std::uint64_t>& GoldenExecutions() {
  static const auto& golden = *new std::map<std::string, std::uint64_t>{
      {"WalkVersusUnlink on G1", 7},
      {"WalkVersusUnlink on G2", 7},
      {"WalkVersusUnlink on G3", 7},
      {"WalkVersusUnlink on G5", 8},
      {"ForkFailureThenWalk on G3", 6},
      {"ForkFailureThenWalk on G5", 6},
      {"FaultVersusFault on G3", 18},
      {"FaultVersusFault on G5", 18},
      {"MigrationVersusExit on G1", 4},
      {"MigrationVersusExit on G2", 4},
      {"MigrationVersusExit on G3", 4},
      {"MigrationVersusExit on G5", 7},
      {"WalkVersusForkElsewhere on G1", 17},
      {"WalkVersusForkElsewhere on G2", 17},
      {"WalkVersusForkElsewhere on G3", 17},
      {"WalkVersusForkElsewhere on G5", 18},
      {"WalkVersusFaultElsewhere on G1", 15},
      {"WalkVersusFaultElsewhere on G2", 15},
      {"WalkVersusFaultElsewhere on G3", 15},
      {"WalkVersusFaultElsewhere on G5", 19},
      {"MergeIntoUntouched on G3", 1},
      {"MergeIntoUntouched on G5", 1},
      {"BorrowThenMerge on G3", 1},
      {"BorrowThenMerge on G5", 1},
      {"MigrateShared on G3", 1},
      {"MigrateShared on G5", 1},
      {"MigrateSharedWithGrandchild on G3", 1},
      {"MigrateSharedWithGrandchild on G5", 1},
      {"SplitBelowVersusMigration on G5", 6},
      {"SplitAboveVersusMigration on G1", 14},
      {"SplitAboveVersusMigration on G2", 14},
      {"SplitAboveVersusMigration on G3", 14},
      {"SplitAboveVersusMigration on G5", 6},
      {"SplitBelowVersusIndex on G5", 6},
      {"BoundaryUpVersusMigration on G5", 3},
  };
  return golden;
}

// "SplitBelowVersusMigration_G5_without_KH_25".
std::string TestName(const testing::TestParamInfo<Case>& info) {
  const std::string& kernel = info.param.expectation.kernel;
  return info.param.scenario->name + "_" + absl::StrReplaceAll(kernel, {{" ", "_"}, {"-", "_"}});
}

class RmapModel : public testing::TestWithParam<Case> {};

TEST(GoldenExecutions, IsAboutEveryProofOfAnUnchangedKernel) {
  for (const Case& one : Cases()) {
    const std::string& kernel = one.expectation.kernel;
    if (!one.expectation.holds() || kernel.find(' ') != std::string::npos) continue;
    EXPECT_TRUE(GoldenExecutions().contains(one.scenario->name + " on " + kernel))
        << one.scenario->name << " on " << kernel;
  }
}

TEST_P(RmapModel, HasTheExpectedVerdict) {
  const auto& [scenario, expectation] = GetParam();
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(expectation.kernel);
  ASSERT_TRUE(kernel.ok()) << kernel.status();
  const Report report = Check(Options{}, [&] { scenario->run(*kernel); });
  if (expectation.holds()) {
    EXPECT_EQ(report.verdict, Verdict::kHolds) << scenario->claim << "\n" << report;
    EXPECT_TRUE(report.exhaustive);
    const auto golden = GoldenExecutions().find(scenario->name + " on " + expectation.kernel);
    if (golden != GoldenExecutions().end()) {
      EXPECT_EQ(report.executions, golden->second);
    }
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

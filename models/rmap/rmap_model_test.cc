// Every scenario of the rmap core under the checker, with every kernel whose verdict somebody
// relies on: what holds, holds in every execution; what is violated, is found.
//
// How many executions a proof visits is written in golden_executions.txt, a line a proof. The
// counts move only with the scenario, the core or the engine, and then somebody has to say why.
// With RMAPCHECK_PRINT_GOLDEN=1 the lines are printed instead of compared (docs/TESTING.md).
//
// The twin on real threads is stress/rmap_stress_test.cc: the same test names, of what holds.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/rmap/scenarios.h"

namespace models {
namespace {

constexpr char kGoldenFile[] = "models/rmap/golden_executions.txt";
constexpr std::string_view kEquals = " = ";

struct Case {
  const RmapScenario* scenario;
  rmap::Kernel kernel;

  std::string Name() const { return absl::StrCat(scenario->name, " on ", kernel.Name()); }
  std::string Violation() const { return ExpectedViolation(*scenario, kernel).value_or("unknown"); }

  friend void PrintTo(const Case& one, std::ostream* to) { *to << one.Name(); }
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const RmapScenario& scenario : RmapScenarios()) {
    for (const rmap::Kernel& kernel : NotedKernels(scenario)) cases.push_back({&scenario, kernel});
  }
  return cases;
}

std::vector<Case> CasesThat(bool hold) {
  std::vector<Case> cases;
  for (const Case& one : Cases()) {
    if (one.Violation().empty() == hold) cases.push_back(one);
  }
  return cases;
}

std::map<std::string, std::uint64_t> ReadGoldenExecutions() {
  std::map<std::string, std::uint64_t> golden;
  std::ifstream file(kGoldenFile);
  EXPECT_TRUE(file.good()) << kGoldenFile;
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find(kEquals);
    std::uint64_t count = 0;
    const bool understood = equals != line.npos &&
                            absl::SimpleAtoi(line.substr(equals + kEquals.size()), &count) &&
                            golden.emplace(line.substr(0, equals), count).second;
    EXPECT_TRUE(understood) << kGoldenFile << ": " << line;
  }
  return golden;
}

const std::map<std::string, std::uint64_t>& GoldenExecutions() {
  static const auto& golden = *new auto(ReadGoldenExecutions());
  return golden;
}

// Compares, or prints.
void ExpectGolden(const std::string& name, std::uint64_t executions) {
  const std::string line = absl::StrCat(name, kEquals, executions);
  if (std::getenv("RMAPCHECK_PRINT_GOLDEN") != nullptr) {
    std::cout << "golden: " << line << std::endl;
    return;
  }
  const auto golden = GoldenExecutions().find(name);
  if (golden == GoldenExecutions().end()) {
    ADD_FAILURE() << kGoldenFile << " lacks this line:\n" << line;
  } else {
    EXPECT_EQ(executions, golden->second) << name;
  }
}

// "SplitBelowVersusMigration_G5_without_KH_25".
std::string TestName(const testing::TestParamInfo<Case>& info) {
  const std::string kernel = info.param.kernel.Name();
  return info.param.scenario->name + "_" + absl::StrReplaceAll(kernel, {{" ", "_"}, {"-", "_"}});
}

class RmapModel : public testing::TestWithParam<Case> {};

TEST_P(RmapModel, HasTheExpectedVerdict) {
  const Case& one = GetParam();
  const Report report = Check(Options{}, [&] { one.scenario->run(one.kernel); });
  const std::string violation = one.Violation();
  if (violation.empty()) {
    EXPECT_EQ(report.verdict, Verdict::kHolds) << one.scenario->claim << "\n" << report;
    EXPECT_TRUE(report.exhaustive);
    if (report.verdict == Verdict::kHolds) ExpectGolden(one.Name(), report.executions);
  } else {
    EXPECT_EQ(report.verdict, Verdict::kViolated) << one.scenario->claim << "\n" << report;
    EXPECT_EQ(FailureName(report.failure_kind), violation) << report;
  }
  RecordProperty("executions", std::to_string(report.executions));
}

INSTANTIATE_TEST_SUITE_P(Holds, RmapModel, testing::ValuesIn(CasesThat(true)), TestName);
INSTANTIATE_TEST_SUITE_P(Violated, RmapModel, testing::ValuesIn(CasesThat(false)), TestName);

// The failure that was reported. Under rc11 another one, of the same mistake, comes first.
TEST(RmapModelUnderSc, WithoutKh52AWalkGivesBackTheWrongLock) {
  const auto& all = RmapScenarios();
  const auto scenario = std::find_if(all.begin(), all.end(), [](const RmapScenario& one) {
    return one.name == "TriedLockVersusForkElsewhere";
  });
  ASSERT_NE(scenario, all.end());
  Options options;
  options.memory_model = MemoryModelKind::kSc;
  for (rmap::Generation generation : {rmap::Generation::kG6, rmap::Generation::kG9}) {
    const rmap::Kernel kernel = rmap::Kernel(generation).Without(rmap::Fix::kKh52);
    const Report report = Check(options, [&] { scenario->run(kernel); });
    EXPECT_EQ(report.failure_kind, FailureKind::kLockMisuse) << report;
  }
}

TEST(GoldenExecutions, AreOfProofs) {
  std::set<std::string> proofs;
  for (const Case& one : CasesThat(true)) proofs.insert(one.Name());
  for (const auto& [name, count] : GoldenExecutions()) {
    EXPECT_TRUE(proofs.contains(name)) << kGoldenFile << ": nobody proves " << name;
  }
}

TEST(RmapScenarios, OfKsmAreProvedAtItsStates) {
  for (const RmapScenario& scenario : RmapScenarios()) {
    const bool merges = absl::StartsWith(scenario.name, "Ksm") &&
                        !absl::StartsWith(scenario.name, "KsmReference");  // A count of anon_vma's.
    if (!merges || scenario.since != rmap::Generation::kG0) continue;
    EXPECT_TRUE(scenario.since_state.has_value()) << scenario.name;
  }
}

TEST(RmapScenarios, HaveAPairOfKernelsForEachBug) {
  for (const RmapScenario& scenario : RmapScenarios()) {
    for (const RmapBug& bug : scenario.bugs) {
      EXPECT_TRUE(KernelsThatShow(scenario, bug.fix).has_value())
          << scenario.name << " " << rmap::Name(bug.fix);
    }
  }
}

}  // namespace
}  // namespace models

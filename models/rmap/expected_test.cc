// What follows from the bugs and the exceptions of a scenario: verdicts, and which kernels are run.
// The scenario here is made up, and nothing is run.
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "models/rmap/scenarios.h"

namespace models {
namespace {

using enum rmap::Generation;
using rmap::Fix;
using rmap::Kernel;

// KH-25 was missing from G1 to G4, KH-108 is missing everywhere.
RmapScenario TwoBugs() {
  return {.name = "TwoBugs",
          .claim = "",
          .oracle = "",
          .run = [](const Kernel&) {},
          .since = kG1,
          .default_generation = kG5,
          .bugs = {{.fix = Fix::kKh25, .violation = "failed check"},
                   {.fix = Fix::kKh108, .violation = "data race", .until = kG8}}};
}

std::vector<std::string> Names(const std::vector<Kernel>& kernels) {
  std::vector<std::string> names;
  for (const Kernel& kernel : kernels) names.push_back(kernel.Name());
  return names;
}

TEST(ExpectedViolation, IsOfTheFirstBugWhoseFixIsMissing) {
  const RmapScenario scenario = TwoBugs();
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG3)), "failed check");
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG5)), "data race");
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG5).WithAll()), "");
}

TEST(ExpectedViolation, EndsWithTheLastGenerationThatShowsTheMistake) {
  const RmapScenario scenario = TwoBugs();
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG8)), "data race");
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG9)), "");
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG9).Without(Fix::kKh25)), "failed check");
}

TEST(ExpectedViolation, BeginsWithTheFirstGenerationThatShowsTheMistake) {
  RmapScenario scenario = TwoBugs();
  scenario.bugs[1].from = kG6;
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG5)), "");
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG6)), "data race");
}

TEST(ExpectedViolation, IsUnknownIfTheMistakeIsYoungerThanTheKernel) {
  RmapScenario scenario = TwoBugs();
  const Kernel impossible = Kernel(kG8).Without(Fix::kKh88);
  EXPECT_EQ(ExpectedViolation(scenario, impossible), std::nullopt);
  scenario.expectations = {{"G8 without KH-88", "leak"}};
  EXPECT_EQ(ExpectedViolation(scenario, impossible), "leak");
}

TEST(ExpectedViolation, IsUnknownWhereTheScenarioCannotRun) {
  EXPECT_EQ(ExpectedViolation(TwoBugs(), Kernel(kG0)), std::nullopt);
}

TEST(ExpectedViolation, ExceptionsWin) {
  RmapScenario scenario = TwoBugs();
  scenario.expectations = {{"G2..G3"}, {"G9", "leak"}};
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG1)), "failed check");
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG2)), "");
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG3)), "");
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG4)), "failed check");
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG9)), "leak");
  EXPECT_EQ(ExpectedViolation(scenario, Kernel(kG9).WithAll()), "");
}

TEST(KernelsToProve, AreUnchangedOrTheNewestWithAll) {
  RmapScenario scenario = TwoBugs();
  scenario.since = kG7;
  EXPECT_EQ(Names(KernelsToProve(scenario)), (std::vector<std::string>{"G7", "G8", "G9"}));
  scenario.newest_only = true;
  EXPECT_EQ(Names(KernelsToProve(scenario)), std::vector<std::string>{"G9 with all"});
}

TEST(KernelsThatShow, DifferInOneFix) {
  const RmapScenario scenario = TwoBugs();
  const std::optional<RmapKernelPair> pair = KernelsThatShow(scenario, Fix::kKh108);
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->without.Name(), "G5");
  EXPECT_EQ(pair->with.Name(), "G5 with KH-108");
}

TEST(KernelsThatShow, HaveTheFixesOfTheOtherBugsIfNeedBe) {
  const RmapScenario scenario = TwoBugs();
  const std::optional<RmapKernelPair> pair = KernelsThatShow(scenario, Fix::kKh25);
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->without.Name(), "G5 without KH-25 with KH-108");
  EXPECT_EQ(pair->with.Name(), "G5 with KH-108");
  EXPECT_FALSE(KernelsThatShow(scenario, Fix::kKh22).has_value());
}

TEST(KernelsThatShow, AreOfTheBugsOwnGenerationIfItHasOne) {
  RmapScenario scenario = TwoBugs();
  scenario.bugs[0].generation = kG3;
  const std::optional<RmapKernelPair> pair = KernelsThatShow(scenario, Fix::kKh25);
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->without.Name(), "G3 with KH-108");
  EXPECT_EQ(pair->with.Name(), "G3 with KH-25 with KH-108");
}

// KH-06 was missing until K1, KH-09 until K3, where it could not be seen yet.
RmapScenario AboutKsm() {
  return {
      .name = "AboutKsm",
      .claim = "",
      .oracle = "",
      .run = [](const Kernel&) {},
      .since_state = rmap::KsmState::kLoopEndsOnOom,
      .bugs = {{.fix = Fix::kKh06,
                .violation = "deadlock",
                .state = rmap::KsmState::kLoopEndsOnOom},
               {.fix = Fix::kKh09, .violation = "leak", .from_state = rmap::KsmState::kStableNode}},
      .lacks = {{rmap::KsmState::kSwappable, rmap::KsmState::kAnonVmaHeld, "crash"}}};
}

TEST(ExpectedViolation, OfAStateOfKsm) {
  const auto expected = [](const char* kernel) {
    return ExpectedViolation(AboutKsm(), *rmap::ParseKernel(kernel));
  };
  EXPECT_EQ(expected("G0 at K0"), std::nullopt);
  EXPECT_EQ(expected("G0 at K1"), "deadlock");
  EXPECT_EQ(expected("G0 at K1 without KH-12"), std::nullopt);  // Which is younger.
  EXPECT_EQ(expected("G0 at K2"), "");
  EXPECT_EQ(expected("G0 at K4 without KH-09"), "leak");
  EXPECT_EQ(expected("G0 at K5"), "");
  EXPECT_EQ(expected("G0 at K6"), "crash");
  EXPECT_EQ(expected("G0 at K8"), "");
  EXPECT_EQ(expected("G0"), "");
}

TEST(KernelsThatShow, AreAtTheBugsOwnStateIfItHasOne) {
  const std::optional<RmapKernelPair> pair = KernelsThatShow(AboutKsm(), Fix::kKh06);
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->without.Name(), "G0 at K1");
  EXPECT_EQ(pair->with.Name(), "G0 at K1 with KH-06");
}

TEST(NotedKernels, BeginWithTheStatesOfKsmIfTheScenarioIsAboutIt) {
  const std::vector<std::string> names = Names(NotedKernels(AboutKsm()));
  EXPECT_EQ(names.front(), "G0 at K1");
  EXPECT_EQ(names.at(9), "G0 at K10");
  EXPECT_EQ(names.at(10), "G0");
}

TEST(NotedKernels, AreEachNamedOnce) {
  RmapScenario scenario = TwoBugs();
  scenario.since = kG5;
  scenario.bugs.erase(scenario.bugs.begin());
  scenario.expectations = {{"G5 with KH-108"}, {"G5..G6 without KH-22", "leak"}};
  EXPECT_EQ(Names(NotedKernels(scenario)),
            (std::vector<std::string>{"G5", "G6", "G7", "G8", "G9", "G5 with KH-108",
                                      "G5 without KH-22", "G6 without KH-22"}));
}

}  // namespace
}  // namespace models

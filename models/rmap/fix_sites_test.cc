// That the museum is complete, and that no site of a repair can rot unseen.
//
// Complete: every repair of the table has a scenario that shows its mistake, or the reason why none
// can. Unseen: each repair has pairs of kernels that differ in it alone, and whose verdicts differ.
// A repair is asked for at a site as a Boolean; if the site is turned round, or always answers the
// same, both kernels of the pair behave alike there, or change places, so one verdict of the pair
// comes out wrong. Here one pair of each repair is run; rmap_model_test runs all, with counts.
//
// How often the code asks for each repair is counted by docs/fix_sites_checker.py.
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "core/history/fix.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/rmap/scenarios.h"

namespace models {
namespace {

struct Exhibit {
  const rmap::FixInfo* fix;
  const RmapScenario* scenario;
  RmapKernelPair kernels;

  friend void PrintTo(const Exhibit& exhibit, std::ostream* to) {
    *to << exhibit.fix->id << " by " << exhibit.scenario->name;
  }
};

// Returns: what the first scenario shows that `bugs` shows the repair by; nothing if none does.
std::optional<Exhibit> FindExhibit(const rmap::FixInfo& fix) {
  for (const RmapScenario& scenario : RmapScenarios()) {
    for (const RmapBug& bug : scenario.bugs) {
      if (bug.fix != fix.fix || !bug.shown) continue;
      const std::optional<RmapKernelPair> kernels = KernelsThatShow(scenario, fix.fix);
      if (kernels.has_value()) return Exhibit{&fix, &scenario, *kernels};
    }
  }
  return std::nullopt;
}

std::vector<Exhibit> Exhibits() {
  std::vector<Exhibit> exhibits;
  for (const rmap::FixInfo& fix : rmap::Fixes()) {
    const std::optional<Exhibit> exhibit = FindExhibit(fix);
    if (exhibit.has_value()) exhibits.push_back(*exhibit);
  }
  return exhibits;
}

Verdict VerdictOn(const Exhibit& exhibit, const rmap::Kernel& kernel) {
  return Check(Options{}, [&] { exhibit.scenario->run(kernel); }).verdict;
}

std::string TestName(const testing::TestParamInfo<Exhibit>& info) {
  return absl::StrReplaceAll(info.param.fix->id, {{"-", "_"}}) + "_" + info.param.scenario->name;
}

class FixSite : public testing::TestWithParam<Exhibit> {};

TEST_P(FixSite, DecidesTheVerdict) {
  const Exhibit& exhibit = GetParam();
  EXPECT_EQ(exhibit.kernels.without.With(exhibit.fix->fix), exhibit.kernels.with);
  EXPECT_EQ(VerdictOn(exhibit, exhibit.kernels.without), Verdict::kViolated);
  EXPECT_EQ(VerdictOn(exhibit, exhibit.kernels.with), Verdict::kHolds);
}

INSTANTIATE_TEST_SUITE_P(Museum, FixSite, testing::ValuesIn(Exhibits()), TestName);

// Returns: the kernels without the fix, a generation each, about which the scenario says something.
std::vector<rmap::Kernel> KernelsWithout(rmap::Fix fix, const RmapScenario& scenario) {
  std::vector<rmap::Kernel> kernels;
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    if (!info.modelled) continue;
    const rmap::Kernel kernel = rmap::Kernel(info.generation).Without(fix);
    if (ExpectedViolation(scenario, kernel).has_value()) kernels.push_back(kernel);
  }
  return kernels;
}

// A bug says in which generations the mistake can be seen; this asks all of them.
TEST(Museum, SaysInWhichGenerationsAMistakeIsSeen) {
  for (const RmapScenario& scenario : RmapScenarios()) {
    if (scenario.newest_only) continue;
    for (const RmapBug& bug : scenario.bugs) {
      for (const rmap::Kernel& kernel : KernelsWithout(bug.fix, scenario)) {
        const Report report = Check(Options{}, [&] { scenario.run(kernel); });
        const std::string found(FailureName(report.failure_kind));
        const std::string expected = *ExpectedViolation(scenario, kernel);
        EXPECT_EQ(expected, report.verdict == Verdict::kHolds ? "" : found)
            << scenario.name << " on " << kernel.Name();
      }
    }
  }
}

TEST(Museum, ShowsEveryFixOrSaysWhyNot) {
  for (const rmap::FixInfo& fix : rmap::Fixes()) {
    const bool shown = FindExhibit(fix).has_value();
    EXPECT_TRUE(shown || *fix.unshown != '\0') << fix.id << " has neither scenario nor reason";
  }
}

TEST(Museum, GivesNoReasonForWhatItShows) {
  for (const rmap::FixInfo& fix : rmap::Fixes()) {
    EXPECT_FALSE(FindExhibit(fix).has_value() && *fix.unshown != '\0') << fix.id;
  }
}

}  // namespace
}  // namespace models

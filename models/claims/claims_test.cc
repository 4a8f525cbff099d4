// The table of claims against the table of scenarios, without the engine: what a claim is expected
// to come to must follow from what its scenarios list. That they list the truth is the matter of
// models/rmap, and of `rmapcheck claims`, which runs them. And that the documentation tells the
// same.
#include "models/claims/claims.h"

#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/history/kernel.h"
#include "gtest/gtest.h"
#include "models/rmap/scenarios.h"

namespace models {
namespace {

// Returns: what the scenario lists for that kernel; nothing if it does not.
std::optional<Verdict> Listed(const Evidence& evidence) {
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(evidence.kernel);
  if (!kernel.ok()) return std::nullopt;
  for (const RmapScenario& scenario : RmapScenarios()) {
    if (scenario.name != evidence.scenario) continue;
    const std::optional<std::string> violation = ExpectedViolation(scenario, *kernel);
    if (!violation.has_value()) return std::nullopt;
    return violation->empty() ? Verdict::kHolds : Verdict::kViolated;
  }
  return std::nullopt;
}

TEST(Claims, FollowFromWhatTheirScenariosList) {
  for (const Claim& claim : Claims()) {
    std::vector<Verdict> found;
    for (const Evidence& evidence : claim.decided_by) {
      const std::optional<Verdict> listed = Listed(evidence);
      ASSERT_TRUE(listed.has_value())
          << claim.id << ": " << evidence.scenario << " lists nothing for " << evidence.kernel;
      found.push_back(*listed);
    }
    EXPECT_EQ(Decide(claim, found), claim.expected)
        << claim.id << " comes to " << ClaimVerdictText(claim, Decide(claim, found));
  }
}

TEST(Claims, AreNumberedWithoutGaps) {
  int number = 0;
  for (const Claim& claim : Claims()) EXPECT_EQ(claim.id, absl::StrFormat("C-%02d", ++number));
  EXPECT_EQ(number, 30);
}

TEST(Claims, SayWhoAndWhatAndWhy) {
  for (const Claim& claim : Claims()) {
    EXPECT_TRUE(absl::StrContains(claim.said, " 20")) << claim.id;
    EXPECT_TRUE(absl::EndsWith(claim.text, ".")) << claim.id;
    const bool later = claim.expected == ClaimVerdict::kNotModelled;
    EXPECT_EQ(absl::EndsWith(claim.why, "."), !later) << claim.id;
    const bool qualified = claim.expected == ClaimVerdict::kHoldsOnlyFor ||
                           claim.expected == ClaimVerdict::kUndecidable || later;
    EXPECT_EQ(claim.qualification.empty(), !qualified) << claim.id;
  }
}

TEST(Claims, PredictEachRunOnce) {
  for (const Claim& claim : Claims()) {
    for (std::size_t i = 0; i < claim.decided_by.size(); ++i) {
      EXPECT_NE(claim.decided_by[i].predicts, Verdict::kUndecided) << claim.id;
      for (std::size_t j = 0; j < i; ++j) {
        EXPECT_FALSE(claim.decided_by[i].scenario == claim.decided_by[j].scenario &&
                     claim.decided_by[i].kernel == claim.decided_by[j].kernel)
            << claim.id << ": " << claim.decided_by[i].scenario << " twice";
      }
    }
  }
}

// The page of the reverse mapping has a line for each claim, which ends with its verdict.
TEST(Claims, AreToldInTheDocumentation) {
  std::ifstream file("docs/RMAP.md");
  ASSERT_TRUE(file.good());
  std::map<std::string, std::string> told;
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "| C-")) told[line.substr(2, 4)] = line;
  }
  for (const Claim& claim : Claims()) {
    const std::string verdict = absl::StrCat("| ", ClaimVerdictText(claim, claim.expected), " |");
    EXPECT_TRUE(absl::EndsWith(told[claim.id], verdict)) << claim.id << " needs " << verdict;
  }
  EXPECT_EQ(told.size(), Claims().size());
}

Claim Predicting(const std::vector<Verdict>& outcomes) {
  Claim claim;
  for (Verdict outcome : outcomes) claim.decided_by.push_back({"", "", outcome});
  return claim;
}

TEST(Decide, CountsWhatCameOutAsPredicted) {
  using enum Verdict;
  const Claim claim = Predicting({kHolds, kViolated});
  EXPECT_EQ(Decide(claim, {kHolds, kViolated}), ClaimVerdict::kHolds);
  EXPECT_EQ(Decide(claim, {kViolated, kHolds}), ClaimVerdict::kRefuted);
  EXPECT_EQ(Decide(claim, {kHolds, kHolds}), ClaimVerdict::kHoldsOnlyFor);
  EXPECT_EQ(Decide(claim, {kViolated, kViolated}), ClaimVerdict::kHoldsOnlyFor);
  EXPECT_EQ(Decide(claim, {kHolds, kUndecided}), ClaimVerdict::kUndecided);
  EXPECT_EQ(Decide(claim, {kViolated, kUndecided}), ClaimVerdict::kUndecided);
}

TEST(Decide, TakesAClaimWithoutRunsAtItsWord) {
  Claim claim = Predicting({});
  claim.expected = ClaimVerdict::kHolds;
  EXPECT_EQ(Decide(claim, {}), ClaimVerdict::kUndecidable);
  claim.expected = ClaimVerdict::kNotModelled;
  EXPECT_EQ(Decide(claim, {}), ClaimVerdict::kNotModelled);
}

TEST(Decide, NamesAQualificationOnlyIfItWasExpected) {
  Claim claim = Predicting({Verdict::kHolds});
  claim.expected = ClaimVerdict::kHoldsOnlyFor;
  claim.qualification = "teardown";
  EXPECT_EQ(ClaimVerdictText(claim, ClaimVerdict::kHolds), "holds");
  EXPECT_EQ(ClaimVerdictText(claim, ClaimVerdict::kHoldsOnlyFor), "holds only for teardown");
  claim.expected = ClaimVerdict::kRefuted;
  EXPECT_EQ(ClaimVerdictText(claim, ClaimVerdict::kHoldsOnlyFor),
            "holds only for some of its models");
}

}  // namespace
}  // namespace models

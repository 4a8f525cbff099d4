// `claims` on claims and scenarios of a few lines, whose outcomes are known: one scenario returns,
// one throws, one throws without a fix.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "absl/strings/match.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "gtest/gtest.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using models::Claim;
using models::ClaimVerdict;
using models::Verdict;
using nlohmann::json;
using rmap::Kernel;

void Returns(const Kernel&) {}
void Throws(const Kernel&) { throw std::runtime_error("it is wrong"); }
void ThrowsWithout22(const Kernel& kernel) {
  if (!kernel.Has(rmap::Fix::kKh22)) throw std::runtime_error("it is wrong");
}

models::RmapScenario MakeScenario(const char* name, void (*run)(const Kernel&),
                                  decltype(models::RmapScenario::expectations) expectations) {
  return {.name = name,
          .claim = "It is well.",
          .oracle = "",
          .run = run,
          .default_generation = rmap::Generation::kG5,
          .expectations = std::move(expectations)};
}

Scenarios TestScenarios() {
  return {MakeScenario("Fine", Returns, {{"G5"}}),
          MakeScenario("Fixed", ThrowsWithout22, {{"G1", "exception"}, {"G5"}}),
          MakeScenario("Surprising", Throws, {{"G5"}})};
}

Claim MakeClaim(const char* id, ClaimVerdict expected, std::vector<models::Evidence> decided_by) {
  return {.id = id,
          .said = "Somebody, 2010",
          .text = "All is well.",
          .expected = expected,
          .qualification = "the young",
          .why = "It was seen.",
          .decided_by = std::move(decided_by)};
}

std::vector<Claim> TestClaims() {
  using enum ClaimVerdict;
  return {MakeClaim("C-01", kHolds,
                    {{"Fine", "G5", Verdict::kHolds}, {"Fixed", "G1", Verdict::kViolated}}),
          MakeClaim("C-02", kRefuted,
                    {{"Fixed", "G1", Verdict::kHolds}, {"Fine", "G5", Verdict::kViolated}}),
          MakeClaim("C-03", kHoldsOnlyFor,
                    {{"Fixed", "G5", Verdict::kHolds}, {"Fixed", "G1", Verdict::kHolds}}),
          MakeClaim("C-04", kUndecidable, {})};
}

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;

  json Json() const { return json::parse(out); }
};

class ClaimsTest : public testing::Test {
 protected:
  Outcome RunOn(const std::vector<Claim>& claims, std::vector<std::string> words) {
    words.insert(words.begin(), "claims");
    words.push_back("--replay_dir=" + testing::TempDir() + "/replays");
    const absl::StatusOr<Command> command = ParseCommand(words);
    EXPECT_TRUE(command.ok()) << command.status();
    std::ostringstream out, err;
    Console console(out, err, false, 100);
    const ExitCode code = Claims(*command, claims, TestScenarios(), console);
    return {code, out.str(), err.str()};
  }
  Outcome Run(std::vector<std::string> words) { return RunOn(TestClaims(), std::move(words)); }
};

TEST_F(ClaimsTest, ComeToVerdictsByTheirRuns) {
  const Outcome outcome = Run({"--format=json"});
  EXPECT_EQ(outcome.code, kAsExpected);
  const json all = outcome.Json();
  ASSERT_EQ(all["results"].size(), 4u);
  const char* const kVerdicts[] = {"holds", "refuted", "holds only for the young",
                                   "undecided by models: the young"};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(all["results"][i]["verdict"], kVerdicts[i]);
    EXPECT_EQ(all["results"][i]["expected"], kVerdicts[i]);
  }
  EXPECT_EQ(all["summary"]["as_expected"], 4);
}

TEST_F(ClaimsTest, ListTheirEvidence) {
  const json claim = Run({"C-02", "--format=json"}).Json()["results"][0];
  ASSERT_EQ(claim["evidence"].size(), 2u);
  EXPECT_EQ(claim["evidence"][0]["name"], "Fixed");
  EXPECT_EQ(claim["evidence"][0]["kernel"], "G1");
  EXPECT_EQ(claim["evidence"][0]["claimed"], "holds");
  EXPECT_EQ(claim["evidence"][0]["verdict"], "violated");
  EXPECT_EQ(claim["evidence"][1]["claimed"], "violated");
  EXPECT_EQ(claim["evidence"][1]["verdict"], "holds");
}

TEST_F(ClaimsTest, CarryACounterexampleOnlyIfSomethingFailsAgainstThem) {
  const json results = Run({"--format=json"}).Json()["results"];
  EXPECT_EQ(results[0]["replay"], nullptr);
  EXPECT_EQ(results[0]["failure"], nullptr);
  EXPECT_EQ(results[0]["kernel"], nullptr);
  EXPECT_EQ(results[1]["scenario"], "Fixed");
  EXPECT_EQ(results[1]["kernel"], "G1");
  EXPECT_TRUE(fs::exists(results[1]["replay"].get<std::string>()));
  EXPECT_EQ(results[1]["failure_kind"], "exception");
  EXPECT_TRUE(fs::exists(results[2]["replay"].get<std::string>()));
}

TEST_F(ClaimsTest, MakeARunThatSeveralNameOnce) {
  const Outcome outcome = Run({});
  EXPECT_EQ(outcome.code, kAsExpected);
  const std::string pointer = "Fixed on G1: exception";
  const std::size_t first = outcome.out.find(pointer);
  ASSERT_NE(first, std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.out.find(pointer, first + 1), std::string::npos) << outcome.out;
  EXPECT_TRUE(absl::StrContains(outcome.out, "4 of 4 as expected")) << outcome.out;
}

TEST_F(ClaimsTest, DifferIfTheVerdictIsAnotherOne) {
  std::vector<Claim> claims = TestClaims();
  claims[0].expected = ClaimVerdict::kRefuted;
  const Outcome outcome = RunOn(claims, {"C-01"});
  EXPECT_EQ(outcome.code, kDiffers);
  EXPECT_TRUE(absl::StrContains(outcome.out, "<- not as expected: refuted")) << outcome.out;
}

TEST_F(ClaimsTest, DifferIfARunIsASurpriseAlthoughTheVerdictIsRight) {
  const Claim claim =
      MakeClaim("C-05", ClaimVerdict::kHolds, {{"Surprising", "G5", Verdict::kViolated}});
  const Outcome outcome = RunOn({claim}, {});
  EXPECT_EQ(outcome.code, kDiffers);
  EXPECT_TRUE(absl::StrContains(outcome.out, "<- not as the scenario lists")) << outcome.out;
  EXPECT_TRUE(absl::StrContains(outcome.out, "=> throws")) << outcome.out;
}

TEST_F(ClaimsTest, ExpectNothingUnderOtherModels) {
  const Outcome outcome = Run({"C-01", "--memory_model=sc", "--format=json"});
  EXPECT_EQ(outcome.code, kAsExpected);
  EXPECT_EQ(outcome.Json()["results"][0]["expected"], nullptr);
  EXPECT_EQ(outcome.Json()["results"][0]["verdict"], "holds");
  EXPECT_EQ(outcome.Json()["summary"]["without_expectation"], 1);
}

TEST_F(ClaimsTest, OfWhatIsNotModelledAreNamedAndExpectNothing) {
  const Claim claim = MakeClaim("C-05", ClaimVerdict::kNotModelled, {});
  const Outcome outcome = RunOn({claim}, {});
  EXPECT_EQ(outcome.code, kAsExpected);
  EXPECT_TRUE(absl::StrContains(outcome.out, "not modelled yet: the young")) << outcome.out;
  EXPECT_TRUE(absl::StrContains(outcome.out, "not modelled yet: C-05\n")) << outcome.out;
  const json all = RunOn({claim}, {"--format=json"}).Json();
  EXPECT_EQ(all["results"][0]["expected"], nullptr);
  EXPECT_EQ(all["summary"]["without_expectation"], 1);
}

TEST_F(ClaimsTest, MistakesAreOneLineAndExitCodeTwo) {
  const Outcome unknown = Run({"C-09"});
  EXPECT_EQ(unknown.code, kBadInput);
  EXPECT_EQ(unknown.out, "");
  EXPECT_EQ(unknown.err,
            "rmapcheck: C-09: is no known claim: did you mean C-01 or C-02 or C-03?\n");
  const Claim claim = MakeClaim("C-06", ClaimVerdict::kHolds, {{"Absent", "G5", Verdict::kHolds}});
  const Outcome absent = RunOn({claim}, {});
  EXPECT_EQ(absent.code, kBadInput);
  EXPECT_EQ(absent.err, "rmapcheck: C-06: cannot be decided: there is no scenario \"Absent\"\n");
}

}  // namespace
}  // namespace cli

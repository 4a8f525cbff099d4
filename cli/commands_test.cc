// The commands in this process, on scenarios that need no kernel: one returns, one throws, one
// throws without a fix. So verdicts and exit codes are known, and the engine's part is small.
#include "cli/commands.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using rmap::Kernel;

void Returns(const Kernel&) {}
void Throws(const Kernel&) { throw std::runtime_error("it is wrong"); }
void ThrowsWithout22(const Kernel& kernel) {
  if (!kernel.Has(rmap::Fix::kKh22)) throw std::runtime_error("it is wrong");
}

Scenarios TestScenarios() {
  using enum rmap::Generation;
  return {
      {.name = "Fine", .claim = "It returns.", .oracle = "", .run = Returns, .since = kG8},
      {.name = "Fixed",
       .claim = "It was mended.",
       .oracle = "",
       .run = ThrowsWithout22,
       .since = kG2,
       .default_generation = kG5,
       .bugs = {{.fix = rmap::Fix::kKh22, .violation = "exception"}}},
      {.name = "Surprising", .claim = "It is well.", .oracle = "", .run = Throws, .since = kG9}};
}

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;

  json Json() const { return json::parse(out); }
};

class CommandsTest : public testing::Test {
 protected:
  Outcome RunOn(const Scenarios& scenarios, std::vector<std::string> words) {
    const bool searches = words[0] != "list" && words[0] != "replay";
    if (searches) words.push_back("--replay_dir=" + folder_);
    std::ostringstream out, err;
    Console console(out, err, false, 100);
    const ExitCode code = Main(words, scenarios, console);
    return {code, out.str(), err.str()};
  }
  // On a table of two bugs: a scenario shows the first, and nothing can show the second.
  Outcome RunBugs(std::vector<std::string> words) {
    using enum rmap::Generation;
    const rmap::FixInfo fixes[] = {
        {rmap::Fix::kKh22, "KH-22", "", "it was mended", kG1, kG3},
        {rmap::Fix::kKh88, "KH-88", "", "it is gone", kG9, kG11, "Nobody reuses anything here."}};
    words.push_back("--replay_dir=" + folder_);
    std::ostringstream out, err;
    Console console(out, err, false, 100);
    const ExitCode code = Bugs(*ParseCommand(words), fixes, TestScenarios(), console);
    return {code, out.str(), err.str()};
  }
  Outcome Run(std::vector<std::string> words) { return RunOn(TestScenarios(), std::move(words)); }

  const std::string folder_ = testing::TempDir() + "/replays";
};

TEST_F(CommandsTest, ProveChecksUnchangedKernelsOnly) {
  const Outcome outcome = Run({"prove", "F*", "--format=json"});
  EXPECT_EQ(outcome.code, kAsExpected);
  const json all = outcome.Json();
  ASSERT_EQ(all["results"].size(), 10u);
  EXPECT_EQ(all["results"][0]["name"], "Fine");
  EXPECT_EQ(all["results"][0]["kernel"], "G8");
  EXPECT_EQ(all["results"][0]["verdict"], "holds");
  EXPECT_EQ(all["results"][0]["exhaustive"], true);
  EXPECT_EQ(all["results"][0]["failure"], nullptr);
  EXPECT_EQ(all["results"][0]["replay"], nullptr);
  EXPECT_EQ(all["results"][2]["kernel"], "G2");
  EXPECT_EQ(all["results"][2]["verdict"], "violated");
  EXPECT_EQ(all["results"][2]["failure_kind"], "exception");
  EXPECT_TRUE(fs::exists(all["results"][2]["replay"].get<std::string>()));
  EXPECT_EQ(all["summary"]["total"], 10);
  EXPECT_EQ(all["summary"]["as_expected"], 10);
  EXPECT_EQ(all["summary"]["differing"], 0);
}

TEST_F(CommandsTest, PatternsAreOfWholeNames) {
  const auto matched = [this](const std::string& pattern) {
    std::set<std::string> names;
    const Outcome outcome = Run({"prove", pattern, "--format=json"});
    if (outcome.code == kBadInput) return names;
    const json results = outcome.Json()["results"];
    for (const json& row : results) names.insert(row["name"]);
    return names;
  };
  using Names = std::set<std::string>;
  EXPECT_EQ(matched("F*"), (Names{"Fine", "Fixed"}));
  EXPECT_EQ(matched("F?ne"), Names{"Fine"});
  EXPECT_EQ(matched("*i*e*"), (Names{"Fine", "Fixed"}));
  EXPECT_EQ(matched("*u?p"), Names{});
  EXPECT_EQ(matched("*r*?ing"), Names{"Surprising"});
  EXPECT_EQ(matched("F??"), Names{});
  EXPECT_EQ(matched("Fine?"), Names{});
  EXPECT_EQ(matched("*"), (Names{"Fine", "Fixed", "Surprising"}));
  // As long as it may take to read it, and no longer.
  EXPECT_EQ(matched(std::string(1000, '*') + "x" + std::string(1000, '*') + "x"), Names{});
}

TEST_F(CommandsTest, ProveTakesAKernelFromFlags) {
  const Outcome outcome = Run({"prove", "Fixed", "--without=KH-22", "--format=json"});
  EXPECT_EQ(outcome.code, kAsExpected);
  EXPECT_EQ(outcome.Json()["results"][0]["kernel"], "G5 without KH-22");
  EXPECT_EQ(outcome.Json()["results"][0]["expected"], "violated");
}

TEST_F(CommandsTest, ProveGivesAKernelLaterFixes) {
  const auto kernel = [this](std::vector<std::string> words) {
    words.insert(words.begin(), {"prove", "Fixed"});
    words.push_back("--format=json");
    const json row = RunOn(TestScenarios(), words).Json()["results"][0];
    return row["kernel"].get<std::string>() + " " + row["verdict"].get<std::string>();
  };
  EXPECT_EQ(kernel({"--generation=G2"}), "G2 violated");
  EXPECT_EQ(kernel({"--generation=G2", "--with=KH-22"}), "G2 with KH-22 holds");
  EXPECT_EQ(kernel({"--generation=G2", "--with=KH-25", "--with=KH-22"}),
            "G2 with KH-22 with KH-25 holds");
  EXPECT_EQ(kernel({"--generation=G2", "--with=all"}), "G2 with all holds");
  EXPECT_EQ(kernel({"--generation=G2", "--with=all", "--without=KH-22"}),
            "G2 with all without KH-22 violated");
  EXPECT_EQ(kernel({"--with=KH-108", "--without=KH-22"}), "G5 without KH-22 with KH-108 violated");
}

TEST_F(CommandsTest, AReplayCarriesTheFixesThatWereGiven) {
  const std::vector<std::string> words = {"prove", "Surprising", "--with=KH-88", "--format=json"};
  const std::string file = Run(words).Json()["results"][0]["replay"];
  EXPECT_EQ(json::parse(std::ifstream(file))["program"], "Surprising on G9 with KH-88");
  const Outcome replayed = Run({"replay", file, "--format=json"});
  EXPECT_EQ(replayed.code, kAsExpected);
  EXPECT_EQ(replayed.Json()["results"][0]["kernel"], "G9 with KH-88");
}

TEST_F(CommandsTest, KernelsWithLongNamesHaveFilesOfTheirOwn) {
  const auto file_without = [this](const std::string& fixes) {
    const std::vector<std::string> words = {"prove", "Surprising", "--format=json",
                                            "--without=" + fixes};
    return fs::path(Run(words).Json()["results"][0]["replay"].get<std::string>());
  };
  const std::string many =
      "KH-15,KH-16,KH-17,KH-18,KH-19,KH-20,KH-21,KH-22,KH-23,KH-24,KH-25,KH-26,KH-28,KH-29,KH-31,"
      "KH-33,KH-34,KH-35,KH-36,KH-37";
  const fs::path one = file_without(many);
  const fs::path other = file_without(many + ",KH-38");
  EXPECT_TRUE(fs::exists(one) && fs::exists(other));
  EXPECT_NE(one, other);
}

TEST_F(CommandsTest, ASignalEndsTheSearchAndWhatIsKnownIsPrinted) {
  Scenarios scenarios = TestScenarios();
  scenarios[1].run = [](const Kernel& kernel) {
    if (!kernel.Has(rmap::Fix::kKh22)) std::raise(SIGTERM);
  };
  const Outcome outcome = RunOn(scenarios, {"prove", "F*", "--format=json"});
  EXPECT_EQ(outcome.code, kInterrupted);
  EXPECT_EQ(outcome.Json()["results"].size(), 3u);
  EXPECT_EQ(outcome.Json()["results"][2]["verdict"], "holds");
  EXPECT_EQ(outcome.Json()["summary"]["not_begun"], 7);
  const Outcome text = RunOn(scenarios, {"prove", "F*"});
  EXPECT_EQ(text.code, kInterrupted);
  EXPECT_TRUE(absl::StrContains(text.out, ", 7 not begun, in ")) << text.out;
  const Outcome bugs = RunOn(scenarios, {"bugs", "--format=json"});
  EXPECT_EQ(bugs.code, kInterrupted);
  EXPECT_GT(bugs.Json()["summary"]["not_begun"], 0);
  EXPECT_EQ(Run({"prove", "F*"}).code, kAsExpected);
}

TEST_F(CommandsTest, ASurpriseIsExitCodeOneAndAStory) {
  const Outcome outcome = Run({"prove"});
  EXPECT_EQ(outcome.code, kDiffers);
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(absl::StrContains(outcome.out, "<- not as expected")) << outcome.out;
  EXPECT_TRUE(absl::StrContains(outcome.out, "=> throws")) << outcome.out;
  EXPECT_TRUE(absl::StrContains(outcome.out, "10 of 11 as expected, 1 not")) << outcome.out;
}

// Returns: the line of the text that begins with these words, blanks between words made one.
std::string LineOf(const std::string& text, const std::string& begin) {
  for (const std::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    const std::string plain = absl::StrJoin(words, " ");
    if (absl::StartsWith(plain, begin)) return plain;
  }
  return "";
}

TEST_F(CommandsTest, KernelsThatBehaveAlikeShareALineIfAllIsProved) {
  const std::string all = Run({"prove"}).out;
  EXPECT_TRUE(absl::StartsWith(LineOf(all, "Fine G8..G9"), "Fine G8..G9 holds holds 2 0")) << all;
  EXPECT_TRUE(absl::StartsWith(LineOf(all, "Fixed G2"), "Fixed G2 violated violated exception"));
  EXPECT_TRUE(absl::StartsWith(LineOf(all, "Fixed G3"), "Fixed G3..G9 holds holds 7 0")) << all;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"prove", "Fixed"}, {"prove", "--trace=none"}}) {
    const std::string each = Run(words).out;
    EXPECT_TRUE(absl::StartsWith(LineOf(each, "Fixed G4"), "Fixed G4 holds holds 1 0")) << each;
  }
}

TEST_F(CommandsTest, AFamilySharesALineIfAllIsProvedButForSurprises) {
  const models::RmapFamily family = {.prefix = "Pair", .claim = "All of them."};
  Scenarios pairs = {
      {.name = "PairA", .claim = "A.", .oracle = "", .run = Returns, .newest_only = true},
      {.name = "PairB", .claim = "B.", .oracle = "", .run = Returns, .newest_only = true},
      {.name = "PairC", .claim = "C.", .oracle = "", .run = Throws, .newest_only = true},
      {.name = "PairD", .claim = "D.", .oracle = "", .run = Returns, .newest_only = true}};
  for (models::RmapScenario& pair : pairs) pair.family = &family;
  const Outcome all = RunOn(pairs, {"prove"});
  EXPECT_EQ(all.code, kDiffers);
  EXPECT_TRUE(absl::StartsWith(LineOf(all.out, "Pair*"), "Pair* (2) G9 with all holds holds 2 0"));
  EXPECT_NE(LineOf(all.out, "PairC G9 with all holds violated exception"), "") << all.out;
  EXPECT_NE(LineOf(all.out, "PairD G9 with all holds holds 1 0"), "") << all.out;
  EXPECT_TRUE(absl::StrContains(all.out, "\n3 of 4 as expected, 1 not, in ")) << all.out;
  EXPECT_EQ(RunOn(pairs, {"prove", "--format=json"}).Json()["results"].size(), 4u);
  EXPECT_NE(LineOf(RunOn(pairs, {"prove", "Pair*"}).out, "PairA G9 with all"), "");

  const std::string list = RunOn(pairs, {"list"}).out;
  EXPECT_TRUE(absl::StrContains(list, "\nPair* (4)\n  All of them.\n")) << list;
  EXPECT_FALSE(absl::StrContains(list, "PairA")) << list;
  const json listed = RunOn(pairs, {"list", "--format=json"}).Json();
  EXPECT_EQ(listed["families"], json::parse(R"([{"prefix": "Pair", "claim": "All of them."}])"));
  EXPECT_EQ(listed["scenarios"][3]["family"], "Pair");
}

TEST_F(CommandsTest, SomethingIsExpectedOfTheKernelsThatAreListed) {
  const json all = Run({"prove", "Fixed", "--generation=G4", "--format=json"}).Json();
  ASSERT_EQ(all["results"].size(), 1u);
  EXPECT_EQ(all["results"][0]["kernel"], "G4");
  EXPECT_EQ(all["results"][0]["expected"], "holds");
  const Outcome other = Run({"prove", "Surprising", "--without=KH-22", "--format=json"});
  EXPECT_EQ(other.code, kAsExpected);
  EXPECT_TRUE(other.Json()["results"][0]["expected"].is_null()) << other.out;
  EXPECT_EQ(other.Json()["results"][0]["verdict"], "violated");
}

TEST_F(CommandsTest, ScenariosYoungerThanTheKernelAreLeftOut) {
  const json all = Run({"prove", "--generation=G3", "--format=json"}).Json();
  ASSERT_EQ(all["results"].size(), 1u);
  EXPECT_EQ(all["results"][0]["name"], "Fixed");
}

TEST_F(CommandsTest, SomeAreProvedOnTheNewestKernelWithAllFixesOnly) {
  Scenarios scenarios = TestScenarios();
  scenarios[1].newest_only = true;
  const auto kernel = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"prove", "Fixed"});
    words.push_back("--format=json");
    const json results = RunOn(scenarios, words).Json()["results"];
    EXPECT_EQ(results.size(), 1u);
    const json expected = results[0]["expected"];
    return results[0]["kernel"].get<std::string>() + " " +
           (expected.is_null() ? "-" : expected.get<std::string>());
  };
  EXPECT_EQ(kernel({}), "G9 with all holds");
  EXPECT_EQ(kernel({"--without=KH-22"}), "G9 with all without KH-22 violated");
  EXPECT_EQ(kernel({"--without=KH-108"}), "G9 with all without KH-108 -");
  EXPECT_EQ(kernel({"--generation=G2"}), "G2 -");
}

TEST_F(CommandsTest, UnderOtherModelsNothingIsMissed) {
  const Outcome text = Run({"prove", "Surprising", "--memory_model=sc"});
  EXPECT_EQ(text.code, kAsExpected);
  EXPECT_FALSE(absl::StrContains(text.out, "not as expected")) << text.out;
  EXPECT_TRUE(absl::StrContains(text.out, "\n1 without an expectation"));
}

TEST_F(CommandsTest, UnderOtherModelsNothingIsExpected) {
  const Outcome proved = Run({"prove", "--memory_model=sc", "--format=json"});
  EXPECT_EQ(proved.code, kAsExpected);
  EXPECT_EQ(proved.Json()["summary"]["without_expectation"], 11);
  const Outcome bugs = Run({"bugs", "KH-22", "--memory_model=sc", "--format=json"});
  EXPECT_EQ(bugs.code, kAsExpected);
  EXPECT_EQ(bugs.Json()["results"][0]["expected"], nullptr);
  EXPECT_EQ(bugs.Json()["results"][0]["verdict"], "found-and-fixed");
}

TEST_F(CommandsTest, AReplayThatCannotBeKeptIsExitCodeTwo) {
  const std::string folder = testing::TempDir() + "/occupied";
  fs::create_directories(folder + "/Surprising-on-G9.json");
  std::ostringstream out, err;
  Console console(out, err, false, 100);
  const std::vector<std::string> words = {"prove", "Surprising", "--replay_dir=" + folder};
  EXPECT_EQ(Main(words, TestScenarios(), console), kBadInput);
  EXPECT_TRUE(absl::StrContains(out.str(), "=> throws")) << out.str();
  EXPECT_FALSE(absl::StrContains(out.str(), "rmapcheck replay")) << out.str();
  EXPECT_EQ(err.str(), "rmapcheck: " + folder +
                           "/Surprising-on-G9.json: cannot be written (Is a directory): give "
                           "another --replay_dir\n");
}

TEST_F(CommandsTest, BugsAreFoundAndFixed) {
  const Outcome outcome = Run({"bugs", "KH-22", "--format=json"});
  EXPECT_EQ(outcome.code, kAsExpected);
  const json row = outcome.Json()["results"][0];
  EXPECT_EQ(row["name"], "KH-22");
  EXPECT_EQ(row["verdict"], "found-and-fixed");
  EXPECT_EQ(row["exhaustive"], true);
  EXPECT_EQ(row["without"]["kernel"], "G5 without KH-22");
  EXPECT_EQ(row["with"]["kernel"], "G5");
}

TEST_F(CommandsTest, ABugSaysWhatFindingAndProvingItTook) {
  const json row = Run({"bugs", "KH-22", "--format=json"}).Json()["results"][0];
  EXPECT_EQ(row["failure_kind"], "exception");
  EXPECT_EQ(row["threads"], 1);
  EXPECT_EQ(row["executions_until_found"], 1);
  EXPECT_EQ(row["executions_of_proof"], 1);
  EXPECT_EQ(row["scenario"], "Fixed");
  EXPECT_EQ(row["reason"], nullptr);
  const Outcome text = Run({"bugs", "KH-22", "--trace=none"});
  EXPECT_TRUE(absl::StrContains(text.out, "\n1 of 1 as expected, in 0.")) << text.out;
}

TEST_F(CommandsTest, ABugThatIsNotFoundHasNoNumbersOfFinding) {
  Scenarios scenarios = TestScenarios();
  scenarios[1].run = Returns;
  const Outcome outcome = RunOn(scenarios, {"bugs", "KH-22", "--format=json"});
  EXPECT_EQ(outcome.code, kDiffers);
  const json row = outcome.Json()["results"][0];
  EXPECT_EQ(row["verdict"], "not-found");
  EXPECT_EQ(row["threads"], nullptr);
  EXPECT_EQ(row["executions_until_found"], nullptr);
  EXPECT_EQ(row["executions_of_proof"], 1);
}

TEST_F(CommandsTest, ABugThatShowsInAnotherWayIsNotAsExpected) {
  Scenarios scenarios = TestScenarios();
  scenarios[1].bugs[0].violation = "leak";
  const Outcome outcome = RunOn(scenarios, {"bugs", "KH-22", "--format=json"});
  EXPECT_EQ(outcome.code, kDiffers);
  const json row = outcome.Json()["results"][0];
  EXPECT_EQ(row["verdict"], "found-otherwise");
  EXPECT_EQ(row["failure_kind"], "exception");
  const Outcome other_model = RunOn(scenarios, {"bugs", "KH-22", "--memory_model=sc"});
  EXPECT_EQ(other_model.code, kAsExpected);
}

TEST_F(CommandsTest, ABugThatIsNotFixedHasNoProof) {
  Scenarios scenarios = TestScenarios();
  scenarios[1].run = Throws;
  const Outcome outcome = RunOn(scenarios, {"bugs", "KH-22", "--format=json"});
  EXPECT_EQ(outcome.code, kDiffers);
  EXPECT_EQ(outcome.Json()["results"][0]["verdict"], "not-fixed");
  EXPECT_EQ(outcome.Json()["results"][0]["executions_of_proof"], nullptr);
}

TEST_F(CommandsTest, ABugThatNothingCanShowIsARowWithItsReason) {
  const Outcome outcome = RunBugs({"bugs", "--format=json"});
  EXPECT_EQ(outcome.code, kAsExpected);
  const json results = outcome.Json()["results"];
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[1]["name"], "KH-88");
  EXPECT_EQ(results[1]["expected"], "not-reproduced");
  EXPECT_EQ(results[1]["verdict"], "not-reproduced");
  EXPECT_EQ(results[1]["reason"], "Nobody reuses anything here.");
  for (const auto& [member, value] : results[0].items()) {
    EXPECT_TRUE(results[1].contains(member)) << member;
  }
  EXPECT_EQ(outcome.Json()["summary"]["as_expected"], 2);
}

TEST_F(CommandsTest, ABugThatNothingCanShowIsToldWithItsReason) {
  const std::string all = RunBugs({"bugs", "--trace=none"}).out;
  EXPECT_TRUE(absl::StrContains(all, "\n        Nobody reuses anything here.\n")) << all;
  EXPECT_TRUE(absl::StrContains(all, "\n2 of 2 as expected, among them 1 not reproduced, in "));
  const Outcome one = RunBugs({"bugs", "KH-88"});
  EXPECT_EQ(one.code, kAsExpected);
  EXPECT_TRUE(absl::StrContains(one.out, "Nobody reuses anything here.")) << one.out;
}

TEST_F(CommandsTest, ABugWithNeitherScenarioNorReasonIsARowThatSaysSo) {
  const json all = Run({"bugs", "--format=json"}).Json();
  EXPECT_EQ(all["results"].size(), rmap::Fixes().size());
  Scenarios scenarios = TestScenarios();
  scenarios[1].bugs[0].shown = false;
  const Outcome outcome = RunOn(scenarios, {"bugs", "KH-22", "--format=json"});
  EXPECT_EQ(outcome.code, kDiffers);
  const json row = outcome.Json()["results"][0];
  EXPECT_EQ(row["verdict"], "no-scenario");
  EXPECT_EQ(row["expected"], nullptr);
}

TEST_F(CommandsTest, AReplayTellsTheSameFailure) {
  const Outcome proved = Run({"prove", "Surprising", "--format=json"});
  const std::string file = proved.Json()["results"][0]["replay"];
  EXPECT_EQ(Run({"replay", file}).code, kAsExpected);
  const Outcome outcome = Run({"replay", file, "--format=json"});
  EXPECT_EQ(outcome.Json()["results"][0]["reproduced"], true);
  EXPECT_EQ(outcome.Json()["results"][0]["limit_hit"], nullptr);
  EXPECT_EQ(outcome.Json()["results"][0]["failure"], proved.Json()["results"][0]["failure"]);
}

TEST_F(CommandsTest, AReplayOfAnotherProgramIsNotReproduced) {
  const Outcome proved = Run({"prove", "Surprising", "--format=json"});
  const std::string file = proved.Json()["results"][0]["replay"];
  Scenarios mended = TestScenarios();
  mended[2].run = Returns;
  const Outcome outcome = RunOn(mended, {"replay", file});
  EXPECT_EQ(outcome.code, kDiffers);
  EXPECT_TRUE(absl::StrContains(outcome.out, "NOT reproduced")) << outcome.out;
  mended.pop_back();
  EXPECT_EQ(RunOn(mended, {"replay", file}).code, kBadInput);
}

TEST_F(CommandsTest, AChangedReplayIsCalledAMisfit) {
  const Outcome proved = Run({"prove", "Surprising", "--format=json"});
  const std::string file = proved.Json()["results"][0]["replay"];
  json replay = json::parse(std::ifstream(file));
  replay["steps"].push_back({{"thread", 0}});
  replay["message"] = "one\n\x1b[1mtwo";
  std::ofstream(file) << replay;
  const Outcome outcome = Run({"replay", file, "--trace=none"});
  EXPECT_EQ(outcome.code, kDiffers);
  const std::string line = absl::StrReplaceAll(outcome.out, {{"\n", " "}});
  EXPECT_TRUE(absl::StrContains(line, "does not fit the program from its step")) << outcome.out;
  EXPECT_TRUE(absl::StrContains(line, "make it again with `rmapcheck prove Surprising`"));
  EXPECT_TRUE(absl::StrContains(outcome.out, "one\\n\\x1b[1mtwo")) << outcome.out;
}

TEST_F(CommandsTest, AReplayOfAnotherBuildIsRefusedUnlessAskedFor) {
  const Outcome proved = Run({"prove", "Surprising", "--format=json"});
  const std::string file = proved.Json()["results"][0]["replay"];
  json replay = json::parse(std::ifstream(file));
  replay["build"] = "0123456789abcdef";
  std::ofstream(file) << replay;
  const Outcome refused = Run({"replay", file});
  EXPECT_EQ(refused.code, kBadInput);
  EXPECT_EQ(refused.err,
            "rmapcheck: " + file +
                ": was written by another build of rmapcheck: run `rmapcheck prove Surprising` "
                "again, or give --any_build\n");
  EXPECT_EQ(Run({"replay", file, "--any_build"}).code, kAsExpected);
}

TEST_F(CommandsTest, PicturesStandBesideReplays) {
  const Outcome outcome = Run({"prove", "Surprising", "--trace=dot", "--format=json"});
  const std::string file = outcome.Json()["results"][0]["replay"];
  const std::string picture = fs::path(file).replace_extension(".dot").string();
  EXPECT_TRUE(fs::exists(picture));
  EXPECT_EQ(outcome.Json()["results"][0]["pictures"][0], picture);
  EXPECT_EQ(Run({"prove", "Fixed", "--format=json"}).Json()["results"][0]["pictures"], nullptr);
}

TEST_F(CommandsTest, WithoutGraphvizTheCommandThatDrawsIsSaid) {
  const fs::path stale = fs::path(folder_) / "Surprising-on-G9.svg";
  fs::create_directories(folder_);
  std::ofstream(stale) << "of another execution";
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder_.c_str(), 1);
  const Outcome text = Run({"prove", "Surprising", "--trace=dot"});
  const json row =
      Run({"prove", "Surprising", "--trace=dot", "--format=json"}).Json()["results"][0];
  const Outcome replay = Run({"replay", row["replay"], "--trace=dot"});
  setenv("PATH", path.c_str(), 1);
  const std::string dot = fs::path(stale).replace_extension(".dot").string();
  const std::string line = absl::StrCat("  written: ", dot,
                                        "; to see it as a picture, install graphviz and run: dot "
                                        "-Tsvg -o ",
                                        stale.string(), " ", dot, "\n");
  EXPECT_TRUE(absl::StrContains(text.out, line)) << text.out;
  EXPECT_TRUE(absl::StrContains(replay.out, line)) << replay.out;
  EXPECT_EQ(row["pictures"], json::array({dot}));
  EXPECT_FALSE(fs::exists(stale));
}

TEST_F(CommandsTest, APictureNeverTakesThePlaceOfTheReplay) {
  const Outcome outcome = Run({"prove", "Surprising", "--format=json"});
  const fs::path file = outcome.Json()["results"][0]["replay"].get<std::string>();
  const fs::path as_dot = fs::path(file).replace_extension(".dot");
  fs::copy_file(file, as_dot, fs::copy_options::overwrite_existing);
  const Outcome replay = Run({"replay", as_dot.string(), "--trace=dot"});
  EXPECT_EQ(replay.code, kBadInput);
  EXPECT_TRUE(absl::StrContains(replay.err, "would take the place of the replay")) << replay.err;
  EXPECT_EQ(fs::file_size(file), fs::file_size(as_dot));
}

TEST_F(CommandsTest, MistakesAreOneLineAndExitCodeTwo) {
  const std::pair<std::vector<std::string>, std::string> kCases[] = {
      {{"Fin"}, ""},
      {{"Fime"}, "Fime: is neither a command nor a scenario: did you mean Fine?"},
      {{"prov"}, "prov: is neither a command nor a scenario: did you mean prove?"},
      {{"theorems"},
       "theorems: is neither a command nor a scenario: there is prove, bugs, claims, locks, "
       "litmus, "
       "replay, merge, run, list, help; "
       "`rmapcheck list` names the scenarios"},
      {{"prove", "Nothing"}, "Nothing: matches no scenario: there is Fine, Fixed, Surprising"},
      {{"bugs", "KH-1080"}, "KH-1080: is no known bug: did you mean KH-108 or KH-109?"},
      {{"prove", "Fixed", "--generation=G2", "--without=KH-22"},
       "--without=KH-22: G2 does not have that fix anyway: give --generation=G3 or a later one"},
      {{"prove", "--generation=G1", "--without=KH-108"},
       "--without=KH-108: G1 does not have that fix anyway: leave it out"},
      {{"prove", "--without=KH-88"},
       "--without=KH-88: G9 does not have that fix anyway: leave it out"},
      {{"prove", "Fixed", "--generation=G3", "--with=KH-22"},
       "--with=KH-22: G3 has that fix already: give --generation=G2"},
      {{"prove", "Fixed", "--with=KH-22"},
       "--with=KH-22: G5 has that fix already: give --generation=G2"},
      {{"prove", "Fixed", "--generation=G2", "--with=KH-01"},
       "--with=KH-01: G2 has that fix already: leave it out"},
      {{"prove", "--generation=G0", "--with=KH-22"},
       "--with=KH-22: G0 is older than that mistake: give --generation=G2"},
      {{"prove", "--ksm=K1", "--with=KH-08"},
       "--with=KH-08: G0 at K1 has that fix already: give --ksm=K0"},
      {{"prove", "--ksm=K1", "--with=KH-07"},
       "--with=KH-07: G0 at K1 is older than that mistake: give --ksm=K2"},
      {{"prove", "--ksm=K1", "--without=KH-06"},
       "--without=KH-06: G0 at K1 does not have that fix anyway: give --ksm=K2 or a later one"},
      {{"prove", "Fine", "--ksm=K1"},
       "--ksm=K1: is older than what the scenario is about: leave it out"},
      {{"prove", "--generation=G5", "--with=KH-30"},
       "--with=KH-30: G5 has no place for that fix: leave it out"},
      {{"KH-22"}, "KH-22: is no scenario: did you mean `rmapcheck bugs KH-22`?"},
      {{"C-01"}, "C-01: is no scenario: did you mean `rmapcheck claims C-01`?"},
      {{"prove", "G3"}, "G3: is no scenario: did you mean `rmapcheck prove --generation=G3`?"},
      {{"prove", "F*", "--generation=G1"},
       "--generation=G1: is older than what the scenario is about: give --generation=G2 or a "
       "later one"},
      {{"prove", "No\nthing\x1b[1m"},
       "No\\nthing\\x1b[1m: matches no scenario: there is Fine, Fixed, Surprising"},
  };
  for (const auto& [words, message] : kCases) {
    const Outcome outcome = Run(words);
    EXPECT_EQ(outcome.code, message.empty() ? kAsExpected : kBadInput) << message;
    EXPECT_EQ(outcome.err, message.empty() ? "" : "rmapcheck: " + message + "\n");
  }
}

TEST_F(CommandsTest, ListNamesEverything) {
  const Outcome outcome = Run({"list", "--format=json"});
  EXPECT_EQ(outcome.code, kAsExpected);
  EXPECT_EQ(outcome.Json()["scenarios"].size(), 3u);
  EXPECT_EQ(outcome.Json()["fixes"].size(), rmap::Fixes().size());
  const std::string text = Run({"list"}).out;
  EXPECT_TRUE(absl::StrContains(text, "It was mended."));
  EXPECT_EQ(LineOf(text, "generation"), "generation kernel what is new");
  EXPECT_EQ(LineOf(text, "state"), "state commit what is new");
  EXPECT_EQ(outcome.Json()["ksm_states"].size(), rmap::KsmStates().size());
  EXPECT_EQ(LineOf(text, "fix"), "fix born since shown repair");
  const json fixes = outcome.Json()["fixes"];
  for (const json& fix : fixes) {
    EXPECT_EQ(fix["shown"], fix["id"] == "KH-22") << fix;
    EXPECT_TRUE(fix.contains("reason")) << fix;
  }
}

}  // namespace
}  // namespace cli

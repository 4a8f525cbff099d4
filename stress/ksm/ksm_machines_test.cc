// What is saved is what is not used, and ksmd counts it right once nobody writes; trees have the
// shapes that follow from the order of contents; and the command's words, outputs and ends. Nothing
// here is about speed.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stress/ksm/command.h"
#include "stress/ksm/contents.h"
#include "stress/ksm/cost.h"
#include "stress/ksm/fleet.h"

namespace fleet {
namespace {

using testing::HasSubstr;

Request Small() {
  return {.machines = 8, .pages = 100, .life = 7, .scan = 500, .ticks = 30, .workers = 2};
}

Results RunAll(const Request& request) {
  return RunFleet(request, [](std::uint32_t) { return true; });
}

TEST(Contents, AreDifferentOfEachNumber) {
  std::set<std::uint32_t> seen;
  for (std::uint32_t number = 0; number < 100'000; ++number) seen.insert(ContentOf(number));
  EXPECT_EQ(seen.size(), 100'000u);
}

// The same machines write the same, beside ksmd and without: the frames are counted in both.
TEST(Fleet, SavesTheFramesThatItDoesNotUse) {
  Request request = Small();
  const Results with = RunAll(request);
  request.scan = 0;
  const Results without = RunAll(request);
  ASSERT_EQ(with.samples.size(), 30u);
  std::uint32_t saved = 0;
  for (std::size_t i = 0; i < with.samples.size(); ++i) {
    EXPECT_EQ(without.samples[i].frames, 800u);
    EXPECT_EQ(with.samples[i].Saved(), without.samples[i].frames - with.samples[i].frames);
    EXPECT_EQ(with.samples[i].writes, without.samples[i].writes);
    saved += with.samples[i].Saved();
  }
  EXPECT_GT(saved / 30, 200u) << "60 of 100 pages are equal, and few are written";
}

// Each image page that all have is one.
TEST(Fleet, CountersSayWhatIsSavedWhenNobodyWrites) {
  Request request = Small();
  request.writes = 0;
  request.life = 0;
  const Sample last = RunAll(request).samples.back();
  EXPECT_EQ(last.pages_shared, 60);
  EXPECT_EQ(last.pages_sharing, 60 * 7);
  EXPECT_EQ(last.Saved(), 60u * 7);
  EXPECT_EQ(last.pages_unshared, 40 * 8);
  EXPECT_EQ(last.pages_volatile, 0);
  EXPECT_GE(last.full_scans, 3u);
}

// They lag behind by what was written since ksmd came by: whatever it counts for a place that was
// written is counted right one round later.
TEST(Fleet, CountersNeverSayLessThanIsSaved) {
  for (const Sample& sample : RunAll(Small()).samples) {
    EXPECT_GE(sample.pages_sharing, 0);
    EXPECT_LE(sample.Saved(), static_cast<std::uint32_t>(sample.pages_sharing)) << sample.tick;
    EXPECT_GE(sample.pages_volatile, 0);
  }
}

TEST(Fleet, MachinesDieAndAreBooted) {
  const Results results = RunAll(Small());
  EXPECT_EQ(results.samples.back().writes, 8u * 4 * 30);
  // Once at first; then in every seventh tick, each at its own.
  EXPECT_EQ(results.samples.back().boots, 8u + (4 + 4 + 4 + 4 + 4 + 5 + 5 + 4));
}

TEST(Fleet, RunsOnOlderKernels) {
  for (const char* kernel : {"G0 with all", "G2 with all", "G5 with all", "G8 with all"}) {
    Request request = Small();
    request.kernel = kernel;
    EXPECT_GT(RunAll(request).samples.back().Saved(), 100u) << kernel;
  }
}

TEST(Fleet, EndsBehindTheTickThatGoesOn) {
  const Results results = RunFleet(Small(), [](std::uint32_t tick) { return tick <= 3; });
  EXPECT_TRUE(results.ended_early);
  EXPECT_EQ(results.samples.size(), 3u);
}

const TreeCost& CostOf(const Costs& costs, const std::string& tree, bool in_order, int nodes) {
  for (const TreeCost& cost : costs.trees) {
    if (cost.tree == tree && cost.in_order == in_order && cost.shape.nodes == nodes) return cost;
  }
  ADD_FAILURE() << "no tree of that shape";
  return costs.trees.front();
}

Costs SmallCosts() {
  const CostRequest request{
      .pages = 800, .processes = {2, 4}, .equal = {0, 50, 100}, .nodes_max = 1024, .repeats = 1};
  return MeasureCosts(request, [](const std::string&, double) { return true; });
}

// Of 100 pages half are the first 50.
TEST(Costs, SavedIsWhatIsEqual) {
  const Costs costs = SmallCosts();
  ASSERT_EQ(costs.scans.size(), 6u);
  std::vector<std::uint32_t> saved;
  for (const ScanCost& scan : costs.scans) {
    saved.push_back(scan.saved);
    EXPECT_GT(scan.first, 0);
    EXPECT_GT(scan.merging, 0);
    EXPECT_GT(scan.settled, 0);
  }
  EXPECT_THAT(saved, testing::ElementsAre(0, 200, 400, 0, 3 * 100, 3 * 200));
}

// Nothing balances them: contents in order make a list.
TEST(Costs, TreesAreAsDeepAsTheOrderOfContentsMakesThem) {
  const Costs costs = SmallCosts();
  for (const char* tree : {"unstable", "stable"}) {
    const TreeCost& mixed = CostOf(costs, tree, false, 1024);
    EXPECT_GE(mixed.shape.depth_max, 11);
    EXPECT_LT(mixed.shape.depth_max, 40);
    EXPECT_GT(CostOf(costs, tree, true, 1024).shape.depth_max, 3 * mixed.shape.depth_max);
  }
  EXPECT_EQ(CostOf(costs, "unstable", true, 1024).shape.depth_max, 1024);
  EXPECT_DOUBLE_EQ(CostOf(costs, "unstable", true, 64).shape.depth_mean, 32.5);
}

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

const std::vector<std::string> kSmall = {"--machines=4", "--pages=50", "--ticks=25", "--scan=200"};

std::vector<std::string> SmallAnd(const std::string& word) {
  std::vector<std::string> words = kSmall;
  words.push_back(word);
  return words;
}

Outcome RunCommand(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = Main(words, out, err);
  return {code, out.str(), err.str()};
}

TEST(KsmMachines, PrintsATableOfAtMostTwentyTicks) {
  const Outcome outcome = RunCommand(kSmall);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("4 machines of 50 pages"));
  EXPECT_THAT(outcome.out, HasSubstr("In 25 ticks 400 writes and"));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("\n +25 "));
  const std::vector<std::string> lines = absl::StrSplit(outcome.out, '\n');
  EXPECT_LE(lines.size(), 20u + 10);
}

TEST(KsmMachines, JsonIsWellFormedAndAddsUp) {
  const Outcome outcome = RunCommand(SmallAnd("--json"));
  EXPECT_EQ(outcome.code, 0);
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["request"]["machines"], 4);
  EXPECT_FALSE(json["interrupted"]);
  ASSERT_EQ(json["samples"].size(), 25u);
  for (const nlohmann::json& sample : json["samples"]) {
    EXPECT_EQ(sample["saved"].get<int>(),
              sample["mapped"].get<int>() - sample["frames"].get<int>());
  }
}

TEST(KsmMachines, CostsAreTablesAndJson) {
  const Outcome text = RunCommand({"--costs", "--repeats=1", "--nodes=256"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, testing::AllOf(HasSubstr("settled"), HasSubstr("in order")));
  const nlohmann::json json =
      nlohmann::json::parse(RunCommand({"--costs", "--repeats=1", "--nodes=256", "--json"}).out);
  EXPECT_EQ(json["scans"].size(), 9u);
  EXPECT_EQ(json["trees"].size(), 8u);
}

TEST(KsmMachines, ThePictureShowsEachNumber) {
  const std::string file = testing::TempDir() + "ksm \"picture\".svg";
  const Outcome outcome = RunCommand(SmallAnd("--svg=" + file));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::ifstream stream(file);
  const std::string svg{std::istreambuf_iterator<char>(stream), {}};
  for (const char* words :
       {"</svg>", "frames without merging", "frames used", "pages sharing", "pages volatile"}) {
    EXPECT_THAT(svg, HasSubstr(words));
  }
}

TEST(KsmMachines, HelpNamesEachFlagAndTheExitCodes) {
  const Outcome outcome = RunCommand({"--help"});
  EXPECT_EQ(outcome.code, 0);
  for (const char* words :
       {"--machines", "--equal", "--life", "--costs", "--svg", "--json", "Exit codes: 0 done; 2"}) {
    EXPECT_THAT(outcome.out, HasSubstr(words));
  }
}

TEST(KsmMachines, WhatIsWrongIsOneLineThatSaysTheMend) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"--machines=0", "give a whole number from 1 to 4096"},
      {"--equal=101", "give a whole number from 0 to 100"},
      {"--ticks=x", "give a whole number"},
      {"--kernel=G99", "write one like"},
      {"--seed=-1", "give a whole number, 0 or more"},
      {"--svg=", "write --svg=FILE"},
      {"--svg=/no/such/folder/x.svg", "cannot be written"},
      {"--machine=3", "did you mean --machines?"},
      {"3", "takes no argument: leave it out"},
      {"--pages=65536 --machines=4096", "have at most 20000000"},
      {"--costs --svg=x.svg", "leave one out"}};
  for (const auto& [words, mend] : wrong) {
    const Outcome outcome = RunCommand(absl::StrSplit(words, ' '));
    EXPECT_EQ(outcome.code, 2) << words;
    EXPECT_EQ(outcome.out, "") << words;
    EXPECT_THAT(outcome.err, testing::MatchesRegex("ksm_machines: [^\n]*\n"));
    EXPECT_THAT(outcome.err, HasSubstr(mend)) << words;
  }
}

TEST(KsmMachines, OutputThatIsLostIsAnError) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(Main(kSmall, out, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("standard output: cannot be written"));
}

// Sends the signal as soon as somebody waits for it.
void SendWhenAwaited(int signal) {
  struct sigaction now {};
  do {
    sigaction(signal, nullptr, &now);
    std::this_thread::yield();
  } while (now.sa_handler == SIG_DFL);
  kill(getpid(), signal);
}

TEST(KsmMachines, ASignalEndsItAndWhatWasDoneIsTold) {
  for (const bool costs : {false, true}) {
    std::thread user(SendWhenAwaited, SIGHUP);
    const Outcome outcome =
        costs ? RunCommand({"--costs"}) : RunCommand({"--ticks=10000", "--writes=1"});
    user.join();
    EXPECT_EQ(outcome.code, kInterrupted);
    EXPECT_THAT(outcome.out, testing::ContainsRegex("[Ii]nterrupted"));
  }
}

}  // namespace
}  // namespace fleet

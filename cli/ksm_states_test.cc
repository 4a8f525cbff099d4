// Kernels with samepage merging as it was in one of its earlier states: how they are chosen,
// written and listed. On a scenario of a few lines.
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "core/history/kernel.h"
#include "gtest/gtest.h"

namespace cli {
namespace {

using nlohmann::json;
using rmap::Kernel;

// A scenario about KSM, violated where an exit is not left alone any more, and not yet again.
Scenarios MergingScenarios() {
  const auto run = [](const Kernel& kernel) {
    if (!kernel.Has(rmap::Fix::kKh07)) throw std::runtime_error("it is wrong");
  };
  return {{.name = "Merging",
           .claim = "It is well.",
           .oracle = "",
           .run = run,
           .since_state = rmap::KsmState::kLoopEndsOnOom,
           .bugs = {{.fix = rmap::Fix::kKh07,
                     .violation = "exception",
                     .state = rmap::KsmState::kExitTakesNoMutex}}}};
}

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;

  json Json() const { return json::parse(out); }
};

Outcome RunCommand(std::vector<std::string> words) {
  if (words[0] == "prove") words.push_back("--replay_dir=" + testing::TempDir() + "/replays");
  std::ostringstream out, err;
  Console console(out, err, false, 100);
  const ExitCode code = Main(words, MergingScenarios(), console);
  return {code, out.str(), err.str()};
}

TEST(KsmStates, IsAKernel) {
  const Outcome outcome = RunCommand({"prove", "Merging", "--ksm=K2", "--format=json"});
  EXPECT_EQ(outcome.code, kAsExpected);
  const json row = outcome.Json()["results"][0];
  EXPECT_EQ(row["kernel"], "G0 at K2");
  EXPECT_EQ(row["expected"], "violated");
  EXPECT_EQ(row["verdict"], "violated");
  const std::string file = row["replay"];
  const Outcome replayed = RunCommand({"replay", file, "--format=json"});
  EXPECT_EQ(replayed.code, kAsExpected);
  EXPECT_EQ(replayed.Json()["results"][0]["kernel"], "G0 at K2");
  const Outcome mended =
      RunCommand({"prove", "Merging", "--ksm=K2", "--with=KH-07", "--format=json"});
  EXPECT_EQ(mended.Json()["results"][0]["verdict"], "holds");
}

TEST(KsmStates, MayBeTooOld) {
  EXPECT_EQ(RunCommand({"prove", "Merging", "--ksm=K0"}).err,
            "rmapcheck: --ksm=K0: is older than what the scenario is about: give --ksm=K1 or a "
            "later one\n");
}

// Merged pages cannot move before K10, and no repair is that: nothing is expected of a script.
TEST(KsmStates, OfWhichNobodyKnowsWhatAScriptComesTo) {
  const std::string file = testing::TempDir() + "/start.rmap";
  std::ofstream(file) << "pages 1\nphase\n  thread\n    start P0\n";
  const auto expected = [&file](const char* state) {
    return RunCommand({"prove", file, state, "--with=all", "--format=json"})
        .Json()["results"][0]["expected"];
  };
  EXPECT_EQ(expected("--ksm=K5"), "holds");
  EXPECT_EQ(expected("--ksm=K6"), nullptr);
  EXPECT_EQ(expected("--ksm=K8"), nullptr);
  EXPECT_EQ(expected("--ksm=K10"), nullptr);
  EXPECT_EQ(expected("--ksm=K11"), "holds");
}

TEST(KsmStates, AreListedLikeGenerations) {
  const std::string text = RunCommand({"list"}).out;
  EXPECT_TRUE(absl::StrContains(text, "G0 at K1: holds; G0 at K2: exception; G0 at K3..G9: holds"))
      << text;
}

}  // namespace
}  // namespace cli

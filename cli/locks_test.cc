// `rmapcheck locks` in this process, on the scenarios of the core: what it says to claims that are
// true, false, never tested and no claims; and that what it has seen can be seen again.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "gtest/gtest.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;

  json Json() const { return json::parse(out); }
};

class LocksTest : public testing::Test {
 protected:
  Outcome Do(const std::vector<std::string>& words) {
    std::ostringstream out, err;
    Console console(out, err, false, 100);
    const ExitCode code = Main(words, models::RmapScenarios(), console);
    return {code, out.str(), err.str()};
  }
  Outcome Run(std::vector<std::string> words) {
    words.insert(words.begin(), "locks");
    words.push_back("--replay_dir=" + folder_);
    words.push_back("--scenarios=SplitBelowVersusMigration");
    return Do(words);
  }
  // Returns: the file with these claims.
  std::string Write(const std::string& text) {
    const std::string file = testing::TempDir() + "/some.claims";
    std::ofstream(file) << text;
    return file;
  }

  const std::string folder_ = testing::TempDir() + "/lock-replays";
};

TEST_F(LocksTest, FourLinesGetFourAnswers) {
  const std::string file = Write(
      "order mmap_sem > anon_vma->lock\n"
      "field vma.vm_start: common lock for readers with anon_vma->lock\n"
      "order pte lock > tree_lock\n"
      "order mmap_sem < page lock\n");
  const Outcome json_outcome = Run({"--generation=G1", "--claims=" + file, "--format=json"});
  EXPECT_EQ(json_outcome.code, kBadInput);
  const json rows = json_outcome.Json()["results"];
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0]["verdict"], "holds");
  EXPECT_EQ(rows[0]["why"], nullptr);
  EXPECT_EQ(rows[1]["verdict"], "violated");
  EXPECT_TRUE(fs::exists(rows[1]["replay"].get<std::string>()));
  EXPECT_EQ(rows[2]["verdict"], "not exercised");
  EXPECT_EQ(rows[2]["why"], "never taken so: pte lock > tree_lock");
  EXPECT_EQ(rows[3]["verdict"], "ill-formed");
  EXPECT_EQ(rows[3]["line"], 4);
  EXPECT_EQ(rows[3]["column"], 16);
  const std::string text = Run({"--generation=G1", "--claims=" + file}).out;
  EXPECT_TRUE(absl::StrContains(text, absl::StrCat(file, ":4:16:"))) << text;
  EXPECT_TRUE(absl::StrContains(text, "expected '>' and the lock that is taken inside, found '<'"))
      << text;
}

TEST_F(LocksTest, AClaimIsGivenAsAnArgument) {
  EXPECT_EQ(Run({"nest mmap_sem", "--generation=G5"}).code, kAsExpected);
  const Outcome violated = Run({"order anon_vma->lock > mmap_sem", "--generation=G5"});
  EXPECT_EQ(violated.code, kDiffers);
  EXPECT_TRUE(absl::StrContains(violated.out, "anon_vma->lock(W) is asked for while mmap_sem(R)"))
      << violated.out;
}

TEST_F(LocksTest, WhatWasSeenIsReplayed) {
  const Outcome outcome = Run({"field vma.vm_start: common lock for readers with anon_vma->lock",
                               "--generation=G1", "--format=json"});
  const std::string file = outcome.Json()["results"][0]["replay"];
  const Outcome replayed = Do({"replay", file});
  EXPECT_EQ(replayed.code, kAsExpected) << replayed.out;
  EXPECT_TRUE(absl::StrContains(replayed.out, "reproduced: lock rule: vma.vm_start"))
      << replayed.out;
}

// A script has no name under which it could be found again: its replay carries its text.
TEST_F(LocksTest, WhatAScriptShowedIsReplayed) {
  const std::string script = testing::TempDir() + "/touch.rmap";
  std::ofstream(script) << "pages 1\nphase\n  thread\n    start P0\n    map P0 0..1 rw\n"
                           "    write P0 0\n";
  const Outcome outcome = Do({"locks", "order anon_vma->lock > mmap_sem", "--scenarios=" + script,
                              "--replay_dir=" + folder_, "--format=json"});
  const json row = outcome.Json()["results"][0];
  ASSERT_EQ(row["verdict"], "violated") << outcome.out;
  fs::remove(script);
  const Outcome replayed = Do({"replay", row["replay"]});
  EXPECT_EQ(replayed.code, kAsExpected) << replayed.out << replayed.err;
  EXPECT_TRUE(absl::StrContains(replayed.out, "reproduced: lock rule: anon_vma->lock"))
      << replayed.out;
}

TEST_F(LocksTest, AFieldThatThereIsNotIsSuggested) {
  const Outcome outcome = Run({"field vma.vm_strat: common lock"});
  EXPECT_TRUE(absl::StrContains(outcome.out, "did you mean vma.vm_start?")) << outcome.out;
}

TEST_F(LocksTest, ThePictureHasWhatWasSeenAndWhatWasNot) {
  const std::string svg = testing::TempDir() + "/order.svg";
  const std::string claims = Write("order mmap_sem > page lock\norder pte lock > mmap_sem\n");
  Run({"--claims=" + claims, "--svg=" + svg});
  std::ostringstream dot;
  dot << std::ifstream(testing::TempDir() + "/order.dot").rdbuf();
  EXPECT_TRUE(absl::StrContains(dot.str(), "\"mmap_sem\" -> \"page lock\" [color=grey"))
      << dot.str();
  EXPECT_TRUE(absl::StrContains(dot.str(), "color=red")) << dot.str();
}

TEST_F(LocksTest, AFileThatIsNotThereIsRefused) {
  const Outcome outcome = Run({"--claims=no-such-file"});
  EXPECT_EQ(outcome.code, kBadInput);
  EXPECT_EQ(outcome.err, "rmapcheck: no-such-file: cannot be read: give another --claims\n");
}

}  // namespace
}  // namespace cli

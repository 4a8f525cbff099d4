// The command as its users meet it: a process with arguments, two streams, an exit code and files.
// Verdicts are not the matter here; models/rmap holds every scenario to them.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/testing/rmapcheck_process.h"
#include "gtest/gtest.h"

namespace {

namespace fs = std::filesystem;
using cli::Contents;
using cli::Outcome;
using cli::RmapcheckTest;
using nlohmann::json;

constexpr char kViolated[] = "prove SplitBelowVersusMigration --generation=G1";
constexpr char kHolds[] = "prove SplitBelowVersusMigration --generation=G5";

TEST_F(RmapcheckTest, ProvesAndRefutes) {
  const Outcome holds = Search(absl::StrCat(kHolds, " --format=json"));
  EXPECT_EQ(holds.code, 0);
  EXPECT_EQ(holds.err, "");
  EXPECT_EQ(holds.Json()["results"][0]["verdict"], "holds");
  EXPECT_EQ(holds.Json()["results"][0]["exhaustive"], true);

  const Outcome violated = Search(absl::StrCat(kViolated, " --format=json"));
  EXPECT_EQ(violated.code, 0);
  EXPECT_EQ(violated.Json()["results"][0]["verdict"], "violated");
  EXPECT_EQ(violated.Json()["summary"]["as_expected"], 1);
}

TEST_F(RmapcheckTest, AFailingExecutionReadsLikeAStory) {
  const Outcome outcome = Search(kViolated);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(absl::StrContains(outcome.out, "T0 'main'")) << outcome.out;
  EXPECT_TRUE(absl::StrContains(outcome.out, "T1 'boundary'")) << outcome.out;
  EXPECT_TRUE(absl::StrContains(outcome.out, "=> failed check")) << outcome.out;
}

TEST_F(RmapcheckTest, ALimitIsExitCodeThree) {
  const Outcome outcome = Search(absl::StrCat(kHolds, " --executions_max=1 --format=json"));
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.Json()["results"][0]["verdict"], "undecided");
  EXPECT_EQ(outcome.Json()["results"][0]["limit_hit"], "executions_max");
  EXPECT_EQ(outcome.Json()["summary"]["differing"], 1);
}

TEST_F(RmapcheckTest, ANewProcessReplaysTheFailure) {
  const json proved = Search(absl::StrCat(kViolated, " --format=json")).Json()["results"][0];
  const std::string file = proved["replay"];
  const Outcome outcome = Run(absl::StrCat("replay --format=json --trace=full ", file));
  EXPECT_EQ(outcome.code, 0);
  const json replayed = outcome.Json()["results"][0];
  EXPECT_EQ(replayed["reproduced"], true);
  EXPECT_EQ(replayed["failure"], proved["failure"]);
  EXPECT_GT(replayed["trace"]["lines"].size(), 10u);
}

// A split that moves a VMA's start, and a migration of one of its pages.
constexpr char kScript[] =
    "kernel G5\npages 6\nswap 0\nphase\nthread\nstart P0\nmap P0 2..5 rw\nwrite P0 3\n"
    "phase\nthread\nprotect P0 3..5 r\nthread\nmigrate P0 3\n";

TEST_F(RmapcheckTest, ProvesScriptsOnTheKernelThatTheyAskFor) {
  const std::string file = folder_ + "/split.rmap";
  std::ofstream(file) << kScript;
  const Outcome outcome = Search(absl::StrCat(file, " --format=json"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const json row = outcome.Json()["results"][0];
  EXPECT_EQ(row["name"], file);
  EXPECT_EQ(row["kernel"], "G5");
  EXPECT_EQ(row["expected"], "holds");
  EXPECT_EQ(row["verdict"], "holds");
  EXPECT_EQ(row["exhaustive"], true);
  EXPECT_GT(row["executions"], 1);

  const auto kernel_with = [&](const std::string& flags) -> std::string {
    return Search(absl::StrCat("prove ", file, " --format=json ", flags))
        .Json()["results"][0]["kernel"];
  };
  EXPECT_EQ(kernel_with("--generation=G8"), "G8");
  EXPECT_EQ(kernel_with("--generation=G8 --without=KH-54"), "G8 without KH-54");
  EXPECT_EQ(kernel_with("--with=KH-26"), "G5 with KH-26");
  std::ofstream(file) << "phase\nthread\nstart P0\n";
  EXPECT_EQ(kernel_with(""), "G9 with all");
  EXPECT_EQ(kernel_with("--without=KH-54"), "G9 with all without KH-54");
}

TEST_F(RmapcheckTest, AReplayHasItsScript) {
  const std::string file = folder_ + "/on G5.rmap";
  std::ofstream(file) << kScript;
  const Outcome proved = Search(absl::StrCat("prove '", file, "' --without=KH-25 --format=json"));
  EXPECT_EQ(proved.code, 1) << proved.err;
  const json row = proved.Json()["results"][0];
  EXPECT_EQ(row["verdict"], "violated");
  EXPECT_EQ(row["kernel"], "G5 without KH-25");
  fs::remove(file);
  const Outcome outcome =
      Run(absl::StrCat("replay --format=json '", std::string(row["replay"]), "'"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const json replayed = outcome.Json()["results"][0];
  EXPECT_EQ(replayed["name"], file);
  EXPECT_EQ(replayed["reproduced"], true);
  EXPECT_EQ(replayed["failure"], row["failure"]);
}

TEST_F(RmapcheckTest, WhatIsWrongWithAScriptHasItsPlace) {
  const std::string file = folder_ + "/wrong.rmap";
  std::ofstream(file) << "phase\nthread\n  raed P0 1\n";
  ExpectRefused("prove " + file, file + ":3:3: \"raed\" is no step: write ");
  ExpectRefused("prove WalkVersusUnlink " + file, file + ":3:3: ");
  ExpectRefused(folder_ + "/none.rmap", "none.rmap: cannot be read (No such file or directory)");
  std::string many = "pages 1\n";
  for (int i = 0; i < 32; ++i) many += "phase\nthread\nthread\nread P0 0\n";
  std::ofstream(file) << many;
  ExpectRefused(
      file, "wrong.rmap:1:1: the phases have 33 threads in all, more than 32: leave phases out");
  fs::create_directory(folder_ + "/folder.rmap");
  ExpectRefused(folder_ + "/folder.rmap", "folder.rmap: is no regular file");
  std::ofstream(file) << "kernel G5 without KH-25\nphase\nthread\nread P0 0\n";
  ExpectRefused("prove --without=KH-25 " + file,
                "--without=KH-25: the script's kernel is G5 without KH-25 already: leave it out");
}

TEST_F(RmapcheckTest, ATruncatedReplayIsRefused) {
  const json proved = Search(absl::StrCat(kViolated, " --format=json")).Json()["results"][0];
  const std::string text = Contents(proved["replay"]);
  const std::string file = folder_ + "/truncated.json";
  std::ofstream(file) << text.substr(0, text.size() / 2);
  ExpectRefused("replay " + file, "ends too early");
}

TEST_F(RmapcheckTest, BugsAreAllAsExpected) {
  const Outcome outcome = Search("bugs --format=json");
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_EQ(outcome.err, "");
  std::set<std::string> found;
  const json results = outcome.Json()["results"];
  for (const json& row : results) {
    EXPECT_EQ(row["verdict"], row["expected"]) << row["name"];
    if (row["verdict"] == "found-and-fixed") found.insert(row["name"]);
    EXPECT_EQ(row["reason"] == nullptr, row["verdict"] == "found-and-fixed") << row["name"];
  }
  EXPECT_GE(found.size(), 45u);
}

TEST_F(RmapcheckTest, ClaimsAreDecidedAsExpected) {
  const Outcome outcome = Search("claims --format=json");
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_EQ(outcome.err, "");
  const json all = outcome.Json();
  EXPECT_EQ(all["summary"]["total"], 30);
  EXPECT_EQ(all["summary"]["as_expected"], 27);
  EXPECT_EQ(all["summary"]["without_expectation"], 3);
  for (const json& claim : all["results"]) {
    if (claim["expected"] == nullptr) continue;
    EXPECT_EQ(claim["verdict"], claim["expected"]) << claim["name"];
    const bool counterexample = claim["verdict"] == "refuted";
    EXPECT_TRUE(!counterexample || fs::exists(claim["replay"].get<std::string>())) << claim["name"];
  }
}

TEST_F(RmapcheckTest, AClaimIsUndecidedIfALimitCutOneOfItsRuns) {
  const Outcome outcome = Search("claims C-02 --executions_max=1 --format=json");
  EXPECT_EQ(outcome.code, 3);
  const json claim = outcome.Json()["results"][0];
  EXPECT_EQ(claim["verdict"], "undecided");
  EXPECT_EQ(claim["expected"], "holds");
  EXPECT_EQ(claim["exhaustive"], false);
  EXPECT_EQ(claim["limit_hit"], "executions_max");
}

TEST_F(RmapcheckTest, ABugNamesTheLimitThatCutIt) {
  const Outcome outcome = Search("bugs KH-40 --executions_max=3 --trace=none");
  EXPECT_EQ(outcome.code, 3);
  EXPECT_TRUE(absl::StrContains(outcome.out, "undecided        <- cut: executions_max\n"))
      << outcome.out;
}

// SIGHUP: the terminal was closed, and the output may have gone to a file.
class SignalTest : public RmapcheckTest, public testing::WithParamInterface<int> {};

TEST_P(SignalTest, LeavesWhatIsKnown) {
  const std::string command = absl::StrCat("echo $$; exec ", std::getenv("RMAPCHECK"),
                                           " prove 'Pair*' --replay_dir=", folder_, "/replays");
  FILE* const pipe = popen(command.c_str(), "r");
  int process = 0;
  ASSERT_EQ(std::fscanf(pipe, "%d", &process), 1);
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    out += static_cast<char>(c);
    if (absl::EndsWith(out, "exhaustive\n")) kill(process, GetParam());
  }
  const int status = pclose(pipe);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == GetParam()) << status;
  EXPECT_TRUE(absl::StrContains(out, " not begun, in ")) << out;
}

INSTANTIATE_TEST_SUITE_P(OfThree, SignalTest, testing::Values(SIGINT, SIGTERM, SIGHUP));

TEST_F(RmapcheckTest, BadInputIsOneLineAndExitCodeTwo) {
  ExpectRefused("porve", "did you mean prove?");
  ExpectRefused("prove NoSuchScenario", "matches no scenario");
  ExpectRefused("--formt=json", "did you mean --format?");
  ExpectRefused("--format=yaml", "there is text, json");
  ExpectRefused("--executions_max=many", "whole number");
  ExpectRefused("--generation=G99", "kernel generation");
  ExpectRefused("--without=KH-0", "known fix");
  ExpectRefused("bugs KH-9999", "known bug");
  ExpectRefused("claims C-99", "known claim");
  ExpectRefused("replay", "rmapcheck replay FILE");
  ExpectRefused("replay no/such/file", "cannot be read");
  ExpectRefused("replay .", "is no regular file");
  ExpectRefused("replay /dev/zero", "is no regular file");
  ExpectRefused("--generation=G2 --with=KH-01", "has that fix already");
  ExpectRefused("prove --replay_dir=/dev/null/replays", "give another --replay_dir");
}

TEST_F(RmapcheckTest, RelativePathsAreTheUsersOwn) {
  const std::string stands = folder_ + "/where_the_user_stands";
  fs::create_directories(stands);
  setenv("BUILD_WORKING_DIRECTORY", stands.c_str(), 1);
  const Outcome outcome = Run(absl::StrCat(kViolated, " --replay_dir=mine"));
  unsetenv("BUILD_WORKING_DIRECTORY");
  const std::string file = stands + "/mine/SplitBelowVersusMigration-on-G1.json";
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(fs::exists(file));
  EXPECT_TRUE(absl::StrContains(outcome.out, "  ./bazelw run //:rmapcheck -- replay " + file));
}

TEST_F(RmapcheckTest, LostOutputIsExitCodeTwo) {
  for (const std::string where : {">/dev/full", ">&-"}) {
    const Outcome outcome =
        Run(absl::StrCat(kHolds, " --format=json --replay_dir=", folder_, "/replays ", where));
    EXPECT_EQ(outcome.code, 2) << where;
    EXPECT_TRUE(absl::StartsWith(outcome.err, "rmapcheck: standard output: cannot be written ("))
        << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
  }
}

TEST_F(RmapcheckTest, AClosedOutputIsNotReplacedByAFile) {
  const std::string stands = folder_ + "/closed";
  EXPECT_EQ(Run(absl::StrCat(kViolated, " --replay_dir=", stands, " <&- >&-")).code, 2);
  const std::string file = stands + "/SplitBelowVersusMigration-on-G1.json";
  EXPECT_TRUE(json::accept(Contents(file))) << Contents(file);
}

TEST_F(RmapcheckTest, TheDefaultFolderIsTheUsersOwn) {
  const std::string temporary = folder_ + "/temporary";
  fs::create_directories(temporary);
  const std::string own = absl::StrCat(temporary, "/rmapcheck-replays-", geteuid());
  setenv("TMPDIR", temporary.c_str(), 1);
  EXPECT_EQ(Run(kViolated).code, 0);
  EXPECT_EQ(fs::status(own).permissions(), fs::perms::owner_all);
  fs::permissions(own, fs::perms::all);
  ExpectRefused(kViolated, "is no folder that only you can write to: give another --replay_dir");
  fs::remove_all(own);
  fs::create_directory_symlink(folder_, own);
  ExpectRefused(kViolated, "is no folder that only you can write to: give another --replay_dir");
  setenv("TMPDIR", "/nonexistent", 1);
  ExpectRefused(kViolated, "TMPDIR: names no folder: give another --replay_dir");
  unsetenv("TMPDIR");
}

TEST_F(RmapcheckTest, ReadersWithoutATerminalMaySayHowWideTheyAre) {
  setenv("COLUMNS", "70", 1);
  const std::string narrow = Search("prove SplitAboveVersusMigration --generation=G5").out;
  unsetenv("COLUMNS");
  EXPECT_TRUE(absl::StrContains(narrow, "no page that is being\n")) << narrow;
}

TEST_F(RmapcheckTest, HelpAndListAreNoMistakes) {
  EXPECT_EQ(Run("--help").code, 0);
  EXPECT_EQ(Run("help").out, Run("--help").out);
  EXPECT_EQ(Run("list").code, 0);
  EXPECT_TRUE(Run("list --format=json").Json().contains("scenarios"));
}

}  // namespace

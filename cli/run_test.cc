// `rmapcheck run`, as its users meet it: a process that becomes the program.
// What programs mean is tested in models/program/testing.
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace {

struct Outcome {
  int code;
  std::string out;
};

Outcome RunShell(const std::string& command) {
  FILE* const pipe = popen(command.c_str(), "r");
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out};
}

// Runs the command, with both of its streams in one.
Outcome RunCommand(const std::string& arguments) {
  return RunShell(absl::StrCat(std::getenv("RMAPCHECK"), " run ", arguments, " 2>&1"));
}

std::string Right() { return std::getenv("RIGHT"); }
std::string Wrong() { return std::getenv("WRONG"); }

TEST(RunTest, FlagsReachTheProgram) {
  const Outcome outcome = RunCommand(absl::StrCat("--format=json --memory_model=sc ", Right()));
  EXPECT_EQ(outcome.code, 0);
  const nlohmann::json row = nlohmann::json::parse(outcome.out)["results"][0];
  EXPECT_EQ(row["verdict"], "holds");
  EXPECT_EQ(row["executions"], 3);
}

TEST(RunTest, AViolationNamesTheProgramsOwnLines) {
  const Outcome outcome = RunCommand(Wrong());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(absl::StrContains(outcome.out, "data race: data is accessed")) << outcome.out;
  EXPECT_TRUE(absl::StrContains(outcome.out, "message_passing.cc:")) << outcome.out;
}

TEST(RunTest, AStoredExecutionIsRunAgain) {
  const std::string folder = testing::TempDir();
  EXPECT_EQ(RunCommand(absl::StrCat("--replay_dir=", folder, " ", Wrong())).code, 1);
  const std::string file = absl::StrCat(folder, "/message_passing_program.json");
  const Outcome again = RunCommand(absl::StrCat("--replay=", file, " ", Wrong()));
  EXPECT_EQ(again.code, 1);
  EXPECT_TRUE(absl::StrContains(again.out, "data race: data is accessed")) << again.out;
}

// It would fail there, but of nothing that the program does.
TEST(RunTest, AnExecutionOfAnotherProgramIsRefused) {
  const std::string folder = testing::TempDir();
  EXPECT_EQ(RunCommand(absl::StrCat("--replay_dir=", folder, " ", Wrong())).code, 1);
  const Outcome other =
      RunCommand(absl::StrCat("--replay=", folder, "/message_passing_program.json ", Right()));
  EXPECT_EQ(other.code, 2);
  EXPECT_TRUE(absl::StrContains(other.out, "is an execution of message_passing_program, not of "))
      << other.out;
}

TEST(RunTest, WhatCannotBeWrittenIsSaid) {
  const Outcome replay = RunCommand(absl::StrCat("--replay_dir=/no/such ", Wrong()));
  EXPECT_EQ(replay.code, 2);
  EXPECT_TRUE(absl::StrContains(replay.out, "give another --replay_dir")) << replay.out;
  EXPECT_TRUE(absl::StrContains(replay.out, "data race")) << replay.out;
  EXPECT_EQ(RunCommand(absl::StrCat(Right(), " > /dev/full")).code, 2);
}

TEST(RunTest, CtrlCTellsWhatIsKnown) {
  const std::string run = absl::StrCat(std::getenv("RMAPCHECK"), " run ", std::getenv("LONG"));
  const std::string command = absl::StrCat(run, " & sleep 1; kill -TERM $!; wait $!; echo code $?");
  const Outcome cut = RunShell(command);
  EXPECT_TRUE(absl::StrContains(cut.out, "undecided")) << cut.out;
  EXPECT_TRUE(absl::StrContains(cut.out, "cut: interrupt")) << cut.out;
  EXPECT_TRUE(absl::StrContains(cut.out, "code 143")) << cut.out;
}

TEST(RunTest, JsonCountsAsTheExitCodeDoes) {
  const Outcome wrong = RunCommand(absl::StrCat("--format=json ", Wrong()));
  EXPECT_EQ(nlohmann::json::parse(wrong.out)["summary"]["differing"], 1);
  const Outcome right = RunCommand(absl::StrCat("--format=json ", Right()));
  EXPECT_EQ(nlohmann::json::parse(right.out)["summary"]["as_expected"], 1);
}

TEST(RunTest, WhatIsNotBuiltForCheckingIsRefused) {
  const Outcome other = RunCommand("/bin/true");
  EXPECT_EQ(other.code, 2);
  EXPECT_TRUE(absl::StrContains(other.out, "is no program built for checking")) << other.out;
  const Outcome blind = RunCommand(std::getenv("UNINSTRUMENTED"));
  EXPECT_EQ(blind.code, 2);
  EXPECT_TRUE(absl::StrContains(blind.out, "none of it is instrumented")) << blind.out;
  EXPECT_EQ(RunCommand("/no/such/program").code, 2);
  EXPECT_EQ(RunCommand("/tmp").code, 2);
  EXPECT_EQ(RunCommand(absl::StrCat("--trace=dot ", Wrong())).code, 2);
  EXPECT_EQ(RunCommand("").code, 2);
  EXPECT_EQ(RunCommand(absl::StrCat("--leaks=perhaps ", Right())).code, 2);
}

}  // namespace

// A check by several processes, cut, killed, gone on with: its report is that of Check. And what is
// no checkpoint of this program is refused, in one line that names the file.
#include "models/scale/check_together.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

#include "core/sync/sync.h"
#include "models/check.h"
#include "models/scale/checkpoint.h"
#include "models/testing/peer_programs.h"

namespace models {
namespace {

using testing::Big0;
using testing::NWriters;

void SomeWriters() { NWriters(5); }  // 5,040 executions.

// Which of the threads is last decides; seen in some of the executions only.
void SometimesWrong() {
  ksync::Atomic<int> x(0, "x");
  int seen = 0;
  {
    ksync::Thread reader([&] { seen = x.Load(ksync::acquire); });
    ksync::Thread a([&] { x.FetchAdd(1, ksync::release); });
    ksync::Thread b([&] { x.FetchAdd(2, ksync::release); });
    ksync::Thread c([&] { x.FetchAdd(4, ksync::release); });
  }
  ksync::Check(seen != 5, "the reader does not see a and c without b");
}

std::string TestFile(const std::string& name) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::remove(path.c_str());
  return path;
}

std::string ContentsOf(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

Report Checked(const Options& options, const TogetherWay& way, void (*program)()) {
  const absl::StatusOr<Report> report = CheckTogether(options, way, program);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : Report();
}

void ExpectSame(const Report& report, const Report& expected) {
  EXPECT_EQ(report.verdict, expected.verdict);
  EXPECT_EQ(report.executions, expected.executions);
  EXPECT_EQ(report.blocked, expected.blocked);
  EXPECT_EQ(report.exhaustive, expected.exhaustive);
  EXPECT_EQ(report.failure, expected.failure);
  EXPECT_EQ(report.replay.steps, expected.replay.steps);
  EXPECT_EQ(report.limit_hit, expected.limit_hit);
}

TEST(CheckTogether, ReportsWhatCheckReports) {
  ExpectSame(Checked({}, {.jobs = 2}, SomeWriters), Check({}, SomeWriters));
  ExpectSame(Checked({}, {.jobs = 3}, SometimesWrong), Check({}, SometimesWrong));
}

TEST(CheckTogether, GoesOnWhereALimitCutIt) {
  const std::string file = TestFile("cut");
  const Report expected = Check({}, SomeWriters);
  Options options;
  options.executions_max = 700;
  TogetherWay way{.jobs = 2, .checkpoint = file};
  Report report = Checked(options, way, SomeWriters);
  EXPECT_EQ(report.verdict, Verdict::kUndecided);
  EXPECT_EQ(report.limit_hit, "executions_max");
  EXPECT_FALSE(report.exhaustive);
  way.resume = file;
  report = Checked({}, way, SomeWriters);
  ExpectSame(report, expected);
  EXPECT_EQ(ContentsOf(file), "") << "a search that came to its end keeps nothing";
}

TEST(CheckTogether, WhatIsFoundBehindACheckpointIsTheSameFailure) {
  const std::string file = TestFile("failure");
  Options options;
  options.executions_max = 2;
  Checked(options, {.checkpoint = file}, SometimesWrong);
  ExpectSame(Checked({}, {.checkpoint = file, .resume = file}, SometimesWrong),
             Check({}, SometimesWrong));
}

// In a process of its own, which is killed once it has kept something.
void SearchUntilKilled(const TogetherWay& way) {
  const pid_t child = fork();
  if (child == 0) {
    const auto report = CheckTogether({}, way, [] { NWriters(7); });
    _exit(report.ok() ? 0 : 1);
  }
  int status = 0;
  while (ContentsOf(way.checkpoint).empty() && waitpid(child, &status, WNOHANG) == 0) usleep(1000);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status)) << "it came to its end before it kept anything";
}

TEST(CheckTogether, GoesOnWhereItWasKilled) {
  const std::string file = TestFile("killed");
  const TogetherWay way{.jobs = 2, .checkpoint = file, .checkpoint_seconds = 0.05};
  SearchUntilKilled(way);
  const absl::StatusOr<Report> report =
      CheckTogether({}, {.jobs = 2, .checkpoint = file, .resume = file}, [] { NWriters(7); });
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->executions, 362'880u);
  EXPECT_TRUE(report->exhaustive);
}

// What is refused, and the message for it.
std::string Refusal(const TogetherWay& way, const Options& options = {}) {
  const absl::StatusOr<Report> report = CheckTogether(options, way, SomeWriters);
  return report.ok() ? "" : std::string(report.status().message());
}

std::string Kept(const std::string& name) {
  const std::string file = TestFile(name);
  Options options;
  options.executions_max = 300;
  Checked(options, {.program = "SomeWriters", .checkpoint = file}, SomeWriters);
  return file;
}

TEST(CheckTogether, RefusesAnotherProgramsCheckpoint) {
  const std::string file = Kept("program");
  EXPECT_EQ(Refusal({.program = "Others", .resume = file}),
            file + ": is a checkpoint of another program: begin the search anew");
}

TEST(CheckTogether, RefusesACheckpointUnderAnotherMemoryModel) {
  const std::string file = Kept("model");
  Options options;
  options.memory_model = MemoryModelKind::kSc;
  EXPECT_EQ(Refusal({.program = "SomeWriters", .resume = file}, options),
            file + ": is a checkpoint of rc11: begin the search anew");
}

TEST(CheckTogether, RefusesAnotherBuildsCheckpoint) {
  const std::string file = Kept("build");
  absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(file);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  checkpoint->build = "0123456789abcdef";
  ASSERT_TRUE(WriteCheckpoint(*checkpoint, file).ok());
  EXPECT_EQ(Refusal({.program = "SomeWriters", .resume = file}),
            file + ": is a checkpoint of another build: begin the search anew");
}

TEST(CheckTogether, RefusesWhatIsNoCheckpoint) {
  const std::string file = TestFile("no_checkpoint");
  const std::string mend = ": give a file that --checkpoint wrote";
  std::ofstream(file) << "{}";
  EXPECT_EQ(Refusal({.resume = file}), file + ": is JSON, but no checkpoint" + mend);
  std::ofstream(file) << "[1, 2";
  EXPECT_EQ(Refusal({.resume = file}), file + ": is not JSON, or not all of it" + mend);
  EXPECT_NE(Refusal({.resume = file + ".none"}), "");
}

TEST(CheckTogether, RefusesAFileInWhichADigitWasChanged) {
  const std::string file = Kept("damaged");
  const std::string text = ContentsOf(file);
  int damaged = 0;
  for (std::size_t at = text.find("\"found\""); at < text.size(); at += 31) {
    if (text[at] < '1' || text[at] > '8') continue;
    std::string other = text;
    ++other[at];
    std::ofstream(file) << other;
    EXPECT_EQ(Refusal({.program = "SomeWriters", .resume = file}),
              file + ": was changed since it was written: give a file that --checkpoint wrote")
        << "digit " << at;
    ++damaged;
  }
  EXPECT_GT(damaged, 20);
}

// A frontier that is another program's is never searched as if it were this one's.
TEST(CheckTogether, AFrontierThatDoesNotFitIsAFailure) {
  const std::string file = Kept("misfit");
  absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(file);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  checkpoint->program = "SometimesWrong";
  ASSERT_TRUE(WriteCheckpoint(*checkpoint, file).ok());
  const Report report = Checked({}, {.program = "SometimesWrong", .resume = file}, SometimesWrong);
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  EXPECT_EQ(report.failure_kind, FailureKind::kNondeterminism);
}

}  // namespace
}  // namespace models

// `rmapcheck litmus` in this process, on files of a few lines: answers, comparisons, exit codes.
// What the answers are made of is tested in litmus/herd.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "cli/commands.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;

  nlohmann::json Json() const { return nlohmann::json::parse(out); }
};

class LitmusCommandTest : public testing::Test {
 protected:
  LitmusCommandTest() { fs::create_directories(folder_); }
  ~LitmusCommandTest() override { fs::remove_all(folder_); }

  Outcome Litmus(std::vector<std::string> words) {
    words.insert(words.begin(), "litmus");
    std::ostringstream out, err;
    Console console(out, err, false, 100);
    const ExitCode code = Main(words, Scenarios(), console);
    return {code, out.str(), err.str()};
  }
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  const std::string folder_ = testing::TempDir() + "/litmus_command_test";
};

TEST_F(LitmusCommandTest, AnswersAndCompares) {
  const std::string fine = Write("fine.litmus", "C fine\n{}\nP0(int *x) { *x = 1; }\nexists (x=1)");
  const std::string wrong = Write("wrong.litmus", "C wrong\n{}\nP0(int *x) { *x = ; }");
  const std::string kernel = Write("kernel.litmus", "C k\n{}\nP0(int *x) { smp_mb(); }");
  const std::string list = Write("list", "# two\nfine.litmus\n\nkernel.litmus\n");
  const std::string table = Write("table", "file\trc11\texecutions\nfine.litmus\tAlways\t2\n");

  const Outcome alone = Litmus({fine});
  EXPECT_EQ(alone.code, kAsExpected);
  EXPECT_TRUE(absl::StrContains(alone.out, "Observation fine Always 1 0\n")) << alone.out;
  EXPECT_EQ(Litmus({fine, "--expect=Always"}).code, kAsExpected);
  const Outcome differs = Litmus({fine, "--expect=Never"});
  EXPECT_EQ(differs.code, kDiffers);
  EXPECT_TRUE(absl::StrContains(differs.out, "not as expected: Always instead of Never"));
  const Outcome counts = Litmus({fine, "--verdicts=" + table, "--format=json"});
  EXPECT_EQ(counts.code, kDiffers);
  EXPECT_EQ(counts.Json()["results"][0]["difference"], "1 executions instead of 2");
  EXPECT_EQ(counts.Json()["results"][0]["expected"], "Always");

  // A kernel test with a race has an observation as well.
  const std::string racy = Write(
      "racy", "C r\n{}\nP0(int *x) { *x = 1; smp_mb(); }\nP1(int *x) { r = *x; }\nexists (1:r=1)");
  EXPECT_EQ(Litmus({racy, "--expect=race"}).code, kAsExpected);
  EXPECT_EQ(Litmus({racy, "--expect=Sometimes"}).code, kAsExpected);
  EXPECT_EQ(Litmus({racy, "--expect=Never"}).code, kDiffers);
  // One without words of the kernel's is one by the table.
  const std::string kernels = Write("kernels", "file\tlkmm\texecutions\nfine.litmus\tAlways\t1\n");
  const Outcome by_table = Litmus({fine, "--verdicts=" + kernels, "--format=json"});
  EXPECT_EQ(by_table.code, kAsExpected);
  EXPECT_EQ(by_table.Json()["results"][0]["memory_model"], "lkmm");

  const Outcome both = Litmus({wrong, fine});
  EXPECT_EQ(both.code, kBadInput);
  EXPECT_TRUE(absl::StrContains(both.err, "wrong.litmus:3:19: expected an expression")) << both.err;
  EXPECT_TRUE(absl::StrContains(both.out, "Observation fine")) << both.out;
  EXPECT_TRUE(absl::StrContains(both.out, "\n1 could not be read\n")) << both.out;

  EXPECT_EQ(Litmus({"@" + list, "--format=json"}).Json()["summary"]["total"], 2);
  EXPECT_EQ(Litmus({folder_, "--format=json"}).Json()["malformed"].size(), 1u);
  EXPECT_EQ(Litmus({folder_ + "/absent.litmus"}).code, kBadInput);
  EXPECT_EQ(Litmus({"@" + folder_ + "/absent"}).code, kBadInput);
  EXPECT_EQ(Litmus({fine, "--verdicts=" + folder_ + "/absent"}).code, kBadInput);
  EXPECT_EQ(Litmus({fine, "--executions_max=1"}).code, kAsExpected);
}

// Or a mistyped folder would be a success.
TEST_F(LitmusCommandTest, NothingToRunIsAMistake) {
  fs::create_directories(folder_ + "/empty");
  const Outcome folder = Litmus({folder_ + "/empty"});
  EXPECT_EQ(folder.code, kBadInput);
  EXPECT_TRUE(absl::StrContains(folder.err, "without a *.litmus file")) << folder.err;
  EXPECT_EQ(Litmus({"@" + Write("nothing", "# nothing\n")}).code, kBadInput);
}

// `bazel run` starts the command elsewhere than where the user stands.
TEST_F(LitmusCommandTest, PathsBeginWhereTheUserStands) {
  Write("fine.litmus", "C fine\n{}\nP0(int *x) { *x = 1; }\nexists (x=1)");
  Write("list", "fine.litmus\n");
  Write("table", "file\trc11\nfine.litmus\tAlways\n");
  setenv("BUILD_WORKING_DIRECTORY", folder_.c_str(), 1);
  EXPECT_EQ(Litmus({"fine.litmus", "--verdicts=table"}).code, kAsExpected);
  EXPECT_EQ(Litmus({"@list"}).code, kAsExpected);
  EXPECT_EQ(Litmus({"."}).code, kAsExpected);
  unsetenv("BUILD_WORKING_DIRECTORY");
}

TEST_F(LitmusCommandTest, ATableMayHaveAnyColumnsButMustBeOfTheTests) {
  const std::string fine = Write("fine.litmus", "C fine\n{}\nP0(int *x) { *x = 1; }\nexists (x=1)");
  const auto with = [&](const char* table) {
    return Litmus({fine, "--verdicts=" + Write("table", table)});
  };
  EXPECT_EQ(with("file\texecutions\nfine.litmus\t1\n").code, kAsExpected);
  const Outcome counts = with("file\texecutions\nfine.litmus\t2\n");
  EXPECT_EQ(counts.code, kDiffers);
  EXPECT_TRUE(absl::StrContains(counts.out, "as expected: 1 executions instead of 2"))
      << counts.out;
  EXPECT_EQ(with("file\trc11\nfine.litmus\tAlways\n").code, kAsExpected);
  const Outcome others = with("file\trc11\nother.litmus\tAlways\n");
  EXPECT_EQ(others.code, kBadInput);
  EXPECT_TRUE(absl::StrContains(others.err, "has a row for none of the tests")) << others.err;
  EXPECT_EQ(with("").code, kBadInput);
}

TEST_F(LitmusCommandTest, SaysWhatALimitCut) {
  const std::string file = Write("two.litmus",
                                 "C two\n{}\nP0(atomic_int *x) { atomic_store(x, 1); }\n"
                                 "P1(atomic_int *x) { r = atomic_load(x); }\nexists (1:r=1)");
  const Outcome cut = Litmus({file, "--executions_max=1", "--expect=Sometimes"});
  EXPECT_EQ(cut.code, kCut);
  EXPECT_TRUE(absl::StrContains(cut.out, "cut by executions_max")) << cut.out;
}

TEST_F(LitmusCommandTest, MistakesAreOneLine) {
  EXPECT_TRUE(absl::StrContains(Litmus({}).err, "litmus: no file is given")) << Litmus({}).err;
  EXPECT_EQ(Litmus({"x", "--expect=Perhaps"}).code, kBadInput);
  EXPECT_EQ(Litmus({"x", "--unroll_max=-1"}).code, kBadInput);
  EXPECT_EQ(Litmus({"x", "--trace=full"}).code, kBadInput);
}

TEST_F(LitmusCommandTest, LoopsAreUnrolledAsAsked) {
  const std::string file =
      Write("wait.litmus",
            "C wait\n{}\nP0(atomic_int *x) { atomic_store(x, 1); }\n"
            "P1(atomic_int *x) { while (!atomic_load(x)) { r++; } }\nexists (1:r=2)");
  EXPECT_EQ(Litmus({file, "--expect=Sometimes"}).code, kAsExpected);
  EXPECT_EQ(Litmus({file, "--expect=Sometimes", "--unroll_max=1"}).code, kCut);
}

// What was not seen may have been cut; what was seen is there.
TEST_F(LitmusCommandTest, WhereALoopWasCutNeverAndAlwaysAreUndecided) {
  const std::string threads =
      "P0(atomic_int *x, int *y) { atomic_store(x, 1); }\n"
      "P1(atomic_int *x, int *y) { while (!atomic_load(x)) { r++; } }\n";
  const auto file = [&](const char* name, const std::string& question) {
    return Write(name, absl::StrCat("C wait\n{}\n", threads, question));
  };
  const std::string never = file("never.litmus", "exists (1:r=3)");
  const auto [code, out, err] = Litmus({never, "--expect=Never"});
  EXPECT_EQ(code, kCut) << out;
  EXPECT_TRUE(absl::StrContains(out, "Loop No\n")) << out;
  EXPECT_TRUE(absl::StrContains(out, "Warning: not exhaustive: a loop was cut")) << out;
  EXPECT_EQ(Litmus({never}).code, kCut);
  EXPECT_EQ(Litmus({file("always.litmus", "forall (x=1)"), "--expect=Always"}).code, kCut);
  EXPECT_EQ(Litmus({file("some.litmus", "exists (1:r=2)"), "--expect=Sometimes"}).code,
            kAsExpected);
  // A table is of a tool that cuts as well.
  const std::string table = Write("waits", "file\trc11\texecutions\nnever.litmus\tNever\t3\n");
  EXPECT_EQ(Litmus({never, "--verdicts=" + table}).code, kAsExpected);
  const std::string other = Write("others", "file\trc11\nnever.litmus\tAlways\n");
  EXPECT_EQ(Litmus({never, "--verdicts=" + other}).code, kDiffers);
}

TEST_F(LitmusCommandTest, ARaceIsSeenWhereverALoopWasCut) {
  const std::string file =
      Write("racy.litmus",
            "C racy\n{}\nP0(atomic_int *x, int *y) { *y = 1; atomic_store(x, 1); }\n"
            "P1(atomic_int *x, int *y) { while (!atomic_load(x)) { } }\n"
            "P2(int *y) { *y = 2; }\nexists (y=3)");
  EXPECT_EQ(Litmus({file, "--expect=race"}).code, kAsExpected);
}

}  // namespace
}  // namespace cli

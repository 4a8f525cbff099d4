// The table of verdicts, and that each kind of disagreement is noticed.
// A comparison that can only agree would make the whole corpus worthless.
#include "litmus/herd/verdicts.h"

#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "litmus/herd/corpus.h"

namespace herd {
namespace {

constexpr char kHeader[] = "file\trc11\trace\texecutions\tstates\tcpp20\tquantifier\n";
constexpr auto kRc11 = models::MemoryModelKind::kRc11;
constexpr auto kCpp20 = models::MemoryModelKind::kCpp20;

constexpr char kIncrement[] =
    "C t\n{ int a[2] = {5, 6}; p = x; }\nP0(atomic_int *x, int **p, int *a) "
    "{ r = atomic_fetch_add(x, 1); }\n"
    "P1(atomic_int *x) { r = atomic_fetch_add(x, 1); }\nexists (0:r=0)";
constexpr char kStates[] =
    "0:r=0; 1:r=1; a={5,6}; [p]=x; [x]=2; | 0:r=1; 1:r=0; a={5,6}; [p]=x; [x]=2;";

Verdict Row(const std::string& cells) {
  const absl::StatusOr<VerdictTable> table =
      ParseVerdicts(absl::StrCat(kHeader, "t.litmus\t", cells, "\n"), "v.tsv");
  EXPECT_TRUE(table.ok()) << table.status();
  return table->at("t.litmus");
}

std::string Compare(const char* test, const std::string& cells,
                    models::MemoryModelKind model = kRc11) {
  RunOptions options;
  options.search.memory_model = model;
  const absl::StatusOr<Answer> answer = RunText(test, "t.litmus", options);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return Difference(*answer, Row(cells), model);
}

TEST(VerdictsTest, WhatAgreesIsNoDifference) {
  EXPECT_EQ(Compare(kIncrement, absl::StrCat("Sometimes\t\t2\t", kStates, "\t\texists")), "");
  EXPECT_EQ(Compare(kIncrement, "Sometimes\t\t2\t(too many to list)\t\texists"), "");
  EXPECT_EQ(Compare(kIncrement, "Sometimes"), "");
  EXPECT_EQ(Compare(kIncrement, "\t\t2"), "");
  EXPECT_EQ(Compare(kIncrement, "Sometimes\t\t\t0:r=0; | 0:r=1;"), "");
}

TEST(VerdictsTest, EachDifferenceIsTold) {
  EXPECT_EQ(Compare(kIncrement, "Never\t\t2\t\t\texists"), "Sometimes instead of Never");
  EXPECT_EQ(Compare(kIncrement, "Never\t\t2\t\t\tnone"), "");
  EXPECT_EQ(Compare(kIncrement, "Sometimes\t\t3\t\t\texists"), "2 executions instead of 3");
  EXPECT_EQ(Compare(kIncrement, "Sometimes\t\t2\t0:r=0; | 0:r=1; | 0:r=2;"), "no state 0:r=2");
  EXPECT_EQ(Compare(kIncrement, "Sometimes\t\t2\t0:r=0;"), "a state too many: 0:r=1");
  EXPECT_EQ(Compare(kIncrement, "\t\t3"), "2 executions instead of 3");
  EXPECT_EQ(Compare(kIncrement, "Sometimes\trace"), "no data race");
  EXPECT_EQ(Compare("C t\n{}\nP0(int *x) { *x = 1; }\nP1(int *x) { *x = 2; }\nexists (x=1)",
                    "Sometimes\t\t2"),
            "a data race");
}

TEST(VerdictsTest, ARacyTestHasNothingElseToCompare) {
  EXPECT_EQ(Compare("C t\n{}\nP0(int *x) { *x = 1; }\nP1(int *x) { *x = 2; }\nexists (x=3)",
                    "Always\trace\t7\t[x]=9;"),
            "");
}

TEST(VerdictsTest, Cpp20HasVerdictsOfItsOwn) {
  EXPECT_EQ(Compare(kIncrement, "Never\t\t9\t\tSometimes\texists", kCpp20), "");
  EXPECT_EQ(Compare(kIncrement, "Never\t\t9\t\tSometimes+race\texists", kCpp20), "no data race");
}

TEST(VerdictsTest, MistakesSayWhere) {
  EXPECT_EQ(ParseVerdicts("name\tx\n", "v.tsv").status().message(),
            "v.tsv:1: the first column is not `file`: give a table of verdicts");
  EXPECT_EQ(ParseVerdicts("file\trc11\na\tb\tc\n", "v.tsv").status().message(),
            "v.tsv:2: has more fields than columns: take one away");
  EXPECT_EQ(ParseVerdicts("file\trc11\trc11\n", "v.tsv").status().message(),
            "v.tsv:1: has two columns rc11: take one away");
  EXPECT_EQ(ParseVerdicts("file\trc11\na\tNever\n\na\tAlways\n", "v.tsv").status().message(),
            "v.tsv:4: has a second row for a: take one away");
  EXPECT_EQ(ParseVerdicts("file\trc11\na\tnever\n", "v.tsv").status().message(),
            "v.tsv:2: rc11: never is no observation: give Never, Sometimes or Always");
  EXPECT_EQ(ParseVerdicts("file\texecutions\na\tfour\n", "v.tsv").status().message(),
            "v.tsv:2: executions: four is no number: give one, or nothing");
  EXPECT_TRUE(ParseVerdicts("file\na\n", "v.tsv").ok());
}

TEST(CorpusTest, OnlyFilesAreRead) {
  EXPECT_FALSE(ReadText("/dev/null").ok());
  EXPECT_FALSE(ReadText(testing::TempDir()).ok());
  const std::string empty = testing::TempDir() + "/empty.litmus";
  std::ofstream(empty).close();
  const absl::StatusOr<std::string> text = ReadText(empty);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "");
}

// Of a kernel test with a race, unlike of others, everything is compared.
TEST(VerdictsTest, KernelTestsAreComparedWithTheKernelsModel) {
  const auto compare = [](const char* cells) {
    RunOptions options;
    options.as_kernel_test = true;
    const absl::StatusOr<Answer> answer = RunText(
        "C t\n{}\nP0(int *x) { *x = 1; }\nP1(int *x) { r = *x; }\nexists (1:r=1)", "t", options);
    const absl::StatusOr<VerdictTable> table = ParseVerdicts(
        absl::StrCat("file\tlkmm\tflags\texecutions\tstates\nt.litmus\t", cells, "\n"), "v.tsv");
    return Difference(*answer, table->at("t.litmus"), kRc11);
  };
  EXPECT_EQ(compare("Sometimes\tdata-race\t2\t1:r=0; | 1:r=1;"), "");
  EXPECT_EQ(compare("Never\tdata-race\t2"), "Sometimes instead of Never");
  EXPECT_EQ(compare("Sometimes\t\t2"), "the flags \"data-race\" instead of \"\"");
  EXPECT_EQ(compare("Sometimes\tdata-race,mixed-accesses"),
            "the flags \"data-race\" instead of \"data-race,mixed-accesses\"");
  EXPECT_EQ(compare("Sometimes\tdata-race\t3"), "2 executions instead of 3");
  EXPECT_EQ(compare("Sometimes\tdata-race\t2\t1:r=0;"), "a state too many: 1:r=1");
}

TEST(CorpusTest, EveryTestIsCountedOnce) {
  const std::string folder = testing::TempDir();
  const auto write = [&folder](const char* name, const char* text) {
    const std::string path = folder + name;
    std::FILE* file = std::fopen(path.c_str(), "w");
    std::fputs(text, file);
    std::fclose(file);
    return path;
  };
  const std::vector<std::string> files = {
      write("agrees.litmus", kIncrement), write("differs.litmus", kIncrement),
      write("malformed.litmus", "C t"), write("odd.litmus", "C t\n{}\nP0(int *x) { nonsense(); }"),
      write("unknown.litmus", kIncrement)};
  const absl::StatusOr<VerdictTable> table =
      ParseVerdicts(absl::StrCat(kHeader, "agrees.litmus\tSometimes\ndiffers.litmus\tNever\n",
                                 "malformed.litmus\tNever\nodd.litmus\tNever\n"),
                    "v.tsv");
  const CorpusResult result = RunCorpus(files, *table, RunOptions());
  EXPECT_EQ(result.tests, 4u);
  EXPECT_EQ(result.agreeing, 1u);
  EXPECT_EQ(result.verdicts, 1u);
  EXPECT_EQ(result.without_verdict, 1u);
  ASSERT_EQ(result.differing.size(), 1u);
  EXPECT_EQ(result.differing[0].second, "Sometimes instead of Never");
  EXPECT_EQ(result.malformed.size(), 1u);
  EXPECT_EQ(result.unsupported.count("the function nonsense"), 1u);
}

}  // namespace
}  // namespace herd

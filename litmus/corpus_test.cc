// A corpus of litmus tests in herd's format, compared with a table of verdicts. By default our own
// (litmus/tests); with --test_env=LITMUS_CORPUS=DIR every *.litmus file below DIR against
// DIR/verdicts.tsv, which another tool has written.
//
// What it does not do: hide what is not decided. Unsupported tests are listed with their reasons,
// and more than 2% of them fail.
#include "litmus/herd/corpus.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace herd {
namespace {

constexpr double kUnsupportedMost = 0.02;

std::string Folder() {
  const char* given = std::getenv("LITMUS_CORPUS");
  return given != nullptr ? given : "litmus/tests";
}

TEST(CorpusTest, AgreesWithTheTable) {
  const absl::StatusOr<std::string> text = ReadText(Folder() + "/verdicts.tsv");
  ASSERT_TRUE(text.ok()) << text.status();
  const absl::StatusOr<VerdictTable> table = ParseVerdicts(*text, Folder() + "/verdicts.tsv");
  ASSERT_TRUE(table.ok()) << table.status();
  const absl::StatusOr<std::vector<std::string>> files = LitmusFiles(Folder());
  ASSERT_TRUE(files.ok()) << files.status();
  const CorpusResult result = RunCorpus(*files, *table, RunOptions());
  std::cout << CorpusText(result);
  EXPECT_GT(result.agreeing, 0u);
  EXPECT_TRUE(result.differing.empty());
  EXPECT_TRUE(result.malformed.empty());
  std::size_t unsupported = 0;
  for (const auto& [reason, names] : result.unsupported) unsupported += names.size();
  EXPECT_LE(static_cast<double>(unsupported), kUnsupportedMost * static_cast<double>(result.tests));
}

}  // namespace
}  // namespace herd

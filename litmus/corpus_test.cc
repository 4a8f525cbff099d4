// A corpus of litmus tests in herd's format, compared with a table of verdicts. By default our own
// (litmus/tests); with --test_env=LITMUS_CORPUS=DIR every *.litmus file below DIR against
// DIR/verdicts.tsv and, for kernel tests, DIR/lkmm-verdicts.tsv, which another tool has written; at
// least one of the two.
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

// Adds the rows of a table, if there is such a file. Returns: whether there is.
bool AddTable(const std::string& file, VerdictTable& table) {
  const absl::StatusOr<std::string> text = ReadText(file);
  if (!text.ok()) return false;
  const absl::StatusOr<VerdictTable> rows = ParseVerdicts(*text, file);
  EXPECT_TRUE(rows.ok()) << rows.status();
  if (rows.ok()) table.insert(rows->begin(), rows->end());
  return true;
}

TEST(CorpusTest, AgreesWithTheTables) {
  VerdictTable table;
  const bool c11 = AddTable(Folder() + "/verdicts.tsv", table);
  const bool kernel = AddTable(Folder() + "/lkmm-verdicts.tsv", table);
  ASSERT_TRUE(c11 || kernel) << "no table of verdicts in " << Folder();
  const absl::StatusOr<std::vector<std::string>> files = LitmusFiles(Folder());
  ASSERT_TRUE(files.ok()) << files.status();
  const CorpusResult result = RunCorpus(*files, table, RunOptions());
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

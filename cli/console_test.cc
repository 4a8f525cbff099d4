// Tables, paragraphs, and that progress leaves no trace.
// The terminal itself is not tested: a string stands for it.
#include "cli/console.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "cli/table.h"
#include "gtest/gtest.h"

namespace cli {
namespace {

TEST(Table, AlignsAndKeepsNoBlanksAtTheEnd) {
  const Table table({{"name", 6}, {"n", 4, Align::kRight}, {"", 0}});
  EXPECT_EQ(table.Header(), "name       n\n");
  EXPECT_EQ(table.Row({"a", "12"}), "a         12\n");
  EXPECT_EQ(table.Row({"too wide", "1", "<-"}), "too wide     1  <-\n");
}

TEST(Paragraph, BreaksAtBlanks) {
  EXPECT_EQ(Paragraph("one two three", "  ", 9), "  one two\n  three\n");
  EXPECT_EQ(Paragraph("unbreakable", "", 4), "unbreakable\n");
}

TEST(WithSeparators, GroupsByThree) {
  EXPECT_EQ(WithSeparators(0), "0");
  EXPECT_EQ(WithSeparators(999), "999");
  EXPECT_EQ(WithSeparators(1000), "1,000");
  EXPECT_EQ(WithSeparators(1234567), "1,234,567");
}

TEST(Console, ShowsNoProgressToAPipe) {
  std::ostringstream out, err;
  Console console(out, err, false, 80);
  console.StartSearches(2);
  console.StartSearch("a");
  EXPECT_EQ(console.OnProgress(), nullptr);
  console.Print("done\n");
  EXPECT_EQ(err.str(), "");
  EXPECT_EQ(out.str(), "done\n");
}

TEST(Console, ComplainsInOneLine) {
  std::ostringstream out, err;
  Console console(out, err, false, 80);
  console.Complain("a\nb\x1b[1m: is no name");
  EXPECT_EQ(err.str(), "rmapcheck: a\\nb\\x1b[1m: is no name\n");
}

TEST(Console, ComplainsOfLongWordsByTheirEnds) {
  std::ostringstream out, err;
  Console console(out, err, false, 80);
  console.Complain("begin" + std::string(100'000, 'a') + ": is no name: the mend");
  EXPECT_LT(err.str().size(), 2'100u);
  EXPECT_EQ(err.str().rfind("rmapcheck: beginaaa", 0), 0u) << err.str();
  EXPECT_NE(err.str().find("aaa ... aaa"), std::string::npos) << err.str();
  EXPECT_NE(err.str().find("aaa: is no name: the mend\n"), std::string::npos) << err.str();
}

TEST(Console, NotesWhatDoesNotArrive) {
  std::ofstream out("/dev/full");
  std::ostringstream err;
  Console console(out, err, false, 80);
  console.Print("");
  EXPECT_EQ(console.lost(), "");
  console.Print("done\n");
  EXPECT_EQ(console.lost(), "No space left on device");
}

TEST(OutputColumns, AreAskedForWhereThereIsNoTerminal) {
  unsetenv("COLUMNS");
  EXPECT_EQ(OutputColumns(-1), 0);
  for (const auto& [text, columns] : {std::pair("72", 72), {"-72", 0}, {"wide", 0}, {"", 0}}) {
    setenv("COLUMNS", text, 1);
    EXPECT_EQ(OutputColumns(-1), columns) << text;
  }
  unsetenv("COLUMNS");
}

TEST(Console, WipesProgressBeforeItPrints) {
  std::ostringstream out, err;
  Console console(out, err, true, 80);
  console.StartSearches(2);
  console.StartSearch("a");
  console.Print("done\n");
  EXPECT_EQ(err.str(), "\r\x1b[K[1/2] a: 0 executions, 0 s\r\x1b[K");
  EXPECT_EQ(out.str(), "done\n");
}

}  // namespace
}  // namespace cli

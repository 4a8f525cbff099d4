// What strangers' text looks like after it was made fit for a terminal.
// Other tests hold messages to it; here stand the single characters.
#include "cli/words.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace cli {
namespace {

TEST(OneLine, WritesControlCharactersOut) {
  EXPECT_EQ(OneLine("plain \"text\" \\ of any kind"), "plain \"text\" \\ of any kind");
  EXPECT_EQ(OneLine("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(OneLine("\x1b[31m\x7f"), "\\x1b[31m\\x7f");
  EXPECT_EQ(OneLine(std::string_view("\0", 1)), "\\x00");
}

TEST(OneLine, KeepsOtherAlphabetsButNotTheirControlCharacters) {
  EXPECT_EQ(OneLine("\xc3\xa9t\xc3\xa9 \xc2\xb5"), "\xc3\xa9t\xc3\xa9 \xc2\xb5");
  EXPECT_EQ(OneLine("\xc2\x9b[1m"), "\\xc2\\x9b[1m");
  EXPECT_EQ(OneLine("\xc2"), "\xc2");
}

TEST(ShellWord, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(ShellWord("/a/b-c_1.json"), "/a/b-c_1.json");
  EXPECT_EQ(ShellWord("/a b/$c"), "'/a b/$c'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellWord(""), "''");
}

TEST(UserPath, BeginsWhereTheUserStands) {
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(UserPath("-folder"), "./-folder") << "or it would look like a flag";
  EXPECT_EQ(UserPath("a-folder"), "a-folder");
  setenv("BUILD_WORKING_DIRECTORY", "/somewhere", 1);
  EXPECT_EQ(UserPath("a-folder"), "/somewhere/a-folder");
  EXPECT_EQ(UserPath("/a-folder"), "/a-folder");
  unsetenv("BUILD_WORKING_DIRECTORY");
}

TEST(CommandName, IsWhatTheUserTyped) {
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(CommandName(), "rmapcheck");
  setenv("BUILD_WORKING_DIRECTORY", "/somewhere", 1);
  EXPECT_EQ(CommandName(), "./bazelw run //:rmapcheck --");
  unsetenv("BUILD_WORKING_DIRECTORY");
}

}  // namespace
}  // namespace cli

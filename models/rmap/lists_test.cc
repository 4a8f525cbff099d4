// That lists which are kept by hand agree: every topic that core/scenarios/scenarios.h declares is
// among all scenarios, and docs/LOCKING.md ranks the locks as core/mm/lock_order.h does.
//
// The sources are read as text, because what is declared and used nowhere leaves no other trace.
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace models {
namespace {

using testing::IsEmpty;
using testing::Not;

std::string TextOf(const char* path) {
  const std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Calls visit(match) for each place in the text that the expression describes.
template <typename Visit>
void ForEachMatch(const std::string& text, const char* expression, Visit visit) {
  const std::regex regex(expression);
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match) {
    visit(*match);
  }
}

// Returns: "MergeScenarios" and so on.
std::set<std::string> DeclaredTopics() {
  std::set<std::string> topics;
  ForEachMatch(TextOf("core/scenarios/scenarios.h"), R"(std::vector<Scenario> (\w+)\(\);)",
               [&topics](const std::smatch& match) { topics.insert(match[1]); });
  return topics;
}

// Returns: the words in the list of topics.
std::set<std::string> ListedTopics() {
  const std::string text = TextOf("core/scenarios/scenarios.cc");
  const std::size_t begin = text.find("for (const auto& topic : {");
  const std::size_t end = text.find("})", begin);
  EXPECT_NE(end, text.npos);
  std::set<std::string> topics;
  ForEachMatch(text.substr(begin, end - begin), R"(\w+Scenarios\b)",
               [&topics](const std::smatch& match) { topics.insert(match[0]); });
  return topics;
}

TEST(Lists, EveryTopicIsAmongAllScenarios) {
  EXPECT_THAT(DeclaredTopics(), Not(IsEmpty()));
  EXPECT_EQ(DeclaredTopics(), ListedTopics());
}

using Ranks = std::map<std::string, std::string>;

// Returns: the ranks that stand in places where `name` and `rank` are the numbers of the groups.
Ranks RanksIn(const char* path, const char* expression, int name, int rank) {
  Ranks ranks;
  ForEachMatch(TextOf(path), expression, [&](const std::smatch& match) {
    EXPECT_TRUE(ranks.emplace(match[name], match[rank]).second) << path << ": " << match[0];
  });
  return ranks;
}

TEST(Lists, TheDocumentRanksEveryLock) {
  const Ranks code =
      RanksIn("core/mm/lock_order.h", R"re(LockClass \w+\{"([^"]+)", (\d+)(?:, true)?\})re", 1, 2);
  const Ranks told = RanksIn("docs/LOCKING.md", R"(\n\| (\d+) \| `?([^`|]+?)`? \|)", 2, 1);
  EXPECT_THAT(code, Not(IsEmpty()));
  EXPECT_EQ(code, told);
}

}  // namespace
}  // namespace models

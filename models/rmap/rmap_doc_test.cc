// That the tables of docs/RMAP.md tell every scenario, no other, and the generations in which it is
// violated. Nothing is run: rmap_model_test sees to it that the code's expectations are true.
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/history/kernel.h"
#include "gtest/gtest.h"
#include "models/rmap/scenarios.h"

namespace models {
namespace {

constexpr char kDocument[] = "docs/RMAP.md";
constexpr char kSection[] = "## What is proved and refuted";

// Returns: the lines of the section that has the tables.
std::vector<std::string> Section() {
  std::vector<std::string> lines;
  std::ifstream file(kDocument);
  EXPECT_TRUE(file.good()) << kDocument;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "## ")) inside = line == kSection;
    if (inside) lines.push_back(line);
  }
  return lines;
}

// Returns: scenario and "violated in", of each row of the tables.
std::map<std::string, std::string> Rows() {
  std::map<std::string, std::string> rows;
  for (const std::string& line : Section()) {
    const std::vector<std::string> cells = absl::StrSplit(line, '|');
    if (cells.size() != 6 || absl::StartsWith(cells[1], "-")) continue;
    const std::string name(absl::StripAsciiWhitespace(cells[1]));
    if (name == "scenario") continue;
    const std::string violated_in(absl::StripAsciiWhitespace(cells[3]));
    EXPECT_TRUE(rows.emplace(name, violated_in).second) << name << " has two rows";
  }
  return rows;
}

bool IsViolatedIn(const RmapScenario& scenario, rmap::Generation generation) {
  return !ExpectedViolation(scenario, rmap::Kernel(generation)).value_or("").empty();
}

// Returns: "G0..G6, G9", or "-" for none.
std::string ViolatedIn(const RmapScenario& scenario) {
  std::vector<std::string> runs;
  const char* first = nullptr;
  const char* last = nullptr;
  const auto end_run = [&] {
    if (first != nullptr) runs.push_back(first == last ? first : absl::StrCat(first, "..", last));
    first = nullptr;
  };
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    if (!info.modelled || !IsViolatedIn(scenario, info.generation)) {
      end_run();
      continue;
    }
    if (first == nullptr) first = info.name;
    last = info.name;
  }
  end_run();
  return runs.empty() ? "-" : absl::StrJoin(runs, ", ");
}

TEST(RmapDocument, TellsEachScenarioWhereItIsViolated) {
  std::map<std::string, std::string> rows = Rows();
  for (const RmapScenario& scenario : RmapScenarios()) {
    if (scenario.family != nullptr) continue;
    const std::string expected = scenario.newest_only ? "-" : ViolatedIn(scenario);
    EXPECT_EQ(rows[scenario.name], expected) << kDocument << " on " << scenario.name;
    rows.erase(scenario.name);
  }
  for (const auto& [name, violated_in] : rows) ADD_FAILURE() << kDocument << ": no " << name;
}

TEST(RmapDocument, TellsEachFamily) {
  const std::string text = absl::StrJoin(Section(), "\n");
  for (const RmapScenario& scenario : RmapScenarios()) {
    if (scenario.family == nullptr) continue;
    const std::string prefix = absl::StrCat("`", scenario.family->prefix, "...`");
    ASSERT_TRUE(absl::StrContains(text, prefix)) << kDocument << " lacks " << prefix;
  }
}

}  // namespace
}  // namespace models

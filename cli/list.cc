// `rmapcheck list`: scenarios with what is known about them, kernel generations, fixes.
// Nothing is run.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "models/report/json.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

std::string ScenarioText(const models::RmapScenario& scenario, int columns) {
  std::string text = scenario.name + "\n" + Paragraph(scenario.claim, "  ", columns);
  std::string known;
  for (const models::RmapExpectation& expectation : scenario.expectations) {
    absl::StrAppend(&known, known.empty() ? "" : "; ", expectation.kernel, ": ",
                    expectation.holds() ? "holds" : expectation.violation);
  }
  return text + Paragraph(known, "    ", columns);
}

Json ScenarioJson(const models::RmapScenario& scenario) {
  Json expectations = Json::array();
  for (const models::RmapExpectation& expectation : scenario.expectations) {
    Json json = {{"kernel", expectation.kernel},
                 {"expected", expectation.holds() ? "holds" : "violated"}};
    json["failure_kind"] = expectation.holds() ? Json(nullptr) : Json(expectation.violation);
    expectations.push_back(json);
  }
  return {{"name", scenario.name},
          {"claim", scenario.claim},
          {"oracle", scenario.oracle},
          {"default_generation", rmap::Name(scenario.default_generation)},
          {"expectations", expectations}};
}

std::string GenerationsText() {
  const Table table({{"", 0}, {"generation", 0}, {"kernel", 12}, {"story", 0}});
  std::string text;
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    text += table.Row({"", info.name, info.kernel,
                       absl::StrCat(info.story, info.modelled ? "" : " (not modelled yet)")});
  }
  return text;
}

std::string FixesText(const Scenarios& scenarios) {
  const Table table({{"", 0}, {"fix", 6}, {"since", 5}, {"story", 0}});
  std::string text;
  for (const rmap::FixInfo& info : rmap::Fixes()) {
    text += table.Row(
        {"", info.id, info.since ? rmap::Name(*info.since) : "-",
         absl::StrCat(info.story, IsShown(info, scenarios) ? "" : " (no scenario shows the bug)")});
  }
  return text;
}

Json GenerationsJson() {
  Json generations = Json::array();
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    generations.push_back({{"name", info.name},
                           {"kernel", info.kernel},
                           {"story", info.story},
                           {"modelled", info.modelled}});
  }
  return generations;
}

Json FixesJson(const Scenarios& scenarios) {
  Json fixes = Json::array();
  for (const rmap::FixInfo& info : rmap::Fixes()) {
    Json json = {{"id", info.id}, {"commit", info.commit}, {"story", info.story}};
    json["since"] = info.since ? Json(rmap::Name(*info.since)) : Json(nullptr);
    json["shown"] = IsShown(info, scenarios);
    fixes.push_back(json);
  }
  return fixes;
}

}  // namespace

ExitCode List(const Command& command, const Scenarios& scenarios, Console& console) {
  if (command.format == Format::kJson) {
    Json all;
    all["scenarios"] = Json::array();
    for (const models::RmapScenario& scenario : scenarios) {
      all["scenarios"].push_back(ScenarioJson(scenario));
    }
    all["generations"] = GenerationsJson();
    all["fixes"] = FixesJson(scenarios);
    console.Print(models::JsonText(all) + "\n");
    return kAsExpected;
  }
  std::string text = "Scenarios, for `prove`:\n\n";
  for (const models::RmapScenario& scenario : scenarios) {
    text += ScenarioText(scenario, console.columns());
  }
  absl::StrAppend(&text, "\nKernel generations, for --generation:\n\n", GenerationsText(),
                  "\nFixes, for --without, and for `bugs` if a scenario shows the bug:\n\n",
                  FixesText(scenarios));
  console.Print(text);
  return kAsExpected;
}

}  // namespace cli

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

// Returns: "G0: holds; G1..G4: leak; G5..G9: holds; G3 without KH-22: leak".
std::string KnownText(const models::RmapScenario& scenario) {
  std::string text, first, last, verdict;
  const auto flush = [&] {
    if (first.empty()) return;
    const std::string kernels = first == last ? first : absl::StrCat(first, "..", last);
    absl::StrAppend(&text, text.empty() ? "" : "; ", kernels, ": ", verdict);
  };
  for (const rmap::Kernel& kernel : NotedKernels(scenario)) {
    const std::string name = kernel.Name();
    const std::string violation = ExpectedViolation(scenario, kernel).value_or("");
    const std::string now = violation.empty() ? "holds" : violation;
    const bool unchanged =
        kernel == rmap::Kernel(kernel.ksm()) || kernel == rmap::Kernel(kernel.generation());
    if (!unchanged || now != verdict) {
      flush();
      first = name;
    }
    last = name;
    verdict = now;
  }
  flush();
  return text;
}

std::string ScenarioText(const models::RmapScenario& scenario, int columns) {
  return scenario.name + "\n" + Paragraph(scenario.claim, "  ", columns) +
         Paragraph(KnownText(scenario), "    ", columns);
}

std::string FamilyText(const models::RmapFamily& family, const Scenarios& scenarios, int columns) {
  const auto members = std::count_if(scenarios.begin(), scenarios.end(),
                                     [&](const auto& one) { return one.family == &family; });
  return absl::StrCat(family.prefix, "* (", members, ")\n", Paragraph(family.claim, "  ", columns));
}

// Returns: all scenarios, a family once.
std::string ScenariosText(const Scenarios& scenarios, int columns) {
  std::string text;
  const models::RmapFamily* told = nullptr;
  for (const models::RmapScenario& scenario : scenarios) {
    if (scenario.family == nullptr) {
      text += ScenarioText(scenario, columns);
    } else if (scenario.family != told) {
      told = scenario.family;
      absl::StrAppend(&text, FamilyText(*told, scenarios, columns));
    }
  }
  return text;
}

Json ScenarioJson(const models::RmapScenario& scenario) {
  Json expectations = Json::array();
  for (const rmap::Kernel& kernel : NotedKernels(scenario)) {
    const std::string violation = ExpectedViolation(scenario, kernel).value_or("");
    Json json = {{"kernel", kernel.Name()}, {"expected", violation.empty() ? "holds" : "violated"}};
    json["failure_kind"] = violation.empty() ? Json(nullptr) : Json(violation);
    expectations.push_back(json);
  }
  return {{"name", scenario.name},
          {"claim", scenario.claim},
          {"oracle", scenario.oracle},
          {"family", scenario.family != nullptr ? Json(scenario.family->prefix) : Json(nullptr)},
          {"since", rmap::Name(scenario.since)},
          {"default_generation", rmap::Name(scenario.default_generation)},
          {"expectations", expectations}};
}

std::string GenerationsText() {
  const Table table({{"", 0}, {"generation", 0}, {"kernel", 12}, {"what is new", 0}});
  std::string text = table.Header();
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    text += table.Row({"", info.name, info.kernel,
                       absl::StrCat(info.story, info.modelled ? "" : " (not modelled yet)")});
  }
  return text;
}

std::string KsmStatesText() {
  const Table table({{"", 0}, {"state", 5}, {"commit", 12}, {"what is new", 0}});
  std::string text = table.Header();
  for (const rmap::KsmStateInfo& info : rmap::KsmStates()) {
    text += table.Row({"", info.name, info.commit, info.story});
  }
  return text;
}

std::string FixesText(const Scenarios& scenarios) {
  const Table table({{"", 0}, {"fix", 6}, {"born", 4}, {"since", 5}, {"shown", 5}, {"repair", 0}});
  std::string text = table.Header();
  for (const rmap::FixInfo& info : rmap::Fixes()) {
    const bool reasoned = *info.unshown != '\0';
    text +=
        table.Row({"", info.id, rmap::Name(info.born), info.since ? rmap::Name(*info.since) : "-",
                   IsShown(info, scenarios) ? "yes" : "no",
                   absl::StrCat(info.story, reasoned ? "; not shown: " : "", info.unshown)});
  }
  return text;
}

// Returns: each family once, with the claim that its members share.
Json FamiliesJson(const Scenarios& scenarios) {
  Json families = Json::array();
  const models::RmapFamily* told = nullptr;
  for (const models::RmapScenario& scenario : scenarios) {
    if (scenario.family == nullptr || scenario.family == told) continue;
    told = scenario.family;
    families.push_back({{"prefix", told->prefix}, {"claim", told->claim}});
  }
  return families;
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

Json KsmStatesJson() {
  Json states = Json::array();
  for (const rmap::KsmStateInfo& info : rmap::KsmStates()) {
    states.push_back({{"name", info.name},
                      {"commit", info.commit},
                      {"title", info.title},
                      {"story", info.story}});
  }
  return states;
}

Json FixesJson(const Scenarios& scenarios) {
  Json fixes = Json::array();
  for (const rmap::FixInfo& info : rmap::Fixes()) {
    Json json = {{"id", info.id}, {"commit", info.commit}, {"story", info.story}};
    json["born"] = rmap::Name(info.born);
    json["since"] = info.since ? Json(rmap::Name(*info.since)) : Json(nullptr);
    json["shown"] = IsShown(info, scenarios);
    json["reason"] = *info.unshown != '\0' ? Json(info.unshown) : Json(nullptr);
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
    all["families"] = FamiliesJson(scenarios);
    all["generations"] = GenerationsJson();
    all["ksm_states"] = KsmStatesJson();
    all["fixes"] = FixesJson(scenarios);
    console.Print(models::JsonText(all) + "\n");
    return kAsExpected;
  }
  std::string text = "Scenarios, for `prove`:\n\n" + ScenariosText(scenarios, console.columns());
  absl::StrAppend(
      &text, "\nKernel generations, for --generation:\n\n", GenerationsText(),
      "\nStates of KSM before 2.6.33, for --ksm; the last is what G0 has:\n\n", KsmStatesText(),
      "\nFixes, for --without, --with and `bugs`. Born: the first generation that could "
      "have the\nmistake; since: the first that has the fix; shown: whether a scenario "
      "shows the bug.\n\n",
      FixesText(scenarios));
  console.Print(text);
  return kAsExpected;
}

}  // namespace cli

// From words to jobs.
//
// A pattern with * or ? is matched with whole names. A plain word means the scenario of that name,
// or, if there is none, every scenario whose name contains it.
#include "cli/job.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/suggestion.h"
#include "cli/words.h"
#include "core/base/check.h"

namespace cli {
namespace {

using models::MemoryModelKind;
using models::RmapExpectation;
using models::RmapScenario;
using rmap::Kernel;

constexpr std::string_view kOn = " on ";

std::vector<std::string> NamesOf(const Scenarios& scenarios) {
  std::vector<std::string> names;
  for (const RmapScenario& scenario : scenarios) names.push_back(scenario.name);
  return names;
}

bool GlobMatches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return GlobMatches(pattern.substr(1), text) ||
           (!text.empty() && GlobMatches(pattern, text.substr(1)));
  }
  if (text.empty() || (pattern[0] != '?' && pattern[0] != text[0])) return false;
  return GlobMatches(pattern.substr(1), text.substr(1));
}

bool Matches(const std::string& pattern, const std::vector<std::string>& names,
             const std::string& name) {
  if (pattern.find_first_of("*?") != std::string::npos) return GlobMatches(pattern, name);
  if (std::find(names.begin(), names.end(), pattern) != names.end()) return name == pattern;
  return absl::StrContains(name, pattern);
}

// Returns: whether a first word was more likely meant as a command.
bool LooksLikeVerb(const Command& command, const std::string& word) {
  return !command.verb_given && word == command.arguments[0];
}

absl::Status NothingMatches(const Command& command, const std::string& pattern,
                            const std::vector<std::string>& names) {
  if (!LooksLikeVerb(command, pattern)) {
    return absl::InvalidArgumentError(
        absl::StrCat(pattern, ": matches no scenario: ", Suggestion(pattern, names)));
  }
  std::vector<std::string> known = VerbNames();
  known.insert(known.end(), names.begin(), names.end());
  std::string mend = Suggestion(pattern, known);
  if (!absl::StartsWith(mend, "did you mean")) {
    mend = absl::StrCat(Suggestion("", VerbNames()), "; `", CommandName(),
                        " list` names the scenarios");
  }
  return absl::InvalidArgumentError(
      absl::StrCat(pattern, ": is neither a command nor a scenario: ", mend));
}

absl::StatusOr<std::vector<const RmapScenario*>> Chosen(const Command& command,
                                                        const Scenarios& scenarios) {
  const std::vector<std::string> names = NamesOf(scenarios);
  for (const std::string& pattern : command.arguments) {
    const bool known = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return Matches(pattern, names, name);
    });
    if (!known) return NothingMatches(command, pattern, names);
  }
  std::vector<const RmapScenario*> chosen;
  for (const RmapScenario& scenario : scenarios) {
    const auto named = [&](const std::string& p) { return Matches(p, names, scenario.name); };
    const std::vector<std::string>& patterns = command.arguments;
    const bool all = patterns.empty();
    if (all || std::any_of(patterns.begin(), patterns.end(), named)) chosen.push_back(&scenario);
  }
  return chosen;
}

Kernel Parsed(const std::string& kernel) {
  const absl::StatusOr<Kernel> parsed = rmap::ParseKernel(kernel);
  CHECK(parsed.ok(), parsed.status().message());
  return *parsed;
}

std::optional<std::string> Listed(const RmapScenario& scenario, const Kernel& kernel) {
  for (const RmapExpectation& expectation : scenario.expectations) {
    if (Parsed(expectation.kernel) == kernel) return expectation.violation;
  }
  return std::nullopt;
}

// Scenarios say what is to be expected under RC11.
Job MakeJob(const RmapScenario& scenario, const Kernel& kernel, MemoryModelKind memory_model) {
  const bool known = memory_model == MemoryModelKind::kRc11;
  return {&scenario, kernel, known ? Listed(scenario, kernel) : std::nullopt};
}

bool HasAll(rmap::Generation generation, const std::vector<rmap::Fix>& fixes) {
  return std::all_of(fixes.begin(), fixes.end(),
                     [&](rmap::Fix fix) { return rmap::Has(generation, fix); });
}

absl::Status DoesNotHave(rmap::Generation generation, rmap::Fix fix) {
  const std::string flag = absl::StrCat("--without=", rmap::Name(fix), ": ");
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    if (!info.modelled || !rmap::Has(info.generation, fix)) continue;
    return absl::InvalidArgumentError(absl::StrCat(flag, rmap::Name(generation),
                                                   " does not have that fix anyway: give ",
                                                   "--generation=", info.name, " or a later one"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(flag, "no modelled kernel generation has that fix anyway: leave it out"));
}

// Returns: the kernel that --generation and --without mean for a scenario.
absl::StatusOr<Kernel> AskedFor(const Command& command, const RmapScenario& scenario) {
  rmap::Generation generation = command.generation.value_or(scenario.default_generation);
  if (!command.generation.has_value() && !HasAll(generation, command.without)) {
    generation = rmap::NewestGeneration();
  }
  Kernel kernel(generation);
  for (rmap::Fix fix : command.without) {
    if (!rmap::Has(generation, fix)) return DoesNotHave(generation, fix);
    kernel = kernel.Without(fix);
  }
  return kernel;
}

void AddUnchangedKernels(const RmapScenario& scenario, MemoryModelKind memory_model,
                         std::vector<Job>& jobs) {
  for (const RmapExpectation& expectation : scenario.expectations) {
    const Kernel kernel = Parsed(expectation.kernel);
    if (kernel != Kernel(kernel.generation())) continue;
    jobs.push_back(MakeJob(scenario, kernel, memory_model));
  }
}

// Returns: the pair of kernels that shows the fix in the scenario; the default generation's first.
std::optional<BugCase> FindBugCase(const rmap::FixInfo& fix, const RmapScenario& scenario,
                                   MemoryModelKind memory_model) {
  std::optional<BugCase> found;
  for (const RmapExpectation& expectation : scenario.expectations) {
    const Kernel kernel = Parsed(expectation.kernel);
    const Kernel without = kernel.Without(fix.fix);
    const Kernel with = kernel.With(fix.fix);
    const std::optional<std::string> violation = Listed(scenario, without);
    const std::optional<std::string> none = Listed(scenario, with);
    if (!violation.has_value() || violation->empty() || none != std::string()) continue;
    const bool better = kernel.generation() == scenario.default_generation;
    if (found.has_value() && !better) continue;
    found = BugCase{&fix, MakeJob(scenario, without, memory_model),
                    MakeJob(scenario, with, memory_model)};
    if (better) break;
  }
  return found;
}

}  // namespace

absl::StatusOr<Job> FindJob(std::string_view name, const Scenarios& scenarios) {
  const std::size_t on = name.find(kOn);
  const std::string_view scenario_name = name.substr(0, on);
  for (const RmapScenario& scenario : scenarios) {
    if (scenario.name != scenario_name || on == std::string_view::npos) continue;
    const absl::StatusOr<Kernel> kernel = rmap::ParseKernel(name.substr(on + kOn.size()));
    if (!kernel.ok()) return kernel.status();
    return MakeJob(scenario, *kernel, MemoryModelKind::kRc11);
  }
  return absl::NotFoundError(absl::StrCat("there is no scenario \"", scenario_name, "\""));
}

absl::StatusOr<std::vector<Job>> SelectJobs(const Command& command, const Scenarios& scenarios) {
  const auto chosen = Chosen(command, scenarios);
  if (!chosen.ok()) return chosen.status();
  std::vector<Job> jobs;
  for (const RmapScenario* scenario : *chosen) {
    if (!command.generation.has_value() && command.without.empty()) {
      AddUnchangedKernels(*scenario, command.memory_model, jobs);
      continue;
    }
    const absl::StatusOr<Kernel> kernel = AskedFor(command, *scenario);
    if (!kernel.ok()) return kernel.status();
    jobs.push_back(MakeJob(*scenario, *kernel, command.memory_model));
  }
  return jobs;
}

bool IsShown(const rmap::FixInfo& fix, const Scenarios& scenarios) {
  return std::any_of(scenarios.begin(), scenarios.end(), [&](const RmapScenario& scenario) {
    return FindBugCase(fix, scenario, MemoryModelKind::kRc11).has_value();
  });
}

absl::StatusOr<std::vector<BugCase>> SelectBugs(const Command& command,
                                                const Scenarios& scenarios) {
  std::vector<BugCase> cases;
  std::vector<std::string> shown;
  for (const rmap::FixInfo& fix : rmap::Fixes()) {
    for (const RmapScenario& scenario : scenarios) {
      const std::optional<BugCase> found = FindBugCase(fix, scenario, command.memory_model);
      if (!found.has_value()) continue;
      if (shown.empty() || shown.back() != fix.id) shown.push_back(fix.id);
      const std::vector<std::string>& ids = command.arguments;
      const bool asked = ids.empty() || std::find(ids.begin(), ids.end(), fix.id) != ids.end();
      if (asked) cases.push_back(*found);
    }
  }
  for (const std::string& id : command.arguments) {
    if (std::find(shown.begin(), shown.end(), id) != shown.end()) continue;
    const bool known = rmap::FindFix(id).has_value();
    return absl::InvalidArgumentError(
        absl::StrCat(id, known ? ": no scenario shows that bug: " : ": is no known bug: ",
                     Suggestion(known ? "" : id, shown)));
  }
  return cases;
}

}  // namespace cli

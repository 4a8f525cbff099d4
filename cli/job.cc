// From words to jobs.
//
// A pattern with * or ? is matched with whole names. A plain word means the scenario of that name,
// or, if there is none, every scenario whose name contains it.
#include "cli/job.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/suggestion.h"
#include "cli/words.h"
#include "models/claims/claims.h"

namespace cli {
namespace {

using models::MemoryModelKind;
using models::RmapBug;
using models::RmapKernelPair;
using models::RmapScenario;
using rmap::Kernel;

constexpr std::string_view kOn = " on ";

std::vector<std::string> NamesOf(const Scenarios& scenarios) {
  std::vector<std::string> names;
  for (const RmapScenario& scenario : scenarios) names.push_back(scenario.name);
  return names;
}

// Only the last * that was met ever has to take more: whatever stands before it fits already.
bool GlobMatches(std::string_view pattern, std::string_view text) {
  std::optional<std::string_view> behind_star;
  std::string_view behind_taken;  // What the star leaves of the text.
  while (!text.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      behind_star = pattern;
      behind_taken = text;
    } else if (pattern.starts_with('?') || pattern.starts_with(text[0])) {
      pattern.remove_prefix(1);
      text.remove_prefix(1);
    } else if (behind_star.has_value()) {
      pattern = *behind_star;
      behind_taken.remove_prefix(1);
      text = behind_taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*') == pattern.npos;
}

// A pattern, and how it is meant.
struct Pattern {
  std::string text;
  bool has_wildcards;
  bool is_name;

  bool Matches(const std::string& name) const {
    if (has_wildcards) return GlobMatches(text, name);
    return is_name ? name == text : absl::StrContains(name, text);
  }
};

std::vector<Pattern> PatternsOf(const Command& command, const std::vector<std::string>& names) {
  const std::set<std::string_view> known(names.begin(), names.end());
  std::vector<Pattern> patterns;
  for (const std::string& text : command.arguments) {
    const bool has_wildcards = text.find_first_of("*?") != std::string::npos;
    patterns.push_back({text, has_wildcards, known.contains(text)});
  }
  return patterns;
}

// Returns: whether a first word was more likely meant as a command.
bool LooksLikeVerb(const Command& command, const std::string& word) {
  return !command.verb_given && word == command.arguments[0];
}

// Returns: what somebody who wrote this where a scenario's name stands may have wanted; or "".
std::string MeantOtherwise(const std::string& word) {
  if (rmap::FindFix(word).has_value()) return absl::StrCat("`", CommandName(), " bugs ", word, "`");
  for (const models::Claim& claim : models::Claims()) {
    if (claim.id == word) return absl::StrCat("`", CommandName(), " claims ", word, "`");
  }
  const std::optional<rmap::Generation> generation = rmap::FindGeneration(word);
  if (!generation.has_value() || !rmap::IsModelled(*generation)) return "";
  return absl::StrCat("`", CommandName(), " prove --generation=", word, "`");
}

absl::Status NothingMatches(const Command& command, const std::string& pattern,
                            const std::vector<std::string>& names) {
  if (const std::string meant = MeantOtherwise(pattern); !meant.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(pattern, ": is no scenario: did you mean ", meant, "?"));
  }
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
  const std::vector<Pattern> patterns = PatternsOf(command, names);
  for (const Pattern& pattern : patterns) {
    const bool known = std::any_of(names.begin(), names.end(),
                                   [&](const std::string& name) { return pattern.Matches(name); });
    if (!known) return NothingMatches(command, pattern.text, names);
  }
  std::vector<const RmapScenario*> chosen;
  for (const RmapScenario& scenario : scenarios) {
    const auto named = [&](const Pattern& p) { return p.Matches(scenario.name); };
    const bool all = patterns.empty();
    if (all || std::any_of(patterns.begin(), patterns.end(), named)) chosen.push_back(&scenario);
  }
  return chosen;
}

// Scenarios say what is to be expected under RC11.
Job MakeJob(const RmapScenario& scenario, const Kernel& kernel, MemoryModelKind memory_model) {
  const bool known = memory_model == MemoryModelKind::kRc11;
  return {&scenario, kernel, known ? ExpectedViolation(scenario, kernel) : std::nullopt, nullptr};
}

bool HasAll(rmap::Generation generation, const std::vector<rmap::Fix>& fixes) {
  return std::all_of(fixes.begin(), fixes.end(),
                     [&](rmap::Fix fix) { return rmap::Has(generation, fix); });
}

// Whether the repair makes a difference in a kernel of that generation that lacks it.
bool HasPlace(rmap::Generation generation, const rmap::FixInfo& fix) {
  return !fix.needs.has_value() || rmap::Has(generation, *fix.needs);
}

// Returns: the newest generation to which the repair can be given; nothing if there is none.
std::optional<rmap::Generation> NewestThatLacks(const rmap::FixInfo& fix) {
  std::optional<rmap::Generation> newest;
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    const bool lacks = info.modelled && !rmap::Has(info.generation, fix.fix);
    if (lacks && HasPlace(info.generation, fix)) newest = info.generation;
  }
  return newest;
}

// Returns: what to do to have a kernel to which the repair can be given.
std::string HowToLack(const rmap::FixInfo& fix) {
  const std::optional<rmap::Generation> lacks = NewestThatLacks(fix);
  if (lacks.has_value()) return absl::StrCat("give --generation=", rmap::Name(*lacks));
  std::string how = "leave it out";
  for (const rmap::KsmStateInfo& info : rmap::KsmStates()) {
    if (!rmap::Has(info.state, fix.fix)) how = absl::StrCat("give --ksm=", info.name);
  }
  return how;
}

bool IsOlder(const Kernel& kernel, const rmap::FixInfo& mistake) {
  if (mistake.ksm.has_value() && kernel.ksm() < mistake.ksm->born) return true;
  return kernel.generation() < mistake.born;
}

// Returns: whether --with can give it that repair; if not, why.
absl::Status CanBeGiven(const Kernel& base, rmap::Fix fix) {
  const rmap::FixInfo& info = rmap::Info(fix);
  const bool has_place = HasPlace(base.generation(), info);
  if (!base.Has(fix) && has_place) return absl::OkStatus();
  const char* const why = !base.Has(fix)        ? " has no place for that fix"
                          : IsOlder(base, info) ? " is older than that mistake"
                                                : " has that fix already";
  return absl::InvalidArgumentError(
      absl::StrCat("--with=", info.id, ": ", base.Name(), why, ": ", HowToLack(info)));
}

// Returns: the first state of KSM after the kernel's by which it would have the repair; nothing if
// it has it, or if none would.
const rmap::KsmStateInfo* StateThatHas(const Kernel& base, rmap::Fix fix) {
  for (const rmap::KsmStateInfo& info : rmap::KsmStates()) {
    if (info.state >= base.ksm() && rmap::Has(info.state, fix)) {
      return info.state == base.ksm() ? nullptr : &info;
    }
  }
  return nullptr;
}

absl::Status DoesNotHave(const Kernel& base, rmap::Fix fix) {
  const rmap::Generation generation = base.generation();
  const std::string flag = absl::StrCat("--without=", rmap::Name(fix), ": ");
  if (const rmap::KsmStateInfo* const state = StateThatHas(base, fix)) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, base.Name(), " does not have that fix anyway: give --ksm=", state->name,
                     " or a later one"));
  }
  if (rmap::Has(generation, fix)) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, "the script's kernel is ", base.Name(), " already: leave it out"));
  }
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    if (info.generation < generation || !info.modelled || !rmap::Has(info.generation, fix))
      continue;
    return absl::InvalidArgumentError(absl::StrCat(flag, rmap::Name(generation),
                                                   " does not have that fix anyway: give ",
                                                   "--generation=", info.name, " or a later one"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(flag, rmap::Name(generation), " does not have that fix anyway: leave it out"));
}

// Returns: the kernel that --generation means for a scenario, or its own.
Kernel Base(const Command& command, const RmapScenario& scenario) {
  if (command.ksm.has_value()) return Kernel(*command.ksm);
  if (command.generation.has_value()) return Kernel(*command.generation);
  if (scenario.newest_only) return Kernel().WithAll();
  const bool fits = command.with_all || HasAll(scenario.default_generation, command.without);
  return fits ? Kernel(scenario.default_generation) : Kernel();
}

// Returns: the kernel that --with and --without make of this one.
absl::StatusOr<Kernel> Changed(const Command& command, const Kernel& base) {
  Kernel full = command.with_all ? base.WithAll() : base;
  for (rmap::Fix fix : command.with) {
    const absl::Status can = CanBeGiven(base, fix);
    if (!can.ok()) return can;
    full = full.With(fix);
  }
  Kernel kernel = full;
  for (rmap::Fix fix : command.without) {
    if (!full.Has(fix)) return DoesNotHave(base, fix);
    kernel = kernel.Without(fix);
  }
  return kernel;
}

bool ChoosesKernel(const Command& command) {
  return command.generation.has_value() || command.ksm.has_value() || !command.without.empty() ||
         !command.with.empty() || command.with_all;
}

// Returns: the kernels that the command asks a scenario to be proved on; none if it is younger.
absl::StatusOr<std::vector<Kernel>> KernelsFor(const Command& command,
                                               const RmapScenario& scenario) {
  if (!ChoosesKernel(command)) return KernelsToProve(scenario);
  const absl::StatusOr<Kernel> kernel = Changed(command, Base(command, scenario));
  if (!kernel.ok()) return kernel.status();
  if (!CanRun(scenario, *kernel)) return std::vector<Kernel>();
  return std::vector<Kernel>{*kernel};
}

// Whether samepage merging is at a state that could not yet do what any script may ask of it, which
// no repair gives it: to find who inherited a page, or where it is when it moves (docs/KSM.md).
bool MayMissMerged(const Kernel& kernel) {
  return kernel.ksm() >= rmap::KsmState::kSwappable && kernel.ksm() < rmap::kNewestKsmState;
}

// Scripts say nothing else than that they hold.
Job MakeScriptJob(std::shared_ptr<const ScriptScenario> script, const Kernel& kernel,
                  MemoryModelKind memory_model) {
  const RmapScenario* const scenario = &script->scenario;
  Job job{scenario, kernel, std::nullopt, std::move(script)};
  const bool known = memory_model == MemoryModelKind::kRc11 && !MayMissMerged(kernel);
  if (known) job.expected_failure = "";
  return job;
}

// Fails: as SelectJobs.
absl::StatusOr<Job> JobOfFile(const Command& command, const std::string& file) {
  const auto script = ReadScript(file);
  if (!script.ok()) return script.status();
  Kernel base = (*script)->kernel.value_or(Kernel().WithAll());
  if (command.generation.has_value()) base = Kernel(*command.generation);
  if (command.ksm.has_value()) base = Kernel(*command.ksm);
  const absl::StatusOr<Kernel> kernel = Changed(command, base);
  if (!kernel.ok()) return kernel.status();
  return MakeScriptJob(*script, *kernel, command.memory_model);
}

// Adds the jobs of the arguments that are files, and takes these from the command.
absl::Status TakeFiles(Command& command, std::vector<Job>& jobs) {
  for (const std::string& argument : command.arguments) {
    if (!IsScriptFile(argument)) continue;
    const absl::StatusOr<Job> job = JobOfFile(command, argument);
    if (!job.ok()) return job.status();
    jobs.push_back(*job);
  }
  std::erase_if(command.arguments, IsScriptFile);
  return absl::OkStatus();
}

// All are about later generations, or about later states.
absl::Status AllAreYoungerThan(rmap::KsmState state,
                               const std::vector<const RmapScenario*>& chosen) {
  const rmap::KsmStateInfo* first = nullptr;
  for (const rmap::KsmStateInfo& info : rmap::KsmStates()) {
    const auto can_run = [&](const auto* one) { return CanRun(*one, Kernel(info.state)); };
    if (first == nullptr && std::any_of(chosen.begin(), chosen.end(), can_run)) first = &info;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--ksm=", rmap::Name(state), ": is older than what the scenario is about: ",
                   first == nullptr ? "leave it out"
                                    : absl::StrCat("give --ksm=", first->name, " or a later one")));
}

// Requires: one of the two flags is given.
absl::Status AllAreYounger(const Command& command, const std::vector<const RmapScenario*>& chosen) {
  if (command.ksm.has_value()) return AllAreYoungerThan(*command.ksm, chosen);
  rmap::Generation since = rmap::NewestGeneration();
  for (const RmapScenario* scenario : chosen) since = std::min(since, scenario->since);
  return absl::InvalidArgumentError(absl::StrCat(
      "--generation=", rmap::Name(*command.generation),
      ": is older than what the scenario is about: give --generation=", rmap::Name(since),
      " or a later one"));
}

// Returns: the pair of kernels that shows the bug by the scenario.
std::optional<JobPair> FindPair(const rmap::FixInfo& fix, const RmapScenario& scenario,
                                MemoryModelKind memory_model) {
  const bool shown =
      std::any_of(scenario.bugs.begin(), scenario.bugs.end(),
                  [&](const RmapBug& bug) { return bug.fix == fix.fix && bug.shown; });
  if (!shown) return std::nullopt;
  const std::optional<RmapKernelPair> pair = KernelsThatShow(scenario, fix.fix);
  if (!pair.has_value()) return std::nullopt;
  return JobPair{MakeJob(scenario, pair->without, memory_model),
                 MakeJob(scenario, pair->with, memory_model)};
}

void AddCases(const rmap::FixInfo& fix, const Scenarios& scenarios, MemoryModelKind memory_model,
              std::vector<BugCase>& cases) {
  const std::size_t before = cases.size();
  for (const RmapScenario& scenario : scenarios) {
    const std::optional<JobPair> pair = FindPair(fix, scenario, memory_model);
    if (pair.has_value()) cases.push_back({&fix, pair});
  }
  if (cases.size() == before) cases.push_back({&fix, std::nullopt});
}

absl::Status CheckIds(const std::vector<std::string>& ids, std::span<const rmap::FixInfo> fixes) {
  std::vector<std::string> known;
  for (const rmap::FixInfo& fix : fixes) known.push_back(fix.id);
  for (const std::string& id : ids) {
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(id, ": is no known bug: ", Suggestion(id, known)));
  }
  return absl::OkStatus();
}

// Whether tests hold the scenario's verdict on the kernel to what is expected. What would follow
// for other kernels is a guess.
bool IsListed(const RmapScenario& scenario, const Kernel& kernel) {
  const std::vector<Kernel> noted = NotedKernels(scenario);
  return std::find(noted.begin(), noted.end(), kernel) != noted.end();
}

}  // namespace

absl::StatusOr<Job> FindJob(std::string_view name, const std::string& source,
                            const Scenarios& scenarios) {
  const std::size_t on = name.rfind(kOn);  // A file's name may be anything.
  const std::string scenario_name(name.substr(0, on));
  const absl::Status missing =
      absl::NotFoundError(absl::StrCat("there is no scenario \"", scenario_name, "\""));
  if (on == std::string_view::npos) return missing;
  const absl::StatusOr<Kernel> kernel = rmap::ParseKernel(name.substr(on + kOn.size()));
  if (!source.empty()) {
    const auto script = MakeScript(scenario_name, source);
    if (!script.ok()) return script.status();
    if (!kernel.ok()) return kernel.status();
    return MakeScriptJob(*script, *kernel, MemoryModelKind::kRc11);
  }
  for (const RmapScenario& scenario : scenarios) {
    if (scenario.name != scenario_name) continue;
    if (!kernel.ok()) return kernel.status();
    return MakeJob(scenario, *kernel, MemoryModelKind::kRc11);
  }
  return missing;
}

absl::StatusOr<std::vector<Job>> SelectJobs(const Command& given, const Scenarios& scenarios) {
  Command command = given;
  std::vector<Job> jobs;
  const absl::Status taken = TakeFiles(command, jobs);
  if (!taken.ok()) return taken;
  if (!jobs.empty() && command.arguments.empty()) return jobs;
  const auto chosen = Chosen(command, scenarios);
  if (!chosen.ok()) return chosen.status();
  for (const RmapScenario* scenario : *chosen) {
    const absl::StatusOr<std::vector<Kernel>> kernels = KernelsFor(command, *scenario);
    if (!kernels.ok()) return kernels.status();
    for (const Kernel& kernel : *kernels) {
      jobs.push_back(MakeJob(*scenario, kernel, command.memory_model));
      if (!IsListed(*scenario, kernel)) jobs.back().expected_failure.reset();
    }
  }
  const bool is_old = command.generation.has_value() || command.ksm.has_value();
  if (jobs.empty() && is_old) return AllAreYounger(command, *chosen);
  return jobs;
}

bool IsShown(const rmap::FixInfo& fix, const Scenarios& scenarios) {
  return std::any_of(scenarios.begin(), scenarios.end(), [&](const RmapScenario& scenario) {
    return FindPair(fix, scenario, MemoryModelKind::kRc11).has_value();
  });
}

absl::StatusOr<std::vector<BugCase>> SelectBugs(const Command& command,
                                                std::span<const rmap::FixInfo> fixes,
                                                const Scenarios& scenarios) {
  const absl::Status known = CheckIds(command.arguments, fixes);
  if (!known.ok()) return known;
  std::vector<BugCase> cases;
  for (const rmap::FixInfo& fix : fixes) {
    const std::vector<std::string>& ids = command.arguments;
    const bool asked = ids.empty() || std::find(ids.begin(), ids.end(), fix.id) != ids.end();
    if (asked) AddCases(fix, scenarios, command.memory_model, cases);
  }
  return cases;
}

}  // namespace cli

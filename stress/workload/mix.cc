// The profiles, and the written form of weights. Numbers are guesses that were tried: each profile
// reaches what it is named after, and none leaves a verb out but those of merging.
#include "stress/workload/mix.h"

#include <initializer_list>
#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/suggestion.h"
#include "cli/words.h"
#include "core/scripts/script_text.h"

namespace workload {

using rmap::kVerbCount;

namespace {

using rmap::Verb;

struct VerbWeight {
  Verb verb;
  std::uint32_t weight;
};

// Every verb but those of merging, without which a machine does not merge; and most often what
// programs do most often.
constexpr VerbWeight kGeneral[] = {
    {Verb::kStart, 1},        {Verb::kFork, 8},       {Verb::kExit, 6},     {Verb::kMap, 8},
    {Verb::kMapStack, 2},     {Verb::kUnmap, 6},      {Verb::kProtect, 10}, {Verb::kMove, 6},
    {Verb::kGrowHeap, 3},     {Verb::kLock, 3},       {Verb::kUnlock, 3},   {Verb::kBind, 4},
    {Verb::kTakeAllLocks, 1}, {Verb::kCheckMm, 2},    {Verb::kRead, 14},    {Verb::kWrite, 18},
    {Verb::kDirectIo, 3},     {Verb::kReferenced, 6}, {Verb::kReclaim, 8},  {Verb::kMigrate, 8},
    {Verb::kPoison, 1},
};

Mix GeneralMix() {
  Mix mix;
  for (const auto& [verb, weight] : kGeneral) mix.weights[verb] = weight;
  return mix;
}

Mix With(Mix mix, std::initializer_list<VerbWeight> weights) {
  for (const auto& [verb, weight] : weights) mix.weights[verb] = weight;
  return mix;
}

// Processes come and go; what they leave behind is looked at from pages.
Mix LifetimeMix() {
  Mix mix = With(GeneralMix(), {{Verb::kFork, 30}, {Verb::kExit, 30}, {Verb::kReferenced, 12}});
  mix.processes = 8;
  return mix;
}

// VMAs are split, merged and moved, in few pages, so that they touch.
Mix BoundariesMix() {
  Mix mix = With(GeneralMix(), {{Verb::kProtect, 40},
                                {Verb::kMap, 16},
                                {Verb::kUnmap, 12},
                                {Verb::kMove, 16},
                                {Verb::kBind, 12},
                                {Verb::kMigrate, 16},
                                {Verb::kLock, 2},
                                {Verb::kUnlock, 2}});
  mix.pages = 7;
  return mix;
}

// First faults, and the anon_vmas they make or borrow.
Mix FaultsMix() {
  Mix mix = With(GeneralMix(), {{Verb::kMap, 24},
                                {Verb::kUnmap, 16},
                                {Verb::kRead, 30},
                                {Verb::kWrite, 40},
                                {Verb::kMapStack, 6}});
  mix.processes = 3;
  mix.pages = 6;
  return mix;
}

// Pages go and come back: swap is small and reclaim busy.
Mix SwapMix() {
  Mix mix = With(GeneralMix(), {{Verb::kReclaim, 40},
                                {Verb::kRead, 40},
                                {Verb::kWrite, 40},
                                {Verb::kLock, 8},
                                {Verb::kUnlock, 8},
                                {Verb::kDirectIo, 8}});
  mix.pages = 4;
  mix.swap_slots = 3;
  return mix;
}

// Memory runs out at every turn.
Mix ScarceMix() {
  Mix mix = GeneralMix();
  mix.scarcity = 1000;
  return mix;
}

// ksmd goes round, and many write the same.
Mix KsmMix() {
  return With(GeneralMix(), {{Verb::kMergeable, 12},
                             {Verb::kUnmergeable, 4},
                             {Verb::kStore, 40},
                             {Verb::kScan, 60},
                             {Verb::kUnmergeAll, 1}});
}

std::optional<Verb> FindVerb(std::string_view name) {
  for (int verb = 0; verb < kVerbCount; ++verb) {
    if (name == rmap::VerbName(static_cast<Verb>(verb))) return static_cast<Verb>(verb);
  }
  return std::nullopt;
}

std::vector<std::string> VerbNames() {
  std::vector<std::string> names;
  for (int verb = 0; verb < kVerbCount; ++verb) {
    names.emplace_back(rmap::VerbName(static_cast<Verb>(verb)));
  }
  return names;
}

absl::Status Wrong(std::string_view text, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("\"", cli::OneLine(text), "\": ", what));
}

absl::Status SetWeight(std::string_view text, Weights& weights) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  if (parts.size() != 2) return Wrong(text, "is no weight: write VERB:N, as in fork:3");
  const std::optional<Verb> verb = FindVerb(parts[0]);
  if (!verb.has_value()) {
    return Wrong(parts[0], "is no verb: " + cli::Suggestion(parts[0], VerbNames()));
  }
  std::uint32_t weight = 0;
  if (!absl::SimpleAtoi(parts[1], &weight) || weight > kWeightMax) {
    return Wrong(text, absl::StrCat("is no weight: write a whole number from 0 to ", kWeightMax));
  }
  weights[*verb] = weight;
  return absl::OkStatus();
}

}  // namespace

std::span<const Profile> Profiles() {
  static const auto& profiles = *new std::vector<Profile>{
      {"general", "everything", GeneralMix()},
      {"lifetime", "processes come and go", LifetimeMix()},
      {"boundaries", "VMAs are split, merged and moved", BoundariesMix()},
      {"faults", "first faults in new VMAs", FaultsMix()},
      {"swap", "pages go and come back", SwapMix()},
      {"ksm", "equal pages are merged", KsmMix()},
      {"scarce", "everything, and memory runs out", ScarceMix()},
  };
  return profiles;
}

const Profile* FindProfile(std::string_view name) {
  for (const Profile& profile : Profiles()) {
    if (name == profile.name) return &profile;
  }
  return nullptr;
}

absl::Status SetWeights(std::string_view text, Weights& weights) {
  Weights changed = weights;
  const std::vector<std::string_view> parts =
      absl::StrSplit(text, absl::ByAnyChar(", \t\r\n"), absl::SkipEmpty());
  if (parts.empty()) return Wrong(text, "has no weights: write VERB:N, as in fork:3");
  for (std::string_view part : parts) {
    const absl::Status set = SetWeight(part, changed);
    if (!set.ok()) return set;
  }
  if (WeightOf(changed, Side::kProgram) == 0 || WeightOf(changed, Side::kPage) == 0) {
    return Wrong(text, "leaves nothing to do, in processes or from pages: give some verb a weight");
  }
  weights = changed;
  return absl::OkStatus();
}

std::string ToText(const Weights& weights) {
  std::vector<std::string> parts;
  for (int verb = 0; verb < kVerbCount; ++verb) {
    const Verb as_verb = static_cast<Verb>(verb);
    parts.push_back(absl::StrCat(rmap::VerbName(as_verb), ":", weights[as_verb]));
  }
  return absl::StrJoin(parts, ",");
}

Side SideOf(rmap::Verb verb) {
  if (verb >= Verb::kScan) return Side::kKsmd;
  return verb >= Verb::kReferenced ? Side::kPage : Side::kProgram;
}

std::uint32_t WeightOf(const Weights& weights, Side side) {
  std::uint32_t sum = 0;
  for (int verb = 0; verb < kVerbCount; ++verb) {
    const Verb as_verb = static_cast<Verb>(verb);
    if (SideOf(as_verb) == side) sum += weights[as_verb];
  }
  return sum;
}

}  // namespace workload

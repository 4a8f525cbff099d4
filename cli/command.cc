// The table of commands and the loop over words. What each flag means is in flags.cc.
// A first word that is no command is an argument of `prove`, which checks whether it names a thing.
#include "cli/command.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/flags.h"
#include "cli/suggestion.h"
#include "cli/words.h"

namespace cli {
namespace {

constexpr std::pair<const char*, Verb> kVerbs[] = {
    {"prove", Verb::kProve}, {"bugs", Verb::kBugs},     {"claims", Verb::kClaims},
    {"locks", Verb::kLocks}, {"litmus", Verb::kLitmus}, {"replay", Verb::kReplay},
    {"merge", Verb::kMerge}, {"run", Verb::kRun},       {"list", Verb::kList},
    {"help", Verb::kHelp},
};

std::optional<Verb> FindVerb(std::string_view name) {
  for (const auto& [known, verb] : kVerbs) {
    if (name == known) return verb;
  }
  return std::nullopt;
}

std::string VerbName(Verb verb) {
  for (const auto& [name, known] : kVerbs) {
    if (known == verb) return name;
  }
  return "";
}

void AddArgument(Command& command, const std::string& word) {
  const bool may_be_verb = !command.verb_given && command.arguments.empty();
  const std::optional<Verb> verb = may_be_verb ? FindVerb(word) : std::nullopt;
  if (verb.has_value()) {
    command.verb = *verb;
    command.verb_given = true;
  } else {
    command.arguments.push_back(word);
  }
}

// A flag as typed, and its value where one came with it.
struct GivenFlag {
  const Flag* flag;
  std::string value;
};

absl::Status CheckTwice(const std::vector<GivenFlag>& given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (given[i].flag != given[j].flag || given[i].flag->repeats) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("--", given[i].flag->name, ": is given twice: give it once"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFixes(const Command& command) {
  for (rmap::Fix fix : command.with) {
    const std::vector<rmap::Fix>& without = command.without;
    if (std::find(without.begin(), without.end(), fix) == without.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--with=", rmap::Name(fix), ": is taken away by --without: leave one out"));
  }
  return absl::OkStatus();
}

absl::Status CheckKsm(const Command& command) {
  const bool fits = command.generation.value_or(rmap::Generation::kG0) == rmap::Generation::kG0;
  if (!command.ksm.has_value() || fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--ksm=", rmap::Name(*command.ksm), ": ",
                                                 "is a state before G1: leave --generation out"));
}

absl::Status CheckUsage(const Command& command, const std::vector<GivenFlag>& given) {
  for (const GivenFlag& g : given) {
    if (AppliesTo(*g.flag, command.verb)) continue;
    return absl::InvalidArgumentError(absl::StrCat("--", g.flag->name, ": means nothing to `",
                                                   VerbName(command.verb), "`: leave it out"));
  }
  const std::size_t count = command.arguments.size();
  if (command.verb == Verb::kReplay && count != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("replay: takes one file, not ", count, ": ", CommandName(), " replay FILE"));
  }
  if (command.verb == Verb::kLitmus && count == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("litmus: no file is given: ", CommandName(), " litmus FILE..."));
  }
  if (command.verb == Verb::kMerge && count == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("merge: no file is given: ", CommandName(), " merge FILE..."));
  }
  if (command.verb == Verb::kRun && count == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("run: takes a program: ", CommandName(), " run PROGRAM [-- ARGUMENT...]"));
  }
  const bool takes_none = command.verb == Verb::kList || command.verb == Verb::kHelp;
  if (takes_none && count != 0) {
    return absl::InvalidArgumentError(absl::StrCat(VerbName(command.verb),
                                                   ": takes no argument, such as \"",
                                                   command.arguments[0], "\": leave it out"));
  }
  for (const std::string& argument : command.arguments) {
    if (!argument.empty() || command.verb == Verb::kRun) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        VerbName(command.verb), ": takes no empty argument, such as \"\": leave it out"));
  }
  return absl::OkStatus();
}

}  // namespace

const std::vector<std::string>& VerbNames() {
  static const auto* const names = [] {
    auto* made = new std::vector<std::string>();
    for (const auto& [name, verb] : kVerbs) made->push_back(name);
    return made;
  }();
  return *names;
}

absl::StatusOr<Command> ParseCommand(std::span<const std::string> words) {
  Command command;
  std::vector<GivenFlag> given;
  bool flags_ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (flags_ended || word.size() < 2 || word[0] != '-') {
      AddArgument(command, word);
    } else if (word == "--") {
      flags_ended = true;
    } else if (word == "--help" || word == "-h") {
      command.verb = Verb::kHelp;
      return command;
    } else {
      const std::size_t equals = word.find('=');
      const absl::StatusOr<const Flag*> flag = FindFlag(word.substr(0, equals));
      if (!flag.ok()) return flag.status();
      const bool separate = equals == std::string::npos && (*flag)->takes_value;
      if (separate && i + 1 == words.size()) return NoValue(**flag);
      if (!(*flag)->takes_value && equals != std::string::npos) return NeedlessValue(**flag);
      given.push_back({*flag, separate                      ? words[++i]
                              : equals == std::string::npos ? ""
                                                            : word.substr(equals + 1)});
    }
  }
  const absl::Status twice = CheckTwice(given);
  if (!twice.ok()) return twice;
  for (const GivenFlag& g : given) {
    const absl::Status set = g.flag->set(command, g.value);
    if (!set.ok()) return set;
  }
  const absl::Status fixes = CheckFixes(command);
  if (!fixes.ok()) return fixes;
  const absl::Status ksm = CheckKsm(command);
  if (!ksm.ok()) return ksm;
  const absl::Status usage = CheckUsage(command, given);
  if (!usage.ok()) return usage;
  return command;
}

}  // namespace cli

// The flags as a table: a name, and what its value does to the options.
// Those that the command has too are called as there.
#include "models/program/options.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace models::program {
namespace {

template <typename Number>
bool SetNumber(const std::string& value, Number& to) {
  std::uint64_t number = 0;
  if (!absl::SimpleAtoi(value, &number) || !std::in_range<Number>(number)) return false;
  to = static_cast<Number>(number);
  return true;
}

bool SetModel(const std::string& value, MemoryModelKind& to) {
  for (MemoryModelKind kind :
       {MemoryModelKind::kRc11, MemoryModelKind::kCpp20, MemoryModelKind::kSc}) {
    if (value != MemoryModelName(kind)) continue;
    to = kind;
    return true;
  }
  return false;
}

bool SetNondet(const std::string& value, Settings& to) {
  const std::vector<std::string> ends = absl::StrSplit(value, "..");
  constexpr std::int64_t kValuesMax = 1'000'000;  // Each is an execution, at least.
  return ends.size() == 2 && absl::SimpleAtoi(ends[0], &to.nondet_min) &&
         absl::SimpleAtoi(ends[1], &to.nondet_max) && to.nondet_min <= to.nondet_max &&
         std::int64_t{to.nondet_max} - to.nondet_min < kValuesMax;
}

bool SetTrace(const std::string& value, RunOptions& to) {
  to.trace = value != "none";
  to.full_trace = value == "full";
  return value == "none" || value == "brief" || value == "text" || value == "full";
}

bool SetBool(const std::string& value, bool& to) {
  to = value == "yes";
  return value == "yes" || value == "no";
}

struct Flag {
  const char* name;
  const char* value;
  bool (*set)(const std::string& value, RunOptions& to);
};

constexpr Flag kFlags[] = {
    {"memory_model", "rc11|cpp20|sc",
     [](const std::string& v, RunOptions& to) { return SetModel(v, to.check.memory_model); }},
    {"executions_max", "N",
     [](const std::string& v, RunOptions& to) { return SetNumber(v, to.check.executions_max); }},
    {"events_max", "N",  // Events are counted in 16 bits.
     [](const std::string& v, RunOptions& to) {
       return SetNumber(v, to.check.events_max) && to.check.events_max < 0xffff;
     }},
    {"seconds_max", "S",
     [](const std::string& v, RunOptions& to) {
       return absl::SimpleAtod(v, &to.check.seconds_max) && to.check.seconds_max >= 0;
     }},
    {"unroll_max", "N",
     [](const std::string& v, RunOptions& to) { return SetNumber(v, to.settings.unroll_max); }},
    {"nondet", "MIN..MAX",
     [](const std::string& v, RunOptions& to) { return SetNondet(v, to.settings); }},
    {"leaks", "yes|no",
     [](const std::string& v, RunOptions& to) { return SetBool(v, to.check.watches_leaks); }},
    {"output", "yes|no",
     [](const std::string& v, RunOptions& to) { return SetBool(v, to.shows_output); }},
    {"format", "text|json",
     [](const std::string& v, RunOptions& to) {
       to.json = v == "json";
       return v == "text" || v == "json";
     }},
    {"trace", "brief|text|full|none", &SetTrace},
    {"replay", "FILE",
     [](const std::string& v, RunOptions& to) { return !(to.replay = v).empty(); }},
    {"replay_dir", "FOLDER",
     [](const std::string& v, RunOptions& to) { return !(to.replay_dir = v).empty(); }},
    {"expect", "holds|violated|undecided|KIND-OF-FAILURE",
     [](const std::string& v, RunOptions& to) {
       to.expected = absl::StrReplaceAll(v, {{"-", " "}});
       return !v.empty();
     }},
    {"executions", "N",
     [](const std::string& v, RunOptions& to) {
       return SetNumber(v, to.expected_executions.emplace());
     }},
    {"blocked", "N",
     [](const std::string& v, RunOptions& to) {
       return SetNumber(v, to.expected_blocked.emplace());
     }},
};

absl::Status SetFlag(const std::string& word, RunOptions& to) {
  std::vector<std::string> known;
  for (const Flag& flag : kFlags) {
    const std::string begin = absl::StrCat("--", flag.name, "=");
    known.push_back(absl::StrCat("--", flag.name));
    if (!word.starts_with(begin)) continue;
    if (flag.set(word.substr(begin.size()), to)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(word, ": is no value for it: write ", begin, flag.value));
  }
  return absl::InvalidArgumentError(absl::StrCat(word,
                                                 ": is no flag of a checked program: there are ",
                                                 absl::StrJoin(known, " "), ", each with =value"));
}

}  // namespace

absl::StatusOr<RunOptions> ParseOptions(const std::string& words) {
  RunOptions options;
  options.check.watches_leaks = false;
  for (const std::string& word : std::vector<std::string>(absl::StrSplit(words, ' '))) {
    if (word.empty()) continue;
    const absl::Status set = SetFlag(word, options);
    if (!set.ok()) return set;
  }
  return options;
}

}  // namespace models::program

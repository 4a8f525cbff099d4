// One reader for each flag, then the table.
// Every message has the form "--flag=value: what is wrong: the mend".
#include "cli/flags.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "cli/suggestion.h"

namespace cli {
namespace {

using models::MemoryModelKind;

absl::Status Wrong(const char* flag, const std::string& value, const std::string& what,
                   const std::string& mend) {
  return absl::InvalidArgumentError(absl::StrCat("--", flag, "=", value, ": ", what, ": ", mend));
}

absl::Status Unknown(const char* flag, const std::string& value, const char* what,
                     const std::vector<std::string>& known) {
  return Wrong(flag, value, absl::StrCat("is no ", what), Suggestion(value, known));
}

// A flag that has one of a few values.
template <typename Value>
absl::Status SetOneOf(const char* flag, const char* what, const std::string& value,
                      const std::vector<std::pair<std::string, Value>>& known, Value& to) {
  std::vector<std::string> names;
  for (const auto& [name, meaning] : known) {
    if (name == value) {
      to = meaning;
      return absl::OkStatus();
    }
    names.push_back(name);
  }
  return Unknown(flag, value, what, names);
}

absl::Status SetFormat(Command& command, const std::string& value) {
  return SetOneOf<Format>("format", "format", value,
                          {{"text", Format::kText}, {"json", Format::kJson}}, command.format);
}

absl::Status SetTrace(Command& command, const std::string& value) {
  return SetOneOf<TraceStyle>("trace", "way to show a failing execution", value,
                              {{"brief", TraceStyle::kBrief},
                               {"text", TraceStyle::kText},
                               {"full", TraceStyle::kFull},
                               {"dot", TraceStyle::kDot},
                               {"none", TraceStyle::kNone}},
                              command.trace);
}

absl::Status SetMemoryModel(Command& command, const std::string& value) {
  const std::optional<MemoryModelKind> kind = FindMemoryModel(value);
  if (!kind.has_value()) {
    return Unknown("memory_model", value, "memory model", {"rc11", "cpp20", "sc"});
  }
  command.memory_model = *kind;
  return absl::OkStatus();
}

absl::Status SetCount(const char* flag, const std::string& value, std::uint64_t min,
                      std::uint64_t max, std::uint64_t& to) {
  std::uint64_t count = 0;
  const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || !absl::SimpleAtoi(value, &count) || count < min || count > max) {
    return Wrong(flag, value, "is no number that fits",
                 absl::StrCat("give a whole number from ", min, " to ", max));
  }
  to = count;
  return absl::OkStatus();
}

absl::Status SetExecutionsMax(Command& command, const std::string& value) {
  command.executions_max_given = true;
  return SetCount("executions_max", value, 0, std::numeric_limits<std::uint64_t>::max(),
                  command.executions_max);
}

absl::Status SetEventsMax(Command& command, const std::string& value) {
  constexpr std::uint64_t kEventsMost = 60'000;  // An event's index has 16 bits.
  std::uint64_t count = command.events_max;
  const absl::Status status = SetCount("events_max", value, 1, kEventsMost, count);
  command.events_max = count;
  return status;
}

absl::Status SetSecondsMax(Command& command, const std::string& value) {
  double seconds = 0;
  const bool digits = value.find_first_not_of("0123456789.") == std::string::npos;
  if (!digits || !absl::SimpleAtod(value, &seconds) || !std::isfinite(seconds)) {
    return Wrong("seconds_max", value, "is no number of seconds",
                 "give one such as 60 or 0.5, or 0 for no limit");
  }
  command.seconds_max = seconds;
  return absl::OkStatus();
}

absl::Status SetJobs(Command& command, const std::string& value) {
  constexpr std::uint64_t kMost = 256;
  return SetCount("jobs", value, 1, kMost, command.jobs);
}

absl::Status SetCheckpoint(Command& command, const std::string& value) {
  if (value.empty()) return Wrong("checkpoint", value, "is empty", "give a file");
  command.checkpoint = value;
  return absl::OkStatus();
}

absl::Status SetResume(Command& command, const std::string& value) {
  if (value.empty()) return Wrong("resume", value, "is empty", "give a file");
  command.resume = value;
  return absl::OkStatus();
}

absl::Status WrongShard(const std::string& value) {
  return Wrong("shard", value, "is no shard",
               "give one such as 3/16, or bazel for that of a sharded test");
}

// "bazel" is what TEST_SHARD_INDEX and TEST_TOTAL_SHARDS say; all of it, if they say nothing.
absl::Status SetShard(Command& command, const std::string& value) {
  constexpr int kMost = 1024;
  std::vector<std::string> words = absl::StrSplit(value, '/');
  if (value == "bazel") {
    const char* const index = std::getenv("TEST_SHARD_INDEX");
    const char* const count = std::getenv("TEST_TOTAL_SHARDS");
    const bool sharded = index != nullptr && count != nullptr;
    int from_zero = 0;
    if (sharded && !absl::SimpleAtoi(index, &from_zero)) return WrongShard(value);
    words = {absl::StrCat(from_zero + 1), sharded ? count : "1"};
  }
  int number = 0;
  int count = 0;
  if (words.size() != 2 || !absl::SimpleAtoi(words[0], &number) ||
      !absl::SimpleAtoi(words[1], &count)) {
    return WrongShard(value);
  }
  if (number < 1 || number > count || count > kMost) return WrongShard(value);
  command.shard = models::Shard{number - 1, count};
  return absl::OkStatus();
}

absl::Status SetShardResult(Command& command, const std::string& value) {
  if (value.empty()) return Wrong("shard_result", value, "is empty", "give a file");
  command.shard_result = value;
  return absl::OkStatus();
}

absl::Status SetReplayDir(Command& command, const std::string& value) {
  if (value.empty()) return Wrong("replay_dir", value, "is empty", "give a folder");
  command.replay_dir = value;
  return absl::OkStatus();
}

absl::Status UnknownFix(const char* flag, const std::string& id, bool may_be_all) {
  std::vector<std::string> known;
  if (may_be_all) known.push_back("all");
  for (const rmap::FixInfo& info : rmap::Fixes()) known.push_back(info.id);
  return Unknown(flag, id, "known fix", known);
}

// Reads "KH-22,KH-25". Where `all` is given, that word stands for every fix.
absl::Status AddFixes(const char* flag, const std::string& value, std::vector<rmap::Fix>& to,
                      bool* all = nullptr) {
  for (const std::string& id : std::vector<std::string>(absl::StrSplit(value, ','))) {
    if (id.empty()) return Wrong(flag, value, "has an empty name", "leave it out");
    const std::optional<rmap::Fix> fix = rmap::FindFix(id);
    if (fix.has_value()) {
      if (std::find(to.begin(), to.end(), *fix) == to.end()) to.push_back(*fix);
    } else if (all != nullptr && id == "all") {
      *all = true;
    } else {
      return UnknownFix(flag, id, all != nullptr);
    }
  }
  return absl::OkStatus();
}

absl::Status SetWithout(Command& command, const std::string& value) {
  return AddFixes("without", value, command.without);
}

absl::Status SetWith(Command& command, const std::string& value) {
  return AddFixes("with", value, command.with, &command.with_all);
}

absl::Status SetGeneration(Command& command, const std::string& value) {
  const std::optional<rmap::Generation> generation = rmap::FindGeneration(value);
  std::vector<std::string> known;
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    if (info.modelled) known.push_back(info.name);
  }
  if (generation.has_value() && !rmap::IsModelled(*generation)) {
    return Wrong("generation", value, "is a kernel generation that is not modelled yet",
                 Suggestion("", known));
  }
  if (!generation.has_value()) return Unknown("generation", value, "kernel generation", known);
  command.generation = *generation;
  return absl::OkStatus();
}

absl::Status SetKsm(Command& command, const std::string& value) {
  command.ksm = rmap::FindKsmState(value);
  if (command.ksm.has_value()) return absl::OkStatus();
  std::vector<std::string> known;
  for (const rmap::KsmStateInfo& info : rmap::KsmStates()) known.push_back(info.name);
  return Unknown("ksm", value, "state of KSM", known);
}

absl::Status SetAnyBuild(Command& command, const std::string&) {
  command.any_build = true;
  return absl::OkStatus();
}

absl::Status SetExpect(Command& command, const std::string& value) {
  return SetOneOf<std::string>("expect", "answer to a litmus test", value,
                               {{"Never", "Never"},
                                {"Sometimes", "Sometimes"},
                                {"Always", "Always"},
                                {"race", "race"},
                                {"unsupported", "unsupported"}},
                               command.expect);
}

absl::Status SetVerdicts(Command& command, const std::string& value) {
  if (value.empty()) return Wrong("verdicts", value, "is empty", "give a file");
  command.verdicts = value;
  return absl::OkStatus();
}

absl::Status SetClaims(Command& command, const std::string& value) {
  if (value.empty()) return Wrong("claims", value, "is empty", "give a file");
  command.claims = value;
  return absl::OkStatus();
}

absl::Status SetScenarios(Command& command, const std::string& value) {
  if (value.empty()) return Wrong("scenarios", value, "is empty", "give a pattern");
  command.scenarios = value;
  return absl::OkStatus();
}

absl::Status SetObserved(Command& command, const std::string& value) {
  if (value.empty()) return Wrong("observed", value, "is empty", "give a file");
  command.observed = value;
  return absl::OkStatus();
}

absl::Status SetSvg(Command& command, const std::string& value) {
  if (value.empty()) return Wrong("svg", value, "is empty", "give a file");
  command.svg = value;
  return absl::OkStatus();
}

absl::Status SetWitnesses(Command& command, const std::string&) {
  command.witnesses = true;
  return absl::OkStatus();
}

absl::Status SetUnrollMax(Command& command, const std::string& value) {
  constexpr std::uint64_t kMost = 1'000;
  absl::StrAppend(&command.program_flags, " --unroll_max=", value);
  return SetCount("unroll_max", value, 0, kMost, command.unroll_max);
}

// What is handed on to a program, which knows what it means.
template <const char* flag>
absl::Status HandOn(Command& command, const std::string& value) {
  if (value.empty() || value.find(' ') != std::string::npos) {
    return Wrong(flag, value, "is empty or has a space", "write it without");
  }
  absl::StrAppend(&command.program_flags, " --", flag, "=", value);
  return absl::OkStatus();
}

constexpr char kNondet[] = "nondet";
constexpr char kLeaks[] = "leaks";
constexpr char kOutput[] = "output";

absl::Status SetReplay(Command& command, const std::string& value) {
  if (value.empty() || value.find(' ') != std::string::npos) {
    return Wrong("replay", value, "is empty or has a space", "write it without");
  }
  command.program_replay = value;
  return absl::OkStatus();
}

constexpr unsigned Bit(Verb verb) { return 1u << static_cast<int>(verb); }

constexpr unsigned kKernels = Bit(Verb::kProve) | Bit(Verb::kLocks);
constexpr unsigned kSearches = Bit(Verb::kProve) | Bit(Verb::kBugs) | Bit(Verb::kClaims);
constexpr unsigned kChecks = kSearches | Bit(Verb::kRun);
constexpr unsigned kLimited = kChecks | Bit(Verb::kLitmus) | Bit(Verb::kLocks);
constexpr unsigned kRuns = kChecks | Bit(Verb::kReplay);
constexpr unsigned kPrints =
    kRuns | Bit(Verb::kMerge) | Bit(Verb::kLitmus) | Bit(Verb::kList) | Bit(Verb::kLocks);

constexpr Flag kFlags[] = {
    {"format", "text|json", "how results are written (text)", kPrints, true, SetFormat},
    {"trace", "brief|text|full|dot|none", "how failing executions are shown (brief: where news)",
     kRuns, true, SetTrace},
    {"memory_model", "rc11|cpp20|sc", "whose executions are searched (rc11)", kLimited, true,
     SetMemoryModel},
    {"executions_max", "N", "end a search after so many executions (0: never)", kLimited, true,
     SetExecutionsMax},
    {"events_max", "N", "give an execution up after so many steps (10000)", kLimited, true,
     SetEventsMax},
    {"seconds_max", "S", "end a search after so many seconds (0: never)", kLimited, true,
     SetSecondsMax},
    {"jobs", "N", "do each search with so many processes (1)", kSearches, true, SetJobs},
    {"checkpoint", "FILE", "keep a search that is cut, or killed, in that file (not)",
     Bit(Verb::kProve), true, SetCheckpoint},
    {"resume", "FILE", "go on with a search that was kept, and keep it there (begin)",
     Bit(Verb::kProve), true, SetResume},
    {"shard", "I/N|bazel", "search the I-th of N parts of a search; see merge (all)",
     Bit(Verb::kProve), true, SetShard},
    {"shard_result", "FILE", "where a part's result goes (shard-I-of-N.json)", Bit(Verb::kProve),
     true, SetShardResult},
    {"replay_dir", "FOLDER", "where failing executions are kept (in TMPDIR)",
     kChecks | Bit(Verb::kLocks), true, SetReplayDir},
    {"generation", "G", "check this kernel generation only (all; locks: the newest)", kKernels,
     true, SetGeneration},
    {"ksm", "K", "check G0 with KSM as it was in this state (as it is in G0)", kKernels, true,
     SetKsm},
    {"without", "FIX[,FIX]", "take fixes out of the kernel; may be repeated (none)", kKernels, true,
     SetWithout, true},
    {"with", "FIX[,FIX]|all", "give it fixes of later kernels; may be repeated (none)", kKernels,
     true, SetWith, true},
    {"scenarios", "PATTERN[,PATTERN]", "what to run (all that the kernel has)", Bit(Verb::kLocks),
     true, SetScenarios},
    {"claims", "FILE", "claims about locks, see docs/LOCKING.md (those built in)",
     Bit(Verb::kLocks), true, SetClaims},
    {"observed", "FILE", "add the order of locks in JSON of rmap_stress or aim7 (none)",
     Bit(Verb::kLocks), true, SetObserved},
    {"svg", "FILE", "draw the order of locks there (not)", Bit(Verb::kLocks), true, SetSvg},
    {"witnesses", "", "keep a replay for each way in which two locks nest (not)", Bit(Verb::kLocks),
     false, SetWitnesses},
    {"expect", "ANSWER", "what every test must come out as (nothing)", Bit(Verb::kLitmus), true,
     SetExpect},
    {"verdicts", "FILE", "what each must: a table, see docs/LITMUS.md (none)", Bit(Verb::kLitmus),
     true, SetVerdicts},
    {"unroll_max", "N", "cut a loop that may spin after so many rounds (litmus: 2; run: never)",
     Bit(Verb::kLitmus) | Bit(Verb::kRun), true, SetUnrollMax},
    {kNondet, "MIN..MAX", "what __VERIFIER_nondet_int() returns (0..3)", Bit(Verb::kRun), true,
     HandOn<kNondet>},
    {kLeaks, "yes|no", "whether memory that is never freed is a failure (no)", Bit(Verb::kRun),
     true, HandOn<kLeaks>},
    {kOutput, "yes|no", "whether the program's output is shown (no)", Bit(Verb::kRun), true,
     HandOn<kOutput>},
    {"replay", "FILE", "run one stored execution of the program", Bit(Verb::kRun), true, SetReplay},
    {"any_build", "", "replay what another build has found", Bit(Verb::kReplay), false,
     SetAnyBuild},
};

}  // namespace

std::span<const Flag> Flags() { return kFlags; }

bool AppliesTo(const Flag& flag, Verb verb) { return (flag.verbs & Bit(verb)) != 0; }

absl::StatusOr<const Flag*> FindFlag(const std::string& word) {
  const std::string name = word.substr(std::min(word.size(), word.find_first_not_of('-')));
  std::vector<std::string> known = {"--help"};
  for (const Flag& flag : kFlags) {
    if (word == absl::StrCat("--", flag.name)) return &flag;
    known.push_back(absl::StrCat("--", flag.name));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(word, ": is no flag: ", Suggestion(absl::StrCat("--", name), known)));
}

absl::Status NoValue(const Flag& flag) {
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag.name, ": has no value: write --", flag.name, "=", flag.value));
}

absl::Status NeedlessValue(const Flag& flag) {
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag.name, ": takes no value: write --", flag.name));
}

std::optional<MemoryModelKind> FindMemoryModel(const std::string& name) {
  for (MemoryModelKind kind :
       {MemoryModelKind::kRc11, MemoryModelKind::kCpp20, MemoryModelKind::kSc}) {
    if (name == models::MemoryModelName(kind)) return kind;
  }
  return std::nullopt;
}

std::string FlagsHelp() {
  std::string text = "Flags, and in parentheses what holds without them:\n\n";
  for (const Flag& flag : kFlags) {
    const std::string written =
        absl::StrCat("--", flag.name, flag.takes_value ? "=" : "", flag.value);
    absl::StrAppend(&text, absl::StrFormat("  %-32s  %s\n", written, flag.meaning));
  }
  return text;
}

}  // namespace cli

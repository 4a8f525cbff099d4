// The flags as a table; limits keep a script within what one board can hold.
// Not absl/flags, which exits with 1 and a page of text where the commands here say one line and 2.
#include "stress/workload/command.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "cli/suggestion.h"
#include "cli/words.h"
#include "core/base/whole_file.h"
#include "core/history/kernel.h"
#include "core/scripts/script_text.h"
#include "stress/output_file.h"
#include "stress/workload/report.h"

namespace workload {
namespace {

constexpr int kFailed = 1;
constexpr int kBadInput = 2;
constexpr std::uint64_t kStepsMax = 20'000;  // Of a script: its written form fits a board.
constexpr std::size_t kMegabytesMax = 4;     // Of a file that is read.
constexpr double kSecondsMin = 0.01;
constexpr double kSecondsMax = 1e7;
constexpr double kHangSecondsMin = 1;  // A thread may have to wait so long for a processor.

// A command while its words are read: what a kernel is made of comes in any order.
struct Draft {
  Command command;
  const Profile* profile = nullptr;
  std::string generation;
  std::vector<std::string> with;
  std::vector<std::string> without;
};

absl::Status Wrong(const std::string& what) {
  return absl::InvalidArgumentError(cli::OneLine(what));
}

absl::Status Wrong(std::string_view flag, std::string_view value, std::string_view what) {
  return Wrong(absl::StrCat("--", flag, "=", value, ": ", what));
}

template <typename Number>
absl::Status ReadWhole(std::string_view flag, const std::string& value, Number min, Number max,
                       Number& number) {
  const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
  if (digits && absl::SimpleAtoi(value, &number) && number >= min && number <= max) {
    return absl::OkStatus();
  }
  return Wrong(flag, value,
               absl::StrCat("is no number that fits: give a whole number from ", min, " to ", max));
}

absl::Status ReadSeconds(std::string_view flag, const std::string& value, double min,
                         double& seconds) {
  // Written so that a NaN is refused as well.
  if (absl::SimpleAtod(value, &seconds) && seconds >= min && seconds <= kSecondsMax) {
    return absl::OkStatus();
  }
  return Wrong(flag, value,
               absl::StrCat("is no time that fits: give a number of seconds from ", min, " to ",
                            kSecondsMax));
}

absl::StatusOr<std::string> ReadFile(const std::string& path, std::string_view mend) {
  const auto text = base::ReadWholeFile(cli::UserPath(path), kMegabytesMax, mend);
  return text.ok() ? text : Wrong(std::string(text.status().message()));
}

// The text itself, or "@FILE".
absl::Status ReadWeights(std::string_view flag, const std::string& value, Mix& mix) {
  if (value.empty() || value == "@") {
    return Wrong(flag, value, "gives no weight: write VERB:N, or @FILE");
  }
  absl::StatusOr<std::string> text = value;
  if (value[0] == '@') text = ReadFile(value.substr(1), "give a file with weights, as fork:3");
  if (!text.ok()) return text.status();
  const absl::Status set = SetWeights(*text, mix.weights);
  return set.ok() ? set : Wrong(absl::StrCat("--", flag, ": ", set.message()));
}

absl::Status ReadProfile(std::string_view flag, const std::string& value, Draft& draft) {
  draft.profile = FindProfile(value);
  if (draft.profile != nullptr) return absl::OkStatus();
  std::vector<std::string> names;
  for (const Profile& profile : Profiles()) names.emplace_back(profile.name);
  return Wrong(flag, value, "is no profile: " + cli::Suggestion(value, names));
}

absl::Status ReadScript(std::string_view flag, const std::string& value, Draft& draft) {
  if (value.empty()) return Wrong(flag, value, "names nothing: give a file with a script");
  const absl::StatusOr<std::string> text = ReadFile(value, "give a file with a script");
  if (!text.ok()) return text.status();
  absl::StatusOr<rmap::Script> script = rmap::ParseScript(*text);
  if (!script.ok()) return Wrong(absl::StrCat(value, ":", script.status().message()));
  const absl::Status fits = CheckScript(*script);
  if (!fits.ok()) return Wrong(absl::StrCat(value, ": ", fits.message()));
  draft.command.campaign.script = *std::move(script);
  draft.command.campaign.script_file = value;
  return absl::OkStatus();
}

struct Flag {
  const char* name;
  const char* value;
  const char* meaning;
  absl::Status (*set)(std::string_view flag, const std::string& value, Draft& draft);
  bool repeats = false;
};

// A flag whose value is a whole number of the mix.
template <auto kField, std::uint32_t kMin, std::uint32_t kMax>
absl::Status SetOfMix(std::string_view flag, const std::string& value, Draft& draft) {
  return ReadWhole(flag, value, kMin, kMax, draft.command.campaign.mix.*kField);
}

template <auto kField, double kMin>
absl::Status SetSeconds(std::string_view flag, const std::string& value, Draft& draft) {
  return ReadSeconds(flag, value, kMin, draft.command.campaign.*kField);
}

template <auto kField, int kMin = 0>
absl::Status SetWhole(std::string_view flag, const std::string& value, Draft& draft) {
  auto& field = draft.command.campaign.*kField;
  using Number = std::remove_reference_t<decltype(field)>;
  return ReadWhole(flag, value, Number{kMin}, std::numeric_limits<Number>::max(), field);
}

absl::Status SetChaos(std::string_view flag, const std::string& value, Draft& draft) {
  draft.command.campaign.chaos = value == "yes";
  if (value == "yes" || value == "no") return absl::OkStatus();
  return Wrong(flag, value, "is no answer: give yes or no");
}

template <auto kField>
absl::Status SetText(std::string_view flag, const std::string& value, Draft& draft) {
  if (value.empty()) return Wrong(flag, value, "names nothing: give a path");
  draft.command.*kField = value;
  return absl::OkStatus();
}

template <auto kField>
absl::Status AddFixes(std::string_view, const std::string& value, Draft& draft) {
  for (std::string_view fix : absl::StrSplit(value, ',')) (draft.*kField).emplace_back(fix);
  return absl::OkStatus();
}

constexpr Flag kFlags[] = {
    {"seconds", "S", "how long to run (10)", SetSeconds<&Campaign::seconds, kSecondsMin>},
    {"rounds", "N", "stop after so many rounds (0: never)", SetWhole<&Campaign::rounds_max>},
    {"seed", "N", "from which all rounds follow (1)", SetWhole<&Campaign::seed>},
    {"first_round", "N", "where to begin (0)", SetWhole<&Campaign::first_round>},
    {"generation", "G", "the kernel's generation (the newest, with all)",
     [](std::string_view, const std::string& value, Draft& draft) {
       draft.generation = value;
       return absl::OkStatus();
     }},
    {"with", "FIX[,FIX]|all", "repairs to add", AddFixes<&Draft::with>, true},
    {"without", "FIX[,FIX]", "repairs to take out", AddFixes<&Draft::without>, true},
    {"profile", "NAME", "weights and sizes with a name (general)", ReadProfile},
    {"weights", "VERB:N,...|@FILE", "how often verbs are chosen",
     [](std::string_view flag, const std::string& value, Draft& draft) {
       return ReadWeights(flag, value, draft.command.campaign.mix);
     },
     true},
    {"threads", "N", "together, 1 to 32", SetOfMix<&Mix::threads, 1, kThreadsMax>},
    {"phases", "N", "after each of which all is checked", SetOfMix<&Mix::phases, 1, 1000>},
    {"steps", "N", "of each thread in a phase", SetOfMix<&Mix::steps, 1, 10'000>},
    {"processes", "N", "about so many at a time", SetOfMix<&Mix::processes, 3, 64>},
    {"pages", "N", "of each address space", SetOfMix<&Mix::pages, 2, 1000>},
    {"swap_slots", "N", "of all", SetOfMix<&Mix::swap_slots, 1, 10'000>},
    {"scarcity", "N", "in N of 1000 phases memory may run out", SetOfMix<&Mix::scarcity, 0, 1000>},
    {"chaos", "yes|no", "whether schedules are perturbed (yes)", SetChaos},
    {"script", "FILE", "run this script in each round", ReadScript},
    {"failures_max", "N", "stop after so many failures (1)", SetWhole<&Campaign::failures_max, 1>},
    {"shrink_seconds", "S", "to make each failure smaller (20)",
     SetSeconds<&Campaign::shrink_seconds, 0.0>},
    {"hang_seconds", "S", "standing still for so long is a failure (20)",
     SetSeconds<&Campaign::hang_seconds, kHangSecondsMin>},
    {"scripts", "FOLDER", "where failing scripts are written (in TMPDIR)",
     SetText<&Command::scripts>},
    {"json", "FILE", "write JSON; - is standard output", SetText<&Command::json>},
};

const Flag* FindFlag(std::string_view name) {
  for (const Flag& flag : kFlags) {
    if (name == absl::StrCat("--", flag.name)) return &flag;
  }
  return nullptr;
}

absl::Status Unknown(const std::string& word) {
  if (!absl::StartsWith(word, "-")) {
    return Wrong(absl::StrCat("\"", word, "\": takes no argument: leave it out"));
  }
  std::vector<std::string> known = {"--help"};
  for (const Flag& flag : kFlags) known.push_back(absl::StrCat("--", flag.name));
  return Wrong(absl::StrCat(word, ": is no flag: ", cli::Suggestion(word, known)));
}

// Reads words[i], and the value behind it, to which it moves `i`.
absl::Status ReadWord(std::span<const std::string> words, std::size_t& i, Draft& draft) {
  const std::string& word = words[i];
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  const bool has_value = equals != std::string::npos;
  if (name == "--help" || name == "-h") {
    if (has_value) return Wrong(absl::StrCat(name, ": takes no value: write ", name));
    draft.command.help = true;
    return absl::OkStatus();
  }
  const Flag* const flag = FindFlag(name);
  if (flag == nullptr) return Unknown(name);
  if (has_value) return flag->set(flag->name, word.substr(equals + 1), draft);
  if (i + 1 == words.size()) {
    return Wrong(absl::StrCat(name, ": has no value: write ", name, "=", flag->value));
  }
  return flag->set(flag->name, words[++i], draft);
}

absl::StatusOr<rmap::Fix> ReadFix(std::string_view flag, const std::string& id) {
  if (const std::optional<rmap::Fix> fix = rmap::FindFix(id)) return *fix;
  std::vector<std::string> ids;
  for (const rmap::FixInfo& info : rmap::Fixes()) ids.emplace_back(info.id);
  return Wrong(flag, id, "is no repair: " + cli::Suggestion(id, ids));
}

absl::StatusOr<rmap::Kernel> ReadGeneration(const std::string& name) {
  if (const auto generation = rmap::FindGeneration(name)) {
    if (rmap::IsModelled(*generation)) return rmap::Kernel(*generation);
  }
  return Wrong("generation", name,
               absl::StrCat("is no generation that can be run: give G0 to ",
                            rmap::Name(rmap::NewestGeneration())));
}

// What is added and taken out at once would be one of the two.
absl::Status CheckNoneIsBoth(const Draft& draft) {
  for (const std::string& id : draft.with) {
    if (std::ranges::find(draft.without, id) == draft.without.end()) continue;
    return Wrong(absl::StrCat("--with=", id, ": is taken away by --without: leave one out"));
  }
  return absl::OkStatus();
}

// Returns: what --with and --without change: the generation as it was, if the words say one; else
// the kernel that the script asks for, or the newest with all.
absl::StatusOr<rmap::Kernel> ReadBase(const Draft& draft) {
  if (!draft.generation.empty()) return ReadGeneration(draft.generation);
  const std::optional<rmap::Script>& script = draft.command.campaign.script;
  if (script.has_value() && !script->kernel.empty()) return rmap::ParseKernel(script->kernel);
  return rmap::Kernel().WithAll();
}

// A word that changes nothing is a mistake of who wrote it: he runs another kernel than he thinks.
absl::Status CheckChanges(const char* flag, const std::string& id, bool changes,
                          const rmap::Kernel& kernel, const char* why) {
  if (changes) return absl::OkStatus();
  return Wrong(absl::StrCat("--", flag, "=", id, ": ", kernel.Name(), why, ": leave it out"));
}

absl::StatusOr<rmap::Kernel> ReadKernel(const Draft& draft) {
  absl::StatusOr<rmap::Kernel> kernel = ReadBase(draft);
  if (!kernel.ok()) return kernel;
  const rmap::Kernel base = *kernel;
  for (const std::string& id : draft.with) {
    if (id == "all") {
      kernel = kernel->WithAll();
      continue;
    }
    const absl::StatusOr<rmap::Fix> fix = ReadFix("with", id);
    if (!fix.ok()) return fix.status();
    const absl::Status changes =
        CheckChanges("with", id, !base.Has(*fix), base, " has that repair already");
    if (!changes.ok()) return changes;
    kernel = kernel->With(*fix);
  }
  for (const std::string& id : draft.without) {
    const absl::StatusOr<rmap::Fix> fix = ReadFix("without", id);
    if (!fix.ok()) return fix.status();
    const absl::Status changes =
        CheckChanges("without", id, kernel->Has(*fix), *kernel, " does not have that repair");
    if (!changes.ok()) return changes;
    kernel = kernel->Without(*fix);
  }
  return kernel;
}

absl::Status Finish(Draft& draft) {
  Campaign& campaign = draft.command.campaign;
  const absl::Status one = CheckNoneIsBoth(draft);
  if (!one.ok()) return one;
  const absl::StatusOr<rmap::Kernel> kernel = ReadKernel(draft);
  if (!kernel.ok()) return kernel.status();
  campaign.kernel = kernel->Name();
  const Mix& mix = campaign.mix;
  const std::uint64_t steps = std::uint64_t{mix.threads} * mix.phases * mix.steps;
  if (steps > kStepsMax) {
    return Wrong(absl::StrCat("--threads, --phases and --steps: are ", steps,
                              " steps together: have at most ", kStepsMax));
  }
  return absl::OkStatus();
}

std::string Help() {
  std::string text =
      "rmap_stress runs random programs on the kernel's reverse mapping, on real threads, and\n"
      "checks after each phase that its structure and everybody's data are as they should be.\n\n";
  for (const Flag& flag : kFlags) {
    const std::string written = absl::StrCat("--", flag.name, "=", flag.value);
    absl::StrAppend(&text, absl::StrFormat("  %-28s  %s\n", written, flag.meaning));
  }
  absl::StrAppend(&text, absl::StrFormat("  %-28s  %s\n", "--help", "this"), "\nProfiles:\n");
  for (const Profile& profile : Profiles()) {
    absl::StrAppend(&text, absl::StrFormat("  %-12s  %s\n", profile.name, profile.meaning));
  }
  return absl::StrCat(text, "\nWeights of the first: ", ToText(Profiles()[0].mix.weights),
                      "\n\nExit codes: 0 nothing failed; 1 something did; 2 bad usage, nothing "
                      "could be run, or\noutput cannot be written. Ctrl-C ends the run; what is "
                      "known is told, and then the\nprocess ends by that signal.\n");
}

std::string FolderForScripts(const Command& command) {
  if (!command.scripts.empty()) return cli::UserPath(command.scripts);
  const char* const folder = std::getenv("TMPDIR");
  return folder == nullptr || *folder == '\0' ? "/tmp" : folder;
}

bool WritesJsonFile(const Command& command) { return !command.json.empty() && command.json != "-"; }

// Prints what is wrong, if anything is. Returns: whether nothing is.
bool Complain(std::ostream& err, const absl::Status& status) {
  if (!status.ok()) err << "rmap_stress: " << cli::OneLine(status.message()) << "\n";
  return status.ok();
}

absl::Status Unwritable(const std::string& path, const absl::Status& status,
                        std::string_view mend) {
  if (status.ok()) return status;
  return absl::UnavailableError(absl::StrCat(path, ": ", status.message(), ": ", mend));
}

absl::Status UnwritableJson(const Command& command, const absl::Status& status) {
  return Unwritable(command.json, status, "name another file by --json=FILE");
}

// Whether what a run finds can be written; else it need not begin.
absl::Status CheckOutputs(const Command& command) {
  if (WritesJsonFile(command)) {
    const absl::Status json = stress::CheckFile(cli::UserPath(command.json));
    if (!json.ok()) return UnwritableJson(command, json);
  }
  const std::string folder = FolderForScripts(command);
  return Unwritable(folder, stress::CheckFolder(folder), "name a folder by --scripts=FOLDER");
}

// Returns: whether all could be written.
bool WriteScripts(const Command& command, Results& results, std::ostream& err) {
  for (FoundFailure& found : results.failures) {
    const std::string path = absl::StrCat(FolderForScripts(command), "/rmap_stress-",
                                          found.failure.seed, "-", found.failure.round, ".rmap");
    const absl::Status written = base::WriteWholeFile(path, rmap::ToText(SmallestScript(found)));
    if (!Complain(err, written)) return false;
    found.failure.script = path;
  }
  return true;
}

// The file first: whoever reads standard output may have gone home.
bool WriteResults(const Command& command, const Results& results, const Surroundings& around) {
  bool written = true;
  if (WritesJsonFile(command)) {
    const absl::Status json =
        stress::WriteFile(cli::UserPath(command.json), ToJson(command.campaign, results));
    written = Complain(around.err, UnwritableJson(command, json));
  }
  around.out << (command.json == "-" ? ToJson(command.campaign, results)
                                     : ToText(command.campaign, results))
             << std::flush;
  if (around.out.good()) return written;
  around.err << "rmap_stress: standard output: cannot be written: send it somewhere else\n";
  return false;
}

int RunCommand(const Command& command, const Surroundings& around) {
  if (!Complain(around.err, CheckOutputs(command))) return kBadInput;
  Guidance guidance;
  guidance.is_interrupted = around.is_interrupted;
  if (around.err_is_terminal) {
    guidance.tell = [&around](const Progress& progress) {
      around.err << absl::StrFormat("\r%s: %.0f s, %d rounds, failures: %d ", progress.doing,
                                    progress.seconds, progress.rounds, progress.failures)
                 << std::flush;
    };
  }
  Results results = RunCampaign(command.campaign, guidance);
  if (around.err_is_terminal) around.err << "\r\x1b[K" << std::flush;
  const bool written = WriteScripts(command, results, around.err);
  const bool told = WriteResults(command, results, around);
  if (results.interrupted) return kInterrupted;
  if (!told || !written) return kBadInput;
  if (results.rounds == 0) {
    around.err << "rmap_stress: nothing was run: time was up before the first round: give more by "
                  "--seconds=S\n";
    return kBadInput;
  }
  return results.failures.empty() ? 0 : kFailed;
}

// What is said of the mix changes the profile's.
absl::StatusOr<Draft> ReadWords(std::span<const std::string> words, const Profile& profile) {
  Draft draft;
  draft.command.campaign.profile = profile.name;
  draft.command.campaign.mix = profile.mix;
  std::set<std::string> given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    const absl::Status read = ReadWord(words, i, draft);
    if (!read.ok()) return read;
    const Flag* const flag = FindFlag(name);
    const bool again = !given.insert(name).second;
    if (again && !(flag != nullptr && flag->repeats)) {
      return Wrong(name + ": is given twice: give it once");
    }
  }
  return draft;
}

}  // namespace

absl::StatusOr<Command> ParseCommand(std::span<const std::string> words) {
  absl::StatusOr<Draft> draft = ReadWords(words, Profiles()[0]);
  // Once more, because the profile may be named behind what changes it.
  if (draft.ok() && draft->profile != nullptr) draft = ReadWords(words, *draft->profile);
  if (!draft.ok()) return draft.status();
  const absl::Status finished = Finish(*draft);
  if (!finished.ok()) return finished;
  return draft->command;
}

int Main(std::span<const std::string> words, const Surroundings& around) {
  const absl::StatusOr<Command> command = ParseCommand(words);
  if (!Complain(around.err, command.status())) return kBadInput;
  if (!command->help) return RunCommand(*command, around);
  around.out << Help() << std::flush;
  return around.out.good() ? 0 : kBadInput;
}

}  // namespace workload

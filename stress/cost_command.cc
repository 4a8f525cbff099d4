// The flags as a table; the limits keep a run below four gigabytes.
// Not absl/flags, which exits with 1 and a page of text where the commands here say one line and 2.
#include "stress/cost_command.h"

#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/suggestion.h"
#include "cli/words.h"

namespace cost {
namespace {

constexpr int kBadInput = 2;
constexpr std::chrono::seconds kProgressEvery{3};
constexpr std::uint64_t kFamilyPagesMax = 20'000'000;

struct NumberFlag {
  const char* name;
  const char* meaning;
  std::uint32_t max;
  std::uint32_t& (*field)(Command& command);
};

constexpr NumberFlag kNumberFlags[] = {
    {"children", "processes that are forked", 10'000,
     [](Command& command) -> std::uint32_t& { return command.request.family.children; }},
    {"pages", "anonymous pages of each process", 100'000,
     [](Command& command) -> std::uint32_t& { return command.request.family.pages; }},
    {"fork_generations", "how often a server forks its successor", 10'000,
     [](Command& command) -> std::uint32_t& { return command.request.fork_generations; }},
};

absl::Status Wrong(const std::string& what) {
  return absl::InvalidArgumentError(cli::OneLine(what));
}

absl::Status SetNumber(const NumberFlag& flag, const std::string& value, Command& command) {
  std::uint32_t number = 0;
  const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || !absl::SimpleAtoi(value, &number) || number < 1 || number > flag.max) {
    return Wrong(absl::StrCat("--", flag.name, "=", value,
                              ": is no number that fits: give a whole number from 1 to ",
                              flag.max));
  }
  flag.field(command) = number;
  return absl::OkStatus();
}

const NumberFlag* FindNumberFlag(const std::string& name) {
  for (const NumberFlag& flag : kNumberFlags) {
    if (name == absl::StrCat("--", flag.name)) return &flag;
  }
  return nullptr;
}

absl::Status Unknown(const std::string& word) {
  if (!absl::StartsWith(word, "-")) {
    return Wrong(absl::StrCat("\"", word, "\": takes no argument: leave it out"));
  }
  std::vector<std::string> known = {"--json", "--help"};
  for (const NumberFlag& flag : kNumberFlags) known.push_back(absl::StrCat("--", flag.name));
  return Wrong(absl::StrCat(word, ": is no flag: ", cli::Suggestion(word, known)));
}

// Reads words[i], and the value behind it, to which it moves `i`.
absl::Status ReadWord(std::span<const std::string> words, std::size_t& i, Command& command) {
  const std::string& word = words[i];
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  const bool has_value = equals != std::string::npos;
  if (name == "--json" || name == "--help" || name == "-h") {
    if (has_value) return Wrong(absl::StrCat(name, ": takes no value: write ", name));
    (name == "--json" ? command.json : command.help) = true;
    return absl::OkStatus();
  }
  const NumberFlag* const flag = FindNumberFlag(name);
  if (flag == nullptr) return Unknown(name);
  if (has_value) return SetNumber(*flag, word.substr(equals + 1), command);
  if (i + 1 == words.size()) return Wrong(absl::StrCat(name, ": has no value: write ", name, "=N"));
  return SetNumber(*flag, words[++i], command);
}

absl::Status CheckTogether(const FamilySize& family) {
  const std::uint64_t pages = (std::uint64_t{family.children} + 1) * family.pages;
  if (pages <= kFamilyPagesMax) return absl::OkStatus();
  return Wrong(absl::StrCat("--children=", family.children, " --pages=", family.pages, ": are ",
                            pages, " pages together: have at most ", kFamilyPagesMax));
}

std::string Help() {
  std::string text =
      "rmap_cost counts what the kernel's anonymous reverse mapping costs in several generations "
      "of\n"
      "the kernel: VMAs that walks look at, objects that are kept, and how both grow.\n\n";
  Command defaults;
  for (const NumberFlag& flag : kNumberFlags) {
    const std::string written = absl::StrCat("--", flag.name, "=N");
    absl::StrAppend(&text, absl::StrFormat("  %-20s  %s, 1 to %d (%d)\n", written, flag.meaning,
                                           flag.max, flag.field(defaults)));
  }
  absl::StrAppend(&text, absl::StrFormat("  %-20s  %s\n", "--json", "write JSON and nothing else"),
                  absl::StrFormat("  %-20s  %s\n", "--help", "this"),
                  "\nExit codes: 0 done; 2 bad usage, or output that cannot be written.\n");
  return text;
}

// Says what is being measured, if that takes long.
class Ticker {
 public:
  explicit Ticker(std::ostream& err) : err_(err) {}

  void Tick(const std::string& step, double fraction) {
    const Clock::time_point now = Clock::now();
    if (now - last_ < kProgressEvery) return;
    last_ = now;
    err_ << absl::StrFormat("rmap_cost: %s: %.0f%%\n", step, 100 * fraction) << std::flush;
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::ostream& err_;
  Clock::time_point last_ = Clock::now();
};

std::string Measure(const Command& command, std::ostream& err) {
  Ticker ticker(err);
  const Results results = MeasureAll(
      command.request,
      [&ticker](const std::string& step, double fraction) { ticker.Tick(step, fraction); });
  return command.json ? ToJson(results) : ToText(results);
}

}  // namespace

absl::StatusOr<Command> ParseCommand(std::span<const std::string> words) {
  Command command;
  std::set<std::string> given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    const absl::Status read = ReadWord(words, i, command);
    if (!read.ok()) return read;
    if (!given.insert(name).second) return Wrong(name + ": is given twice: give it once");
  }
  const absl::Status together = CheckTogether(command.request.family);
  if (!together.ok()) return together;
  return command;
}

int Main(std::span<const std::string> words, std::ostream& out, std::ostream& err) {
  const absl::StatusOr<Command> command = ParseCommand(words);
  if (!command.ok()) {
    err << "rmap_cost: " << command.status().message() << "\n";
    return kBadInput;
  }
  out << (command->help ? Help() : Measure(*command, err)) << std::flush;
  if (out.good()) return 0;
  err << "rmap_cost: standard output: cannot be written: send it somewhere else\n";
  return kBadInput;
}

}  // namespace cost

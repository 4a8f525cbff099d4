// The flags as a table; the limits keep a run below four gigabytes. How words are read is told in
// command_line.h.
#include "stress/cost_command.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "stress/command_line.h"

namespace cost {
namespace {

constexpr int kBadInput = 2;
constexpr std::uint64_t kFamilyPagesMax = 20'000'000;

Flag NumberFlag(const std::string& name, const std::string& meaning, std::uint32_t max,
                std::uint32_t& field) {
  return {name, "N", absl::StrCat(meaning, ", 1 to ", max, " (", field, ")"),
          [name, max, &field](const std::string& value) {
            return ReadNumber(name, value, 1, max, field);
          }};
}

Flag Switch(const std::string& name, const std::string& meaning, bool& field) {
  return {name, "", meaning, [&field](const std::string&) {
            field = true;
            return absl::OkStatus();
          }};
}

// The flags, which set the command's fields.
std::vector<Flag> FlagsOf(Command& command) {
  Request& request = command.request;
  return {NumberFlag("--children", "processes that are forked", 10'000, request.family.children),
          NumberFlag("--pages", "anonymous pages of each process", 100'000, request.family.pages),
          NumberFlag("--fork_generations", "how often a server forks its successor", 10'000,
                     request.fork_generations),
          Switch("--json", "write JSON and nothing else", command.json),
          Switch("--help", "this", command.help)};
}

absl::Status CheckTogether(const FamilySize& family) {
  const std::uint64_t pages = (std::uint64_t{family.children} + 1) * family.pages;
  if (pages <= kFamilyPagesMax) return absl::OkStatus();
  return Wrong(absl::StrCat("--children=", family.children, " --pages=", family.pages, ": are ",
                            pages, " pages together: have at most ", kFamilyPagesMax));
}

std::string Help() {
  Command defaults;
  return absl::StrCat(
      "rmap_cost counts what the kernel's anonymous reverse mapping costs in several generations "
      "of\n"
      "the kernel: VMAs that walks look at, objects that are kept, and how both grow.\n\n",
      HelpOf(FlagsOf(defaults)),
      "\nExit codes: 0 done; 2 bad usage, or output that cannot be written.\n");
}

std::string Measure(const Command& command, std::ostream& err) {
  Ticker ticker("rmap_cost", err);
  const Results results = MeasureAll(
      command.request,
      [&ticker](const std::string& step, double fraction) { ticker.Tick(step, fraction); });
  return command.json ? ToJson(results) : ToText(results);
}

}  // namespace

absl::StatusOr<Command> ParseCommand(std::span<const std::string> words) {
  Command command;
  const absl::Status parsed = ParseWords(words, FlagsOf(command));
  if (!parsed.ok()) return parsed;
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

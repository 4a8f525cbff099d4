// A flag that takes a value may have it behind `=`, or as the next word. A flag that is given twice
// is a mistake: one of the two would be ignored.
#include "stress/command_line.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/suggestion.h"
#include "cli/words.h"

namespace cost {
namespace {

constexpr std::chrono::seconds kProgressEvery{3};

absl::Status Unknown(const std::string& word, std::span<const Flag> flags) {
  if (!absl::StartsWith(word, "-")) {
    return Wrong(absl::StrCat("\"", word, "\": takes no argument: leave it out"));
  }
  std::vector<std::string> known;
  for (const Flag& flag : flags) known.push_back(flag.name);
  return Wrong(absl::StrCat(word, ": is no flag: ", cli::Suggestion(word, known)));
}

// Reads words[i], and the value behind it, to which it moves `i`.
absl::Status ReadWord(std::span<const std::string> words, std::size_t& i,
                      std::span<const Flag> flags) {
  const std::string& word = words[i];
  const std::size_t equals = word.find('=');
  const bool has_value = equals != std::string::npos;
  const std::string written = word.substr(0, equals);
  const std::string& name = written == "-h" ? "--help" : written;
  const auto flag = std::ranges::find(flags, name, &Flag::name);
  if (flag == flags.end()) return Unknown(written, flags);
  if (flag->value.empty()) {
    if (has_value) return Wrong(absl::StrCat(name, ": takes no value: write ", name));
    return flag->set("");
  }
  if (has_value) return flag->set(word.substr(equals + 1));
  if (i + 1 == words.size()) {
    return Wrong(absl::StrCat(name, ": has no value: write ", name, "=", flag->value));
  }
  return flag->set(words[++i]);
}

}  // namespace

absl::Status Wrong(const std::string& what) {
  return absl::InvalidArgumentError(cli::OneLine(what));
}

absl::Status ParseWords(std::span<const std::string> words, std::span<const Flag> flags) {
  std::set<std::string> given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    const absl::Status read = ReadWord(words, i, flags);
    if (!read.ok()) return read;
    if (!given.insert(name).second) return Wrong(name + ": is given twice: give it once");
  }
  return absl::OkStatus();
}

std::string HelpOf(std::span<const Flag> flags) {
  std::string text;
  for (const Flag& flag : flags) {
    const std::string written =
        flag.value.empty() ? flag.name : absl::StrCat(flag.name, "=", flag.value);
    absl::StrAppend(&text, absl::StrFormat("  %-20s  %s\n", written, flag.meaning));
  }
  return text;
}

absl::Status ReadNumber(const std::string& flag, const std::string& value, std::uint32_t min,
                        std::uint32_t max, std::uint32_t& number) {
  const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
  if (digits && absl::SimpleAtoi(value, &number) && number >= min && number <= max) {
    return absl::OkStatus();
  }
  return Wrong(absl::StrCat(flag, "=", value, ": is no number that fits: give a whole number from ",
                            min, " to ", max));
}

void Ticker::Tick(const std::string& step, double fraction) {
  const Clock::time_point now = Clock::now();
  if (now - last_ < kProgressEvery) return;
  last_ = now;
  err_ << absl::StrFormat("%s: %s: %.0f%%\n", command_, step, 100 * fraction) << std::flush;
}

}  // namespace cost

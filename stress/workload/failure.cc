// Reads endings. Texts of sanitizers are those of g++ 12 and clang 19; what they call by another
// name gets the checker's.
#include "stress/workload/failure.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace workload {
namespace {

constexpr std::string_view kSummary = "SUMMARY: ";

// What a report contains, and what that is called here: as the checker calls it, where it does.
struct Name {
  std::string_view text;
  std::string_view rule;
};
constexpr Name kNames[] = {
    {"heap-use-after-free", "use after free"},
    {"use-after-poison", "use after free"},
    {"leaked in", "leak"},
    {"lock-order-inversion", "deadlock"},
    {"data race", "data race"},
    {"lock misuse", "lock misuse"},
    {"runtime error: ", "undefined behaviour"},
    {"undefined-behavior", "undefined behaviour"},
    {"CHECK(", "broken invariant"},
    {"terminate called", "exception"},
};

std::string_view LineWith(std::string_view text, std::string_view part) {
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StrContains(line, part)) return absl::StripAsciiWhitespace(line);
  }
  return {};
}

// Returns: the rule with which a message begins, "I13", "C2" or "leak"; else "check".
std::string RuleOf(std::string_view message) {
  for (std::string_view rule : {"leak", "deadlock", "hang"}) {
    if (message.starts_with(absl::StrCat(rule, ": "))) return std::string(rule);
  }
  std::size_t digits = 1;
  while (digits < message.size() && absl::ascii_isdigit(message[digits])) ++digits;
  const bool named = !message.empty() && (message[0] == 'I' || message[0] == 'C') && digits > 1;
  return named ? std::string(message.substr(0, digits)) : "check";
}

std::optional<Failure> Named(std::string_view line) {
  for (const Name& name : kNames) {
    if (absl::StrContains(line, name.text)) {
      return Failure{.rule = std::string(name.rule), .message = std::string(line)};
    }
  }
  return std::nullopt;
}

// A deadly signal that a sanitizer caught, "SEGV", is called as if nobody had.
std::string SanitizersWord(std::string_view word) {
  const bool is_signal = std::ranges::all_of(word, absl::ascii_isupper);
  return is_signal ? absl::StrCat("crash: SIG", word) : std::string(word);
}

// "SUMMARY: AddressSanitizer: heap-use-after-free core/rmap/walk.cc:31 in ...".
std::optional<Failure> FromSummary(std::string_view text) {
  std::string_view line = LineWith(text, kSummary);
  if (line.empty()) return std::nullopt;
  line.remove_prefix(line.find(kSummary) + kSummary.size());
  if (std::optional<Failure> named = Named(line)) return named;
  // "AddressSanitizer: alloc-dealloc-mismatch ...": what stands behind the tool's name.
  const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  return Failure{.rule = words.size() > 1 ? SanitizersWord(words[1]) : "sanitizer",
                 .message = std::string(line)};
}

std::optional<Failure> FromText(std::string_view text) {
  if (std::optional<Failure> summary = FromSummary(text)) return summary;
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    if (std::optional<Failure> named = Named(line)) return named;
  }
  return std::nullopt;
}

Failure FromStatus(int status) {
  if (WIFSIGNALED(status)) {
    const char* const name = sigabbrev_np(WTERMSIG(status));
    const std::string signal = absl::StrCat("SIG", name == nullptr ? "?" : name);
    return {.rule = "crash: " + signal, .message = "the process died of " + signal};
  }
  const int code = WEXITSTATUS(status);
  return {.rule = "exit", .message = absl::StrCat("the process ended with exit code ", code)};
}

Failure Hang(const Ending& ending) {
  const std::string_view who = LineWith(ending.stderr_text, "waits for");
  return {.rule = "hang",
          .message = who.empty() ? "nothing moves any more" : "nothing moves: " + std::string(who)};
}

// Reads a number at the front, as 12, 0x7f or 3..5. Returns: its length, 0 if there is none.
std::size_t NumberAt(std::string_view text) {
  if (text.empty() || !absl::ascii_isdigit(text[0])) return 0;
  const bool hex = text.starts_with("0x");
  std::size_t end = hex ? 2 : 1;
  while (end < text.size() &&
         (hex ? absl::ascii_isxdigit(text[end]) != 0 : absl::ascii_isdigit(text[end]) != 0)) {
    ++end;
  }
  if (!text.substr(end).starts_with("..")) return end;
  return end + 2 + NumberAt(text.substr(end + 2));
}

// Returns: the text, with # for each number and "" for each quotation.
std::string WithoutNumbers(std::string_view text) {
  std::string rest;
  while (!text.empty()) {
    const std::size_t number = NumberAt(text);
    const bool quoted = text[0] == '"' && text.find('"', 1) != std::string_view::npos;
    const std::size_t length = quoted ? text.find('"', 1) + 1 : std::max<std::size_t>(number, 1);
    absl::StrAppend(&rest, quoted ? "\"\"" : number > 0 ? "#" : text.substr(0, 1));
    text.remove_prefix(length);
  }
  return rest;
}

// Returns: the place in a line of a stack, "core/rmap/walk.cc:31"; "" if it is not the kernel's:
// what a lock or an atomic is made of has a part in everything.
std::string_view PlaceOf(std::string_view line) {
  const std::size_t begin = line.find("core/");
  if (begin == std::string_view::npos || absl::StrContains(line, "core/sync/")) return {};
  line.remove_prefix(begin);
  return line.substr(0, line.find_first_of(" )"));
}

// Returns: where each of the first two stacks of a sanitizer's report touches the kernel's code, in
// the order of the alphabet, because two threads have none.
std::vector<std::string_view> InnermostPlaces(std::string_view report) {
  std::vector<std::string_view> places;
  bool open = false;  // Whether the stack at hand has no place yet.
  int stacks = 0;
  for (std::string_view line : absl::StrSplit(report, '\n')) {
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!line.starts_with("#")) continue;
    if (line.starts_with("#0 ")) open = ++stacks <= 2;
    const std::string_view place = open ? PlaceOf(line) : std::string_view();
    if (place.empty()) continue;
    places.push_back(place);
    open = false;
  }
  std::sort(places.begin(), places.end());
  return places;
}

// Returns: the places in words, "" if a sanitizer gave none. Leaks are many, in no order.
std::string PlacesOf(const Failure& failure) {
  if (failure.rule == "leak" || !absl::StrContains(failure.report, kSummary)) return "";
  return absl::StrJoin(InnermostPlaces(failure.report), " and ");
}

// What leaks, is a list; its first stands for it.
std::string KindOf(const Failure& failure, std::string_view told, std::string_view place) {
  if (failure.rule == "leak") told = told.substr(0, told.find(','));
  const std::string places = PlacesOf(failure);
  if (!places.empty()) return absl::StrCat(failure.rule, ": ", places);
  return absl::StrCat(failure.rule, ": ", WithoutNumbers(told), " ", place);
}

}  // namespace

std::optional<Failure> FailureOf(const Ending& ending) {
  const bool ended_well = WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == 0;
  if (ended_well && !ending.was_hung && ending.message.empty()) return std::nullopt;
  Failure failure;
  if (!ending.message.empty()) {
    failure = {.rule = RuleOf(ending.message),
               .message = absl::StrCat(ending.message, " (", ending.place, ")")};
  } else if (ending.was_hung) {
    failure = Hang(ending);
  } else {
    failure = FromText(ending.stderr_text).value_or(FromStatus(ending.status));
  }
  failure.report = ending.stderr_text;
  const bool on_board = !ending.message.empty();
  failure.kind =
      KindOf(failure, on_board ? ending.message : failure.message, on_board ? ending.place : "");
  // Summaries name the innermost function, which of most races is one of the library's atomics.
  const std::string places = PlacesOf(failure);
  if (!places.empty()) absl::StrAppend(&failure.message, "; at ", places);
  return failure;
}

}  // namespace workload

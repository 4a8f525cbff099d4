// Reads endings. Texts of sanitizers are those of g++ 12 and clang 19; what they call by another
// name gets the checker's.
#include "stress/workload/failure.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

// "SUMMARY: AddressSanitizer: heap-use-after-free core/rmap/walk.cc:31 in ...".
std::optional<Failure> FromSummary(std::string_view text) {
  std::string_view line = LineWith(text, kSummary);
  if (line.empty()) return std::nullopt;
  line.remove_prefix(line.find(kSummary) + kSummary.size());
  if (std::optional<Failure> named = Named(line)) return named;
  // "AddressSanitizer: SEGV ..." and others: what stands behind the tool's name.
  const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  return Failure{.rule = words.size() > 1 ? absl::AsciiStrToLower(words[1]) : "sanitizer",
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

}  // namespace

std::optional<Failure> FailureOf(const Ending& ending) {
  const bool ended_well = WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == 0;
  if (ended_well && !ending.was_hung) return std::nullopt;
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
  return failure;
}

}  // namespace workload

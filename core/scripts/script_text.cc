// Verbs are a table: word, and what follows it. The printer and the parser go through it the same
// way. A parser remembers its first mistake and goes on with harmless values, so that only a line's
// end has to ask.
#include "core/scripts/script_text.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/history/kernel.h"
#include "core/scripts/phase_use.h"

namespace rmap {
namespace {

enum class Operands {
  kProcess,      // P0
  kChild,        // P0 -> P1
  kRange,        // P0 2..5
  kRangeRights,  // P0 2..5 rw
  kTwoRanges,    // P0 2..5 -> 6..9
  kPolicy,       // P0 2..5 to 1
  kAddress,      // P0 2
  kValue,        // P0 2 = 1
  kCount,        // 8, without a process
  kNothing,      // Likewise.
};

struct VerbRow {
  const char* word;
  Operands operands;
};

// In the order of Verb.
constexpr VerbRow kVerbs[] = {
    {"start", Operands::kProcess},
    {"fork", Operands::kChild},
    {"exit", Operands::kProcess},
    {"map", Operands::kRangeRights},
    {"map-stack", Operands::kRangeRights},
    {"unmap", Operands::kRange},
    {"protect", Operands::kRangeRights},
    {"move", Operands::kTwoRanges},
    {"heap", Operands::kRange},
    {"lock", Operands::kRange},
    {"unlock", Operands::kRange},
    {"bind", Operands::kPolicy},
    {"mergeable", Operands::kRange},
    {"unmergeable", Operands::kRange},
    {"all-locks", Operands::kProcess},
    {"check", Operands::kProcess},
    {"read", Operands::kAddress},
    {"write", Operands::kAddress},
    {"store", Operands::kValue},
    {"direct-io", Operands::kAddress},
    {"referenced", Operands::kAddress},
    {"reclaim", Operands::kAddress},
    {"migrate", Operands::kAddress},
    {"poison", Operands::kAddress},
    {"ksmd", Operands::kCount},
    {"unmerge-all", Operands::kNothing},
};
static_assert(std::size(kVerbs) == kVerbCount);

constexpr const char* kRights[] = {"-", "r", "w", "rw"};  // By value.

const VerbRow& RowOf(Verb verb) { return kVerbs[static_cast<int>(verb)]; }

std::string RangeText(std::uint32_t at, std::uint32_t length) {
  return absl::StrCat(at, "..", std::uint64_t{at} + length);
}

std::string OperandsText(const Step& step) {
  const std::string range = RangeText(step.at, step.length);
  switch (RowOf(step.verb).operands) {
    case Operands::kProcess:
      return "";
    case Operands::kChild:
      return absl::StrCat(" -> P", step.other);
    case Operands::kRange:
      return " " + range;
    case Operands::kRangeRights:
      return absl::StrCat(" ", range, " ", kRights[step.rights % std::size(kRights)]);
    case Operands::kTwoRanges:
      return absl::StrCat(" ", range, " -> ", RangeText(step.to, step.to_length));
    case Operands::kPolicy:
      return absl::StrCat(" ", range, " to ", step.to);
    case Operands::kAddress:
      return absl::StrCat(" ", step.at);
    case Operands::kValue:
      return absl::StrCat(" ", step.at, " = ", step.to);
    case Operands::kCount:
      return absl::StrCat(" ", step.length);
    case Operands::kNothing:
      return "";
  }
  return "";
}

struct Word {
  std::string_view text;
  std::size_t column = 1;
};

// Returns: the words of a line up to a "#".
std::vector<Word> WordsOf(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<Word> words;
  for (std::size_t begin = 0; begin < line.size();) {
    if (absl::ascii_isspace(line[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < line.size() && !absl::ascii_isspace(line[end])) ++end;
    words.push_back({line.substr(begin, end - begin), begin + 1});
    begin = end;
  }
  return words;
}

// A word as it may be told: printable, and not too long.
std::string Quoted(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string shown(text.substr(0, kShown));
  for (char& c : shown) c = absl::ascii_isprint(c) ? c : '?';
  return absl::StrCat("\"", shown, text.size() > kShown ? "..." : "", "\"");
}

class Parser {
 public:
  explicit Parser(const ScriptLimits& limits) : limits_(limits) {}

  absl::StatusOr<Script> Parse(std::string_view text);

 private:
  void ParseLine(std::string_view line);
  void ParseWords();
  void ParseKernel(std::string_view line);
  void ParsePages();
  void ParsePhaseLine();
  void ParseStep(std::string_view word);
  void ParseOperands(Operands operands, Step& step);
  void ParseRange(std::uint32_t& at, std::uint32_t& length);
  std::uint32_t ParseProcess();
  std::uint32_t ParseRights();
  std::uint32_t ParseNumber(std::uint32_t max, const char* what);
  void Expect(std::string_view word);
  void CheckNotEmpty();
  void CheckSize();

  // Returns: the next word of the line; an empty one at its end.
  Word Next() { return next_ < words_.size() ? words_[next_++] : Word{"", end_column_}; }
  // Notes a mistake, unless there was one before.
  void Fail(std::size_t column, const std::string& what);
  bool ok() const { return error_.empty(); }

  const ScriptLimits limits_;
  Script script_;
  std::string error_;
  std::size_t line_ = 0;
  std::vector<Word> words_;
  std::size_t next_ = 0;
  std::size_t end_column_ = 1;
  bool says_pages_ = false;
  bool says_swap_ = false;
};

void Parser::Fail(std::size_t column, const std::string& what) {
  if (ok()) error_ = absl::StrCat(line_, ":", column, ": ", what);
}

absl::StatusOr<Script> Parser::Parse(std::string_view text) {
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    ++line_;
    if (line_ > limits_.lines_max) {
      Fail(1, absl::StrCat("a script has at most ", limits_.lines_max, " lines: cut it"));
    }
    if (ok()) ParseLine(line);
    if (!ok()) return absl::InvalidArgumentError(error_);
  }
  CheckNotEmpty();
  CheckSize();
  if (!ok()) return absl::InvalidArgumentError(error_);
  return script_;
}

// A script that does nothing would hold, and prove nothing.
void Parser::CheckNotEmpty() {
  if (HasSteps(script_)) return;
  Fail(1, "the script ends, and nothing was done: write a phase, a thread and a step");
}

void Parser::CheckSize() {
  const std::uint64_t table = std::uint64_t{ProcessCount(script_)} * script_.pages;
  if (table <= limits_.table_max) return;
  Fail(1, absl::StrCat("processes times pages is ", table, ": at most ", limits_.table_max,
                       ", so give processes smaller numbers, or write fewer pages"));
}

void Parser::ParseLine(std::string_view line) {
  words_ = WordsOf(line);
  next_ = 0;
  if (words_.empty()) return;
  end_column_ = words_.back().column + words_.back().text.size();
  if (words_[0].text == "kernel") return ParseKernel(line);
  ParseWords();
  const Word rest = Next();
  if (!rest.text.empty()) {
    Fail(rest.column, absl::StrCat(Quoted(rest.text), " is one word too many: leave it out"));
  }
}

void Parser::ParseKernel(std::string_view line) {
  if (!script_.kernel.empty() || !script_.phases.empty()) {
    return Fail(words_[0].column,
                "the kernel is said once, before the phases: leave this line out");
  }
  const std::size_t column = words_.size() > 1 ? words_[1].column : end_column_;
  const std::string_view form = line.substr(0, line.find('#')).substr(column - 1);
  const absl::StatusOr<Kernel> kernel = rmap::ParseKernel(form);
  if (!kernel.ok()) {
    return Fail(column, absl::StrCat(kernel.status().message(),
                                     ": write a generation and changes, as G9 without KH-25"));
  }
  script_.kernel = kernel->Name();
}

void Parser::ParseWords() {
  const Word first = Next();
  const bool in_head = script_.phases.empty();
  if (first.text == "pages" || first.text == "swap") {
    const bool pages = first.text == "pages";
    bool& is_said = pages ? says_pages_ : says_swap_;
    if (!in_head || is_said) {
      return Fail(first.column,
                  absl::StrCat(Quoted(first.text),
                               " is said once, before the phases: leave this line out"));
    }
    is_said = true;
    if (pages) ParsePages();
    if (!pages) script_.swap_slots = ParseNumber(limits_.swap_slots_max, "a number of slots");
  } else if (first.text == "phase") {
    script_.phases.emplace_back();
  } else if (in_head) {
    Fail(first.column, absl::StrCat(Quoted(first.text),
                                    " stands before the first phase: write kernel, pages, swap or "
                                    "phase"));
  } else {
    next_ = 0;
    ParsePhaseLine();
  }
}

void Parser::ParsePages() {
  script_.pages = ParseNumber(limits_.pages_max, "a number of pages");
  if (!ok() || script_.pages > 0) return;
  Fail(words_[1].column, "an address space has at least one page: write 1 or more");
}

void Parser::ParsePhaseLine() {
  Phase& phase = script_.phases.back();
  const Word first = Next();
  if (first.text == "memory") {
    for (const char* word : {"may", "run", "out"}) Expect(word);
    phase.memory_may_run_out = true;
  } else if (first.text == "thread") {
    if (phase.threads.size() == limits_.threads_max) {
      Fail(first.column, absl::StrCat("a phase has at most ", limits_.threads_max,
                                      " threads: begin another phase"));
    }
    phase.threads.emplace_back();
  } else if (phase.threads.empty()) {
    Fail(first.column, absl::StrCat(Quoted(first.text),
                                    " stands before the first thread of its phase: write thread "
                                    "before it"));
  } else {
    ParseStep(first.text);
  }
}

void Parser::ParseStep(std::string_view word) {
  const auto* const row = std::ranges::find(kVerbs, word, &VerbRow::word);
  if (row == std::end(kVerbs)) {
    const auto words = [](std::string* to, const VerbRow& verb) { absl::StrAppend(to, verb.word); };
    return Fail(words_[0].column, absl::StrCat(Quoted(word), " is no step: write phase, thread, ",
                                               absl::StrJoin(kVerbs, ", ", words)));
  }
  Step step{static_cast<Verb>(row - kVerbs)};
  if (HasProcess(step.verb)) step.process = ParseProcess();
  ParseOperands(row->operands, step);
  script_.phases.back().threads.back().push_back(step);
}

void Parser::ParseOperands(Operands operands, Step& step) {
  switch (operands) {
    case Operands::kProcess:
      return;
    case Operands::kChild:
      Expect("->");
      step.other = ParseProcess();
      return;
    case Operands::kRange:
      return ParseRange(step.at, step.length);
    case Operands::kRangeRights:
      ParseRange(step.at, step.length);
      step.rights = ParseRights();
      return;
    case Operands::kTwoRanges:
      ParseRange(step.at, step.length);
      Expect("->");
      return ParseRange(step.to, step.to_length);
    case Operands::kPolicy:
      ParseRange(step.at, step.length);
      Expect("to");
      step.to = ParseNumber(limits_.pages_max, "a number of a policy");
      return;
    case Operands::kAddress:
      step.at = ParseNumber(limits_.pages_max, "an address");
      return;
    case Operands::kValue:
      step.at = ParseNumber(limits_.pages_max, "an address");
      Expect("=");
      step.to = ParseNumber(limits_.common_values_max, "a common value");
      return;
    case Operands::kCount:
      step.length = ParseNumber(limits_.pages_max, "a number of pages");
      return;
    case Operands::kNothing:
      return;
  }
}

void Parser::ParseRange(std::uint32_t& at, std::uint32_t& length) {
  const Word word = Next();
  const std::vector<std::string_view> ends = absl::StrSplit(word.text, absl::MaxSplits("..", 1));
  std::uint32_t end = 0;
  const bool read =
      ends.size() == 2 && absl::SimpleAtoi(ends[0], &at) && absl::SimpleAtoi(ends[1], &end);
  if (!read) {
    at = 0;
    return Fail(word.column, absl::StrCat(Quoted(word.text),
                                          " is no range: write its first page "
                                          "and the one behind its last, as 2..5"));
  }
  if (end < at) Fail(word.column, "a range ends before it begins: write the smaller number first");
  if (end > limits_.pages_max) {
    Fail(word.column, absl::StrCat("addresses are at most ", limits_.pages_max, ": write less"));
  }
  length = end - at;
}

std::uint32_t Parser::ParseProcess() {
  const Word word = Next();
  std::uint32_t number = 0;
  const bool read = word.text.starts_with('P') && absl::SimpleAtoi(word.text.substr(1), &number);
  if (!read) {
    Fail(word.column,
         absl::StrCat(Quoted(word.text), " is no process: write P and a number, as P0"));
    return 0;
  }
  if (number < limits_.processes_max) return number;
  Fail(word.column, absl::StrCat("numbers of processes are below ", limits_.processes_max,
                                 ": write a smaller one"));
  return 0;
}

std::uint32_t Parser::ParseRights() {
  const Word word = Next();
  const auto* const rights = std::ranges::find(kRights, word.text);
  if (rights != std::end(kRights)) return static_cast<std::uint32_t>(rights - kRights);
  Fail(word.column, absl::StrCat(Quoted(word.text), " are no rights: write rw, r, w or -"));
  return 0;
}

std::uint32_t Parser::ParseNumber(std::uint32_t max, const char* what) {
  const Word word = Next();
  std::uint32_t number = 0;
  if (!absl::SimpleAtoi(word.text, &number)) {
    Fail(word.column, absl::StrCat(Quoted(word.text), " is no number: write ", what));
    return 0;
  }
  if (number <= max) return number;
  Fail(word.column, absl::StrCat(number, " is too large for ", what, ": at most ", max));
  return 0;
}

void Parser::Expect(std::string_view wanted) {
  const Word word = Next();
  if (word.text == wanted) return;
  Fail(word.column,
       absl::StrCat(Quoted(word.text), " stands where ", Quoted(wanted), " belongs: write that"));
}

}  // namespace

const char* VerbName(Verb verb) { return RowOf(verb).word; }

std::string ToText(const Step& step) {
  const std::string process = HasProcess(step.verb) ? absl::StrCat(" P", step.process) : "";
  return absl::StrCat(VerbName(step.verb), process, OperandsText(step));
}

std::string ToText(const Script& script) {
  std::string text;
  if (!script.kernel.empty()) absl::StrAppend(&text, "kernel ", script.kernel, "\n");
  absl::StrAppend(&text, "pages ", script.pages, "\nswap ", script.swap_slots, "\n");
  for (const Phase& phase : script.phases) {
    absl::StrAppend(&text, "phase\n");
    if (phase.memory_may_run_out) absl::StrAppend(&text, "  memory may run out\n");
    for (const Steps& steps : phase.threads) {
      absl::StrAppend(&text, "  thread\n");
      for (const Step& step : steps) absl::StrAppend(&text, "    ", ToText(step), "\n");
    }
  }
  return text;
}

absl::StatusOr<Script> ParseScript(std::string_view text, const ScriptLimits& limits) {
  return Parser(limits).Parse(text);
}

}  // namespace rmap

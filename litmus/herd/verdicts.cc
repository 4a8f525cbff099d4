// States are compared as sets of lines, each with the parts that the table names in the order of
// the alphabet.
#include "litmus/herd/verdicts.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace herd {
namespace {

using Parts = std::map<std::string, std::string>;

std::string Line(const Parts& parts) {
  return absl::StrJoin(parts, "; ", absl::PairFormatter("="));
}

// Adds "[x]=1" or "y={1,0}".
void AddPart(std::string_view text, Parts& parts) {
  text = absl::StripAsciiWhitespace(text);
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return;
  std::string_view name = text.substr(0, equals);
  std::string_view value = text.substr(equals + 1);
  if (absl::ConsumePrefix(&name, "[")) absl::ConsumeSuffix(&name, "]");
  if (!absl::ConsumePrefix(&value, "{")) {
    parts[std::string(name)] = std::string(value);
    return;
  }
  absl::ConsumeSuffix(&value, "}");
  int index = 0;
  for (std::string_view element : absl::StrSplit(value, ',')) {
    parts[absl::StrCat(name, "[", index++, "]")] = std::string(absl::StripAsciiWhitespace(element));
  }
}

void AddStates(std::string_view text, Verdict& verdict) {
  if (text.empty() || absl::StartsWith(text, "(")) return;
  verdict.states.emplace();
  for (std::string_view state : absl::StrSplit(text, '|')) {
    Parts parts;
    for (std::string_view part : absl::StrSplit(state, ';')) AddPart(part, parts);
    for (const auto& [name, value] : parts) verdict.parts.insert(name);
    verdict.states->insert(Line(parts));
  }
}

// Returns: the states of the answer, with the parts that the table names. A part that the test has
// not is 0, as everything that nobody has written.
std::set<std::string> StatesOf(const Answer& answer, const std::set<std::string>& names) {
  std::set<std::string> lines;
  for (const FinalState& state : answer.states) {
    Parts parts;
    for (const std::string& name : names) parts[name] = "0";
    for (std::size_t i = 0; i < answer.parts.size(); ++i) {
      const auto found = parts.find(answer.parts[i]);
      if (found != parts.end()) found->second = ValueName(answer, state.values[i]);
    }
    lines.insert(Line(parts));
  }
  return lines;
}

std::string FirstMissing(const std::set<std::string>& from, const std::set<std::string>& in) {
  for (const std::string& line : from) {
    if (!in.contains(line)) return line;
  }
  return "";
}

void CompareStates(const Answer& answer, const Verdict& verdict, std::vector<std::string>& all) {
  if (!verdict.states.has_value()) return;
  const std::set<std::string> ours = StatesOf(answer, verdict.parts);
  const std::string missing = FirstMissing(*verdict.states, ours);
  const std::string surplus = FirstMissing(ours, *verdict.states);
  if (!missing.empty()) all.push_back(absl::StrCat("no state ", missing));
  if (!surplus.empty()) all.push_back(absl::StrCat("a state too many: ", surplus));
}

void CompareExecutions(const Answer& answer, const Verdict& verdict,
                       std::vector<std::string>& all) {
  if (!verdict.executions.has_value() || *verdict.executions == answer.executions) return;
  all.push_back(absl::StrCat(answer.executions, " executions instead of ", *verdict.executions));
}

std::string KernelDifference(const Answer& answer, const Verdict& verdict) {
  std::vector<std::string> all;
  const std::string observed = ObservationName(answer.observation);
  if (!verdict.observation.empty() && observed != verdict.observation) {
    all.push_back(absl::StrCat(observed, " instead of ", verdict.observation));
  }
  if (answer.flags != verdict.flags) {
    all.push_back(absl::StrCat("the flags \"", absl::StrJoin(answer.flags, ","), "\" instead of \"",
                               absl::StrJoin(verdict.flags, ","), "\""));
  }
  CompareExecutions(answer, verdict, all);
  CompareStates(answer, verdict, all);
  return absl::StrJoin(all, "; ");
}

Verdict ToVerdict(const absl::flat_hash_map<std::string, std::string_view>& cells) {
  const auto cell = [&cells](const char* name) {
    const auto found = cells.find(name);
    return found == cells.end() ? std::string_view() : found->second;
  };
  Verdict verdict;
  verdict.is_kernel_test = cells.contains("lkmm");
  verdict.observation = std::string(cell(verdict.is_kernel_test ? "lkmm" : "rc11"));
  for (std::string_view flag : absl::StrSplit(cell("flags"), ',', absl::SkipEmpty())) {
    verdict.flags.insert(std::string(flag));
  }
  verdict.cpp20 = std::string(cell("cpp20"));
  verdict.race = absl::StrContains(cell("race"), "race") || verdict.flags.contains("data-race");
  verdict.has_quantifier = cell("quantifier") != "none";
  std::uint64_t executions = 0;
  if (absl::SimpleAtoi(cell("executions"), &executions)) verdict.executions = executions;
  AddStates(cell("states"), verdict);
  return verdict;
}

// Returns: what is wrong with a cell, and the mend; empty if nothing is.
std::string WrongCell(std::string_view column, std::string_view text) {
  std::uint64_t number = 0;
  if (column == "executions" && !text.empty() && !absl::SimpleAtoi(text, &number)) {
    return absl::StrCat("executions: ", text, " is no number: give one, or nothing");
  }
  if (column != "rc11" && column != "lkmm" && column != "cpp20") return "";
  if (column == "cpp20") absl::ConsumeSuffix(&text, "+race");
  if (text.empty() || text == "Never" || text == "Sometimes" || text == "Always") return "";
  return absl::StrCat(column, ": ", text, " is no observation: give Never, Sometimes or Always");
}

// Returns: what is wrong with the first line, and the mend; empty if nothing is.
std::string WrongColumns(const std::vector<std::string>& columns) {
  if (columns[0] != "file") return "the first column is not `file`: give a table of verdicts";
  std::set<std::string> seen;
  for (const std::string& column : columns) {
    if (!seen.insert(column).second) {
      return absl::StrCat("has two columns ", column, ": take one away");
    }
  }
  return "";
}

// Adds the row of one test. Returns: as WrongCell.
std::string AddRow(const std::vector<std::string>& columns,
                   const std::vector<std::string_view>& fields, VerdictTable& table) {
  if (fields.size() > columns.size()) return "has more fields than columns: take one away";
  absl::flat_hash_map<std::string, std::string_view> cells;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string wrong = WrongCell(columns[i], fields[i]);
    if (!wrong.empty()) return wrong;
    cells[columns[i]] = fields[i];
  }
  if (table.try_emplace(std::string(fields[0]), ToVerdict(cells)).second) return "";
  return absl::StrCat("has a second row for ", fields[0], ": take one away");
}

}  // namespace

absl::StatusOr<VerdictTable> ParseVerdicts(std::string_view text, const std::string& name) {
  VerdictTable table;
  std::vector<std::string> columns;
  int number = 0;
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    if (line.empty()) continue;
    const std::vector<std::string_view> fields = absl::StrSplit(line, '\t');
    std::string wrong;
    if (columns.empty()) {
      columns.assign(fields.begin(), fields.end());
      wrong = WrongColumns(columns);
    } else {
      wrong = AddRow(columns, fields, table);
    }
    if (wrong.empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat(name, ":", number, ": ", wrong));
  }
  return table;
}

std::string Difference(const Answer& answer, const Verdict& verdict,
                       models::MemoryModelKind memory_model) {
  if (verdict.is_kernel_test) return KernelDifference(answer, verdict);
  const bool cpp20 = memory_model == models::MemoryModelKind::kCpp20 && !verdict.cpp20.empty();
  std::string_view expected = cpp20 ? verdict.cpp20 : verdict.observation;
  const bool race = absl::ConsumeSuffix(&expected, "+race") || (verdict.race && !cpp20);
  if (answer.race != race) return answer.race ? "a data race" : "no data race";
  if (race) return "";
  std::vector<std::string> all;
  const std::string observed = ObservationName(answer.observation);
  if (verdict.has_quantifier && !expected.empty() && observed != expected) {
    all.push_back(absl::StrCat(observed, " instead of ", expected));
  }
  if (memory_model == models::MemoryModelKind::kRc11) {
    CompareExecutions(answer, verdict, all);
    CompareStates(answer, verdict, all);
  }
  return absl::StrJoin(all, "; ");
}

}  // namespace herd

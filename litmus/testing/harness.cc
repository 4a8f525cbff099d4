// Running and comparing. Outcomes are compared as the text in which they are written, so that a
// difference is printed in the notation of the case.
#include "litmus/testing/harness.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <numeric>
#include <sstream>
#include <utility>

#include "models/check.h"
#include "models/testing/as_modelled.h"

namespace litmus {
namespace {

using models::testing::Model;
using models::testing::Outcome;
using Kind = Expected::Kind;

constexpr Model kModels[] = {Model::kRc11, Model::kCpp20, Model::kSc};

models::MemoryModelKind EngineModel(Model model) {
  switch (model) {
    case Model::kRc11:
      return models::MemoryModelKind::kRc11;
    case Model::kCpp20:
      return models::MemoryModelKind::kCpp20;
    case Model::kSc:
      return models::MemoryModelKind::kSc;
  }
  return models::MemoryModelKind::kRc11;
}

bool Fills(const models::testing::Operation& operation, int reg) {
  using enum models::testing::Operation::Kind;
  switch (operation.kind) {
    case kLoad:
    case kPlainLoad:
    case kFetchAdd:
    case kExchange:
    case kCompareExchange:
    case kWaitUntilEqual:
      return operation.reg == reg;
    default:
      return false;
  }
}

// Returns: the registers of one thread as digits, only those that are filled.
std::string Registers(const models::testing::Thread& thread,
                      const std::array<int, models::testing::kMaxRegisters>& values) {
  std::string text;
  for (int reg = 0; reg < models::testing::kMaxRegisters; ++reg) {
    const auto fills = [reg](const auto& operation) { return Fills(operation, reg); };
    if (std::ranges::any_of(thread, fills)) text += std::to_string(values[reg]);
  }
  return text;
}

std::string Brief(const Outcome& outcome, const Program& program) {
  std::string text;
  for (std::size_t t = 0; t < program.threads.size(); ++t) {
    const std::string registers = Registers(program.threads[t], outcome.registers[t]);
    if (!text.empty() && !registers.empty()) text += ',';
    text += registers;
  }
  if (program.locations() > 0) text += '/';
  for (int location = 0; location < program.locations(); ++location) {
    text += std::to_string(outcome.finals[location]);
  }
  return text.empty() ? "-" : text;
}

std::set<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  std::set<std::string> words;
  for (std::string word; stream >> word;) words.insert(word);
  return words;
}

// Returns: `expected` with what it says relative to rc11 spelled out.
Expected Resolved(Expected expected, const Expected& rc11) {
  if (expected.kind == Kind::kAsRc11) return rc11;
  std::set<std::string> words = Words(expected.outcomes);
  if (!words.erase("all")) return expected;
  const bool without = words.erase("but");
  words.erase("and");
  std::set<std::string> outcomes = Words(rc11.outcomes);
  for (const std::string& word : words) {
    if (without) {
      outcomes.erase(word);
    } else {
      outcomes.insert(word);
    }
  }
  expected.outcomes.clear();
  for (const std::string& outcome : outcomes) expected.outcomes += outcome + " ";
  return expected;
}

const Expected& ExpectedUnder(const Case& litmus_case, Model model) {
  switch (model) {
    case Model::kRc11:
      return litmus_case.rc11;
    case Model::kCpp20:
      return litmus_case.cpp20;
    case Model::kSc:
      return litmus_case.sc;
  }
  return litmus_case.rc11;
}

const char* ModelName(Model model) {
  switch (model) {
    case Model::kRc11:
      return "rc11";
    case Model::kCpp20:
      return "cpp20";
    case Model::kSc:
      return "sc";
  }
  return "?";
}

std::string Lines(const std::vector<std::string>& differences, const std::string& who) {
  std::string text;
  for (const std::string& difference : differences) text += who + ": " + difference + "\n";
  return text;
}

std::string DifferencesUnder(Model model, const Program& program, const Expected& expected) {
  const std::string name = ModelName(model);
  std::string text =
      Lines(Compare(expected, RunBruteForce(program, model)), name + ", by brute force");
  std::vector<int> order(program.threads.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    std::string who = name + ", threads created in order";
    for (int thread : order) who += " " + std::to_string(thread);
    text += Lines(Compare(expected, RunEngine(program, model, order)), who);
  } while (std::ranges::next_permutation(order).found);
  return text;
}

void CompareFailures(const Expected& expected, const Found& found,
                     std::vector<std::string>& differences) {
  const auto compare = [&](bool want, bool got, const std::string& what) {
    if (want && !got) differences.push_back("missing " + what);
    if (!want && got) differences.push_back("surplus " + what);
  };
  compare(expected.kind == Kind::kRaces, found.racy, "data race");
  // A racy program's other failures mean nothing.
  if (expected.kind == Kind::kRaces) return;
  compare(expected.kind == Kind::kDeadlocks, found.deadlock, "deadlock");
  if (!found.failure.empty()) differences.push_back("failure: " + found.failure);
}

}  // namespace

Expected Runs(int executions, const char* outcomes) { return {Kind::kRuns, executions, outcomes}; }

Expected Races() { return {Kind::kRaces, 0, ""}; }

Expected Deadlocks(int executions, const char* outcomes) {
  return {Kind::kDeadlocks, executions, outcomes};
}

std::ostream& operator<<(std::ostream& out, const Case& litmus_case) {
  return out << litmus_case.name << " (" << litmus_case.source << ")";
}

Found RunEngine(const Program& program, Model model, const std::vector<int>& order) {
  Program permuted;
  for (int thread : order) permuted.threads.push_back(program.threads[thread]);
  Found found;
  const auto record = [&](const Outcome& outcome) {
    Outcome original = outcome;
    for (std::size_t i = 0; i < order.size(); ++i) {
      original.registers[order[i]] = outcome.registers[i];
    }
    found.outcomes.insert(Brief(original, program));
  };
  models::Options options;
  options.memory_model = EngineModel(model);
  options.stop_at_failure = false;
  options.validate = std::ranges::is_sorted(order);
  const models::Report report = models::Check(options, AsModelled(permuted, record));
  found.executions = static_cast<std::int64_t>(report.executions);
  found.racy = report.failure_kind == models::FailureKind::kDataRace;
  found.deadlock = report.failure_kind == models::FailureKind::kDeadlock;
  if (report.verdict != models::Verdict::kHolds && !found.racy && !found.deadlock) {
    found.failure = report.failure + report.limit_hit;
  } else if (!report.exhaustive) {
    found.failure = "the search was cut";
  }
  return found;
}

Found RunBruteForce(const Program& program, Model model) {
  const models::testing::BruteForceResult result = ExploreByBruteForce(program, model);
  Found found;
  found.executions = result.executions;
  for (const Outcome& outcome : result.outcomes) found.outcomes.insert(Brief(outcome, program));
  found.racy = result.racy;
  found.deadlock = result.deadlock;
  return found;
}

std::vector<std::string> Compare(const Expected& expected, const Found& found) {
  std::vector<std::string> differences;
  CompareFailures(expected, found, differences);
  if (expected.kind == Kind::kRaces || found.racy) return differences;
  const std::set<std::string> wanted = Words(expected.outcomes);
  for (const std::string& outcome : wanted) {
    if (found.outcomes.contains(outcome)) continue;
    differences.push_back("missing outcome, so the engine is unsound: " + outcome);
  }
  for (const std::string& outcome : found.outcomes) {
    if (wanted.contains(outcome)) continue;
    differences.push_back("surplus outcome, so the model is wrong: " + outcome);
  }
  if (found.executions != expected.executions) {
    differences.push_back("wrong count, so " +
                          std::string(found.executions > expected.executions
                                          ? "the search is not optimal"
                                          : "executions are missed") +
                          ": " + std::to_string(found.executions) + " instead of " +
                          std::to_string(expected.executions));
  }
  return differences;
}

std::string Differences(const Case& litmus_case) {
  std::string text;
  for (Model model : kModels) {
    const Expected expected = Resolved(ExpectedUnder(litmus_case, model), litmus_case.rc11);
    text += DifferencesUnder(model, litmus_case.program, expected);
  }
  if (!text.empty()) text = ToString(litmus_case.program) + text;
  return text;
}

std::string NameOf(const ::testing::TestParamInfo<Case>& info) {
  std::string name;
  for (char c : info.param.name) {
    const bool allowed = std::isalnum(static_cast<unsigned char>(c)) != 0;
    name += allowed ? c : '_';
  }
  return name;
}

}  // namespace litmus

// Parse, compile, search, and count states by how many executions end in them.
// Of the search nothing is kept but the states: the report's story is of no use to who asks this.
#include "litmus/herd/runner.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "litmus/herd/compiler.h"
#include "litmus/herd/formula.h"
#include "litmus/herd/interpreter.h"
#include "litmus/herd/parser.h"
#include "litmus/herd/report.h"
#include "litmus/lkmm/search.h"
#include "models/check.h"

namespace herd {
namespace {

using Clock = std::chrono::steady_clock;

void NameParts(const Code& code, Answer& answer) {
  for (const ThreadCode& thread : code.threads) {
    for (const std::string& name : thread.names) {
      answer.parts.push_back(absl::StrCat(thread.number, ":", name));
    }
  }
  for (const Global& global : code.globals) {
    for (int i = 0; i < global.elements; ++i) {
      const bool is_array = global.elements > 1;
      answer.parts.push_back(is_array ? absl::StrCat(global.name, "[", i, "]") : global.name);
    }
    answer.globals.push_back(global.name);
  }
}

Observation Observe(const Answer& answer) {
  if (answer.positive == 0) return Observation::kNever;
  return answer.negative == 0 ? Observation::kAlways : Observation::kSometimes;
}

void Count(const Code& code, const absl::flat_hash_map<State, std::uint64_t>& counts,
           Answer& answer) {
  answer.states.clear();
  answer.positive = answer.negative = 0;
  for (const auto& [state, executions] : counts) {
    if (code.filter.has_value() && !Holds(*code.filter, state)) continue;
    const bool satisfies = Holds(code.condition, state);
    answer.states.push_back({state, executions, satisfies});
    (satisfies ? answer.positive : answer.negative) += executions;
  }
  answer.executions = answer.positive + answer.negative;
  std::sort(answer.states.begin(), answer.states.end(),
            [](const FinalState& a, const FinalState& b) { return a.values < b.values; });
  answer.observation = Observe(answer);
}

// Searches all executions and counts their states.
models::Report SearchAll(const Code& code, const RunOptions& options, PlainAs plain,
                         bool stop_at_failure, Answer& answer) {
  absl::flat_hash_map<State, std::uint64_t> counts;
  Interpreter interpreter(code, options.unroll_max, plain,
                          [&counts](const State& state) { ++counts[state]; });
  models::Options search = options.search;
  search.stop_at_failure = stop_at_failure;
  const Lines lines(code.name);
  models::Report report = models::Check(search, [&] { interpreter.Run(); });
  answer.limit_hit = report.limit_hit;
  answer.blocked = report.blocked;
  answer.loop_cut = interpreter.loop_cut();
  answer.between_elements = interpreter.between_elements();
  Count(code, counts, answer);
  if (report.verdict == models::Verdict::kViolated &&
      report.failure_kind != models::FailureKind::kDataRace) {
    answer.observation = Observation::kUnsupported;
    answer.reason = interpreter.mistake().empty() ? report.failure : interpreter.mistake();
  }
  return report;
}

// A race ends the search. Then the executions are counted that herd counts: all, if they can be
// found by treating plain accesses as relaxed ones; else those without a race.
void Search(const Code& code, const RunOptions& options, Answer& answer) {
  const models::Report report = SearchAll(code, options, PlainAs::kPlain, true, answer);
  answer.race = report.failure_kind == models::FailureKind::kDataRace;
  if (!answer.race) return;
  answer.failure = report.failure;
  answer.counts_races = code.plain_is_relaxed;
  const PlainAs plain = answer.counts_races ? PlainAs::kRelaxed : PlainAs::kPlain;
  SearchAll(code, options, plain, false, answer);
  if (!code.filter.has_value() || !answer.counts_races) return;
  // Those without a race are as many if none with one passed the filter.
  Answer quiet = answer;
  SearchAll(code, options, PlainAs::kPlain, false, quiet);
  if (quiet.executions != answer.executions || !IsExhaustive(answer)) return;
  answer.race = answer.counts_races = false;
  answer.failure.clear();
}

// Kernel tests ------------------------------------------------------------------------------------

// Keeps what the filter lets through. Returns: how many executions end in each state.
absl::flat_hash_map<State, std::uint64_t> Sift(const Code& code, const lkmm::Outcome& outcome,
                                               Answer& answer) {
  absl::flat_hash_map<State, std::uint64_t> counts;
  for (const auto& [state, ending] : outcome.endings) {
    if (code.filter.has_value() && !Holds(*code.filter, state)) continue;
    counts[state] = ending.executions;
    answer.flags.insert(ending.flags.begin(), ending.flags.end());
  }
  return counts;
}

absl::Status AnswerKernelTest(const LitmusTest& test, const RunOptions& options, Answer& answer) {
  answer.memory_model = kKernelModel;
  const absl::StatusOr<Code> frame = CompileFrame(test);
  if (!frame.ok()) return frame.status();
  NameParts(*frame, answer);
  answer.observed = frame->observed;
  lkmm::Limits limits;
  limits.unroll_max = options.unroll_max;
  limits.seconds_max = options.search.seconds_max;
  limits.interrupted = options.search.interrupted;
  if (options.search.executions_max != 0) limits.candidates_max = options.search.executions_max;
  const absl::StatusOr<lkmm::Outcome> outcome = lkmm::Search(test, *frame, limits);
  if (!outcome.ok()) return outcome.status();
  answer.loop_cut = outcome->loop_cut;
  answer.limit_hit = outcome->limit_hit;
  Count(*frame, Sift(*frame, *outcome, answer), answer);
  answer.race = answer.flags.contains("data-race");
  answer.counts_races = answer.race;
  return absl::OkStatus();
}

absl::Status AnswerC11Test(const LitmusTest& test, const RunOptions& options, Answer& answer) {
  answer.memory_model = models::MemoryModelName(options.search.memory_model);
  const absl::StatusOr<Code> code = Compile(test);
  if (!code.ok()) return code.status();
  NameParts(*code, answer);
  answer.observed = code->observed;
  Search(*code, options, answer);
  return absl::OkStatus();
}

}  // namespace

const char* ObservationName(Observation observation) {
  switch (observation) {
    case Observation::kNever:
      return "Never";
    case Observation::kSometimes:
      return "Sometimes";
    case Observation::kAlways:
      return "Always";
    case Observation::kUnsupported:
      break;
  }
  return "unsupported";
}

bool IsExhaustive(const Answer& answer) {
  return !answer.loop_cut && !answer.between_elements && answer.limit_hit.empty();
}

bool IsCertain(const Answer& answer) {
  return IsExhaustive(answer) || answer.race || answer.observation == Observation::kSometimes;
}

absl::StatusOr<Answer> RunText(const std::string& text, const std::string& file,
                               const RunOptions& options) {
  const Clock::time_point start = Clock::now();
  const absl::StatusOr<LitmusTest> test = Parse(text, file);
  if (!test.ok()) return test.status();
  Answer answer;
  answer.file = file;
  answer.where = file;
  answer.name = test->name;
  answer.quantifier = test->quantifier;
  answer.question = QuestionText(*test);
  const bool is_kernel_test = options.as_kernel_test || !KernelWord(*test).empty();
  const absl::Status status = is_kernel_test ? AnswerKernelTest(*test, options, answer)
                                             : AnswerC11Test(*test, options, answer);
  if (absl::IsUnimplemented(status)) {
    answer.reason = std::string(status.message());
    const absl::optional<absl::Cord> at = status.GetPayload(kPayloadAt);
    if (at.has_value()) absl::StrAppend(&answer.where, ":", std::string(*at));
  } else if (!status.ok()) {
    return status;
  }
  answer.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return answer;
}

std::string ValueName(const Answer& answer, std::int64_t value) {
  const auto [global, bytes] = OffsetOf(value);
  if (global < 0 || global >= static_cast<std::int64_t>(answer.globals.size())) {
    return absl::StrCat(value);
  }
  const std::string& name = answer.globals[global];
  return bytes == 0 ? name : absl::StrCat(name, "+", bytes);
}

}  // namespace herd

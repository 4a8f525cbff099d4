// From options to a search, and from its result to a report. No logic of the engine is here: this
// file only joins the folders that must not know each other.
#include "models/check.h"

#include <chrono>
#include <string>

#include "models/check_options.h"
#include "models/exploration/explorer.h"

namespace models {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Replay NamedReplay(const ExecutionGraph& failing, const Names& names, const Failure& failure,
                   const Options& options) {
  Replay replay = ReplayOf(failing, names, failure);
  replay.program = options.program;
  replay.memory_model = MemoryModelName(options.memory_model);
  return replay;
}

ExplorerOptions WithCallbacks(const Options& options, Clock::time_point start) {
  ExplorerOptions to = ExplorerOptionsOf(options);
  if (options.on_failure) {
    to.on_failure = [&options](const Failure& failure, const ExecutionGraph& failing,
                               const Names& names) {
      options.on_failure(NamedReplay(failing, names, failure, options));
    };
  }
  if (options.on_progress) {
    to.on_progress = [report = options.on_progress, start](const ExplorerResult& so_far) {
      report({so_far.executions, so_far.blocked, SecondsSince(start)});
    };
  }
  return to;
}

Report ToReport(const ExplorerResult& result, const Names& names, const Options& options) {
  Report report;
  report.executions = result.executions;
  report.blocked = result.blocked;
  report.limit_hit = result.limit_hit.empty() ? result.left_out : result.limit_hit;
  const bool stopped_early = result.failures > 0 && options.stop_at_failure;
  report.exhaustive = report.limit_hit.empty() && !stopped_early;
  if (result.failures == 0) {
    report.verdict = report.exhaustive ? Verdict::kHolds : Verdict::kUndecided;
    return report;
  }
  report.verdict = Verdict::kViolated;
  report.failure_kind = result.failure.kind;
  report.trace = MakeTrace(result.failing, names, result.failure);
  report.replay = NamedReplay(result.failing, names, result.failure, options);
  report.failure = report.replay.message;
  return report;
}

}  // namespace

ExplorerOptions ExplorerOptionsOf(const Options& options) {
  ExplorerOptions to;
  to.memory_model = options.memory_model;
  to.limits.events_max = options.events_max;
  to.limits.stack_bytes = options.stack_bytes;
  to.limits.unwinds = options.unwinds;
  to.limits.watches_leaks = options.watches_leaks;
  to.limits.state_digest = options.state_digest;
  to.limits.add_memory = options.add_memory;
  to.limits.on_digests_compared = options.on_digests_compared;
  to.limits.unroll_max = options.unroll_max;
  to.limits.thread_storage = options.thread_storage;
  to.limits.keeps_storage = options.keeps_storage;
  to.limits.observer = options.observer;
  to.executions_max = options.executions_max;
  to.seconds_max = options.seconds_max;
  to.stop_at_failure = options.stop_at_failure;
  to.validate = options.validate;
  to.interrupted = options.interrupted;
  return to;
}

Report Check(const Options& options, const std::function<void()>& program) {
  const Clock::time_point start = Clock::now();
  Explorer explorer(WithCallbacks(options, start), program);
  const ExplorerResult result = explorer.Explore();
  Report report = ToReport(result, explorer.names(), options);
  report.seconds = SecondsSince(start);
  return report;
}

Report CheckReplay(const Options& options, const std::function<void()>& program,
                   const Replay& replay) {
  const Clock::time_point start = Clock::now();
  Explorer explorer(WithCallbacks(options, start), program);
  ExplorerResult result = explorer.Replay(replay);
  if (result.failures == 0) result.limit_hit = "replay";  // One execution proves nothing.
  Report report = ToReport(result, explorer.names(), options);
  report.seconds = SecondsSince(start);
  return report;
}

}  // namespace models

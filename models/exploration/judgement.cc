// Running the program once, and saying what the execution was: complete, blocked, or a failure; see
// explorer.h. A deadlock is what nobody can leave and nobody chose.
#include <cstdio>
#include <cstdlib>

#include "models/exploration/explorer.h"

namespace models {

void Explorer::RunOnce() {
  ++result_.runs;
  const RunOutcome outcome = run_.Execute(program_, graph(), *this);
  if (options_.validate) {
    const std::string broken = graph().Validate();
    if (!broken.empty()) {
      std::fprintf(stderr, "rmapcheck: broken graph, invariant %s\n%s", broken.c_str(),
                   graph().Print().c_str());
      std::abort();
    }
  }
  constexpr std::uint64_t kEarlyRuns = 64;
  const bool early = result_.runs <= kEarlyRuns && run_.Learned();
  const bool searches = steps_ == nullptr;  // What a replay learns is of no use.
  if (searches && run_.failure().kind == FailureKind::kNone && (early || run_.Revoked()) &&
      BeginsAnew()) {
    restart_ = true;
  }
  if (!restart_) Judge(outcome);
}

void Explorer::Judge(RunOutcome outcome) {
  bool complete = false;
  if (!run_.stopped_by().empty()) result_.left_out = run_.stopped_by();
  switch (outcome) {
    case RunOutcome::kFailed:
      return NoteFailure(run_.failure());
    case RunOutcome::kTooLong:
      result_.left_out = run_.limit();
      ++result_.blocked;
      return;
    case RunOutcome::kComplete:
      complete = true;
      ++result_.executions;
      break;
    case RunOutcome::kIncomplete:
      if (Deadlocked()) return NoteFailure(DescribeDeadlock());
      ++result_.blocked;
      break;
  }
  if (options_.on_execution && !options_.on_execution(graph(), complete)) stop_ = true;
}

void Explorer::NoteFailure(const Failure& failure) {
  if (result_.failures++ == 0) {
    result_.failure = failure;
    result_.failing = graph();
  }
  if (options_.on_failure && known_failures_.insert(LikenessOf(failure)).second) {
    options_.on_failure(failure, graph(), run_.names());
  }
  if (options_.stop_at_failure) stop_ = true;
}

// Failures of one likeness are one mistake of the program, met in several executions.
std::string Explorer::LikenessOf(const Failure& failure) {
  std::set<std::string> places;
  for (const Place& place : failure.places) places.insert(SiteName(place.site));
  std::string likeness = FailureName(failure.kind) + ("\n" + failure.message);
  for (const std::string& place : places) likeness += "\n" + place;
  return likeness;
}

// Whether everybody who waits would wait for ever: nobody stopped at an assumption or has a
// deadline, and whoever cannot use what he reads has read the latest there is.
bool Explorer::Deadlocked() {
  const std::vector<ThreadStatus>& threads = run_.statuses();
  for (int t = 0; t < static_cast<int>(threads.size()); ++t) {
    if (!threads[t].exists || threads[t].finished) continue;
    if (threads[t].stopped) {
      if (!SpinsForEver(t)) return false;
      continue;
    }
    if (graph().size(t) <= threads[t].next) {
      if (threads[t].pending != nullptr && threads[t].pending->may_end) return false;
      continue;
    }
    const Event& waiting =
        graph().event({static_cast<std::uint16_t>(t), static_cast<std::uint16_t>(threads[t].next)});
    if (waiting.action.may_end) return false;
    if (waiting.rf != graph().mo_last(waiting.action.location)) return false;
  }
  return true;
}

// Whether the thread stopped behind a cycle of reads of the latest writes.
bool Explorer::SpinsForEver(int thread) {
  const ThreadStatus& status = run_.statuses()[thread];
  int left = status.cycle;
  for (int i = status.next - 1; i >= 0 && left > 0; --i) {
    const Event& event =
        graph().event({static_cast<std::uint16_t>(thread), static_cast<std::uint16_t>(i)});
    if (!event.reads) continue;  // A fence.
    --left;
    const EventId last = graph().mo_last(event.action.location);
    const bool latest = event.writes ? graph().ValueOf(event.action.location, last) == event.written
                                     : event.rf == last;
    if (!latest) return false;
  }
  return status.cycle > 0;
}

Failure Explorer::DescribeDeadlock() {
  Failure failure;
  failure.kind = FailureKind::kDeadlock;
  failure.message = "nobody can go on";
  const std::vector<ThreadStatus>& threads = run_.statuses();
  for (int t = 0; t < static_cast<int>(threads.size()); ++t) {
    if (!threads[t].exists || threads[t].finished) continue;
    // A thread whose first step is blocked in the graph was never started in this run.
    const EventId next{static_cast<std::uint16_t>(t), static_cast<std::uint16_t>(threads[t].next)};
    const Action* waiting =
        graph().size(t) > threads[t].next ? &graph().event(next).action : threads[t].pending;
    if (threads[t].cycle > 0) {
      const EventId read{next.thread, static_cast<std::uint16_t>(next.index - 1)};
      waiting = &graph().event(read).action;
    }
    if (waiting != nullptr) failure.places.push_back({t, WhatIsAwaited(*waiting), waiting->site});
  }
  return failure;
}

std::string Explorer::WhatIsAwaited(const Action& action) {
  const std::string name = run_.names().LocationName(action.location);
  switch (action.kind) {
    case ActionKind::kJoin:
      return "waits for the end of " + run_.names().ThreadName(static_cast<int>(action.value));
    case ActionKind::kGraceEnd:
      return "waits for the end of a read-side section";
    case ActionKind::kAwait:
      return "waits for a change of " + name;
    case ActionKind::kLoad:
    case ActionKind::kRmw:
      return "waits in a loop for a change of " + name;
    default:
      break;
  }
  std::string text = "waits for " + name;
  for (int holder : run_.HoldersOf(action.location)) {
    text += ", held by " + run_.names().ThreadName(holder);
  }
  return text;
}

}  // namespace models

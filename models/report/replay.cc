// Graphs to decisions. The other direction is the exploration, which replays them; reading and
// writing files is replay_file.h.
#include "models/report/replay.h"

namespace models {

ReplayStep StepOf(const ExecutionGraph& graph, EventId id) {
  const Event& e = graph.event(id);
  ReplayStep step;
  step.thread = id.thread;
  if (e.reads) step.rf = e.rf;
  if (e.writes) step.mo = e.mo;
  if (e.action.kind == ActionKind::kChoose) step.value = e.read;
  return step;
}

std::vector<ReplayStep> StepsOf(const ExecutionGraph& graph) {
  std::vector<ReplayStep> steps;
  for (EventId id : graph.trail()) steps.push_back(StepOf(graph, id));
  return steps;
}

Replay ReplayOf(const ExecutionGraph& graph, const Names& names, const Failure& failure) {
  Replay replay;
  replay.failure = FailureName(failure.kind);
  replay.message = FailureSentence(failure, names);
  replay.steps = StepsOf(graph);
  for (int t = 1; t < names.threads(); ++t) {
    replay.threads.push_back({names.thread(t).parent, names.thread(t).manyeth});
  }
  // The last place is the one where the failing thread stood; nobody goes on in the other two.
  const bool goes_on = failure.kind != FailureKind::kDeadlock && failure.kind != FailureKind::kLeak;
  if (goes_on && !failure.places.empty()) replay.then = failure.places.back().thread;
  return replay;
}

std::string FailureSentence(const Failure& failure, const Names& names) {
  std::string text = failure.message;
  const char* separator = ": ";
  for (const Place& place : failure.places) {
    text += separator + names.ThreadName(place.thread) + " " + place.what;
    if (place.site.line() != 0) text += " at " + SiteName(place.site);
    separator = "; ";
  }
  return text;
}

}  // namespace models

// Running one execution again from its decisions. A step that does not fit what the program asks
// for is never forced: the replay ends as nondeterminism; see explorer.h.
#include <algorithm>

#include "models/exploration/explorer.h"

namespace models {

ExplorerResult Explorer::Replay(const models::Replay& replay) {
  steps_ = &replay.steps;
  then_ = replay.then;
  for (std::size_t i = 0; i < replay.threads.size(); ++i) {
    const ReplayThread& thread = replay.threads[i];
    misfit_ |= !run_.names().Announce(static_cast<int>(i) + 1, thread.parent, thread.manyeth);
  }
  PushFrame().graph = ExecutionGraph();
  RunOnce();
  misfit_ = misfit_ || graph().trail().size() < steps_->size() || !model_->Consistent(graph());
  if (misfit_) NoteMisfit("the replay");
  return std::move(result_);
}

void Explorer::NoteMisfit(const std::string& what) {
  result_.failures = 1;
  result_.failure = {FailureKind::kNondeterminism,
                     what + " does not fit the program from its step " +
                         std::to_string(graph().trail().size() + 1) + " on",
                     {}};
  result_.failing = graph();
}

// Whether the program, asking for `action`, can be given what the step says.
bool Explorer::FitsStep(const ReplayStep& step, const Action& action) {
  if (action.kind == ActionKind::kChoose) return step.value < action.value;
  const bool reads = Reads(action) || action.kind == ActionKind::kPoolAlloc;
  if (reads != (step.rf != kNoEvent)) return false;
  if (!reads || IsInit(step.rf)) return true;
  if (step.rf.thread >= graph().threads() || step.rf.index >= graph().size(step.rf.thread)) {
    return false;
  }
  const Event& write = graph().event(step.rf);
  if (write.action.location != action.location) return false;
  if (action.kind == ActionKind::kPoolAlloc) return write.action.kind == ActionKind::kPoolFree;
  return write.writes && Apply(action, write.written).satisfied;
}

// A step knows its place in the final mo; among those that are here already it stands in order.
int Explorer::StepPlace(const ReplayStep& step, LocationId location) {
  int place = 1;
  for (EventId id : graph().location(location).mo) {
    for (std::size_t i = 0; i < graph().trail().size(); ++i) {
      if (graph().trail()[i] == id && (*steps_)[i].mo < step.mo) ++place;
    }
  }
  return place;
}

// Whether the memory model lets the event, which has its rf, be what the step says.
bool Explorer::LegalStep(EventId id, const ReplayStep& step) {
  const Event& e = graph().event(id);
  if (e.writes != (step.mo != 0)) return false;
  if (!HasLocation(e.action.kind)) return true;
  const LocationId location = e.action.location;
  if (e.reads && graph().mo(e.rf) < FirstReadable(id)) return false;
  if (!e.writes) return true;
  const int place = StepPlace(step, location);
  if (e.reads) {
    return place == graph().mo(e.rf) + 1 && graph().RmwReading(location, e.rf, id) == kNoEvent;
  }
  const std::vector<int>& places = Places(id);
  return std::find(places.begin(), places.end(), place) != places.end();
}

// Behind the end of the recording: a loop may read what is there, and change nothing.
void Explorer::AddLoopStep(int thread, const Action& action) {
  const bool may = action.kind == ActionKind::kLoad || action.kind == ActionKind::kRmw ||
                   action.kind == ActionKind::kFence;
  misfit_ = !may;
  if (misfit_) return;
  const EventId id = graph().Append(thread, action);
  if (Reads(action)) ReadFrom(id, graph().mo_last(action.location));
  const Event& event = graph().event(id);
  misfit_ = event.writes && event.written != event.read;
  if (event.writes) WriteAt(id, static_cast<int>(graph().location(action.location).mo.size()) + 1);
  FinishOther(id, action);
}

void Explorer::AddStep(int thread, const Action& action) {
  const std::size_t done = graph().trail().size();
  if (done >= steps_->size() && then_ < 0) return AddLoopStep(thread, action);
  misfit_ = done >= steps_->size() || !FitsStep((*steps_)[done], action);
  if (misfit_) return;
  const ReplayStep& step = (*steps_)[done];
  const EventId id = graph().Append(thread, action);
  if (Reads(action)) {
    ReadFrom(id, step.rf);
  } else if (action.kind == ActionKind::kStore || action.kind == ActionKind::kRelease) {
    graph().event(id).written = action.kind == ActionKind::kStore ? action.value : 0;
    graph().event(id).writes = true;
  } else if (action.kind == ActionKind::kPoolAlloc) {
    graph().event(id).reads = true;
    graph().event(id).rf = step.rf;
  } else if (action.kind == ActionKind::kChoose) {
    graph().event(id).read = step.value;
  }
  misfit_ = !LegalStep(id, step);
  if (misfit_) {
    graph().event(id).writes = false;  // It never got a place.
    graph().TakeBack(id);
    return;
  }
  if (graph().event(id).writes) WriteAt(id, StepPlace(step, action.location));
  FinishOther(id, action);
}

}  // namespace models

// Graphs to decisions. The other direction is the exploration, which replays them; reading and
// writing files is replay_file.h.
#include "models/report/replay.h"

namespace models {

std::vector<ReplayStep> StepsOf(const ExecutionGraph& graph) {
  std::vector<ReplayStep> steps;
  for (EventId id : graph.trail()) {
    const Event& e = graph.event(id);
    ReplayStep step;
    step.thread = id.thread;
    if (e.reads) step.rf = e.rf;
    if (e.writes) step.mo = e.mo;
    if (e.action.kind == ActionKind::kChoose) step.value = e.read;
    steps.push_back(step);
  }
  return steps;
}

}  // namespace models

// Standing still and going on: frames to data and back; see frontier.h. A frame comes back by
// running the program along the decisions that led to it, so nothing that only this process knows
// is written down. What does not fit the program is never forced, as in a replay.
#include <algorithm>

#include "models/exploration/explorer.h"

namespace models {
namespace {

FrontierEvent SavedEvent(const ExecutionGraph& graph, EventId id) {
  const Event& e = graph.event(id);
  FrontierEvent saved;
  saved.step = StepOf(graph, id);
  saved.stamp = e.stamp;
  if (e.woken) {
    saved.blocked_by = e.blocked_by;
    saved.reserved_stamp = e.reserved_stamp;
  }
  return saved;
}

// A frontier's numbers of threads, turned into another search's.
class Renumbering {
 public:
  explicit Renumbering(const std::vector<int>& known) : known_(known) {}

  void Thread(int& thread) const {
    if (thread >= 0 && thread < static_cast<int>(known_.size())) thread = known_[thread];
  }
  void Id(EventId& id) const {
    if (id.thread < known_.size()) id.thread = static_cast<std::uint16_t>(known_[id.thread]);
  }
  void Frame(FrontierFrame& frame) const {
    for (FrontierEvent& event : frame.trail) Event(event);
    for (FrontierEvent& event : frame.blocked) Event(event);
    for (std::vector<EventId>& order : frame.accesses) {
      for (EventId& id : order) Id(id);
    }
    for (FrontierChoice& choice : frame.choices) {
      Thread(choice.thread);
      Id(choice.rf);
      Id(choice.revisited);
    }
  }

 private:
  void Event(FrontierEvent& event) const {
    Thread(event.step.thread);
    Id(event.step.rf);
    Id(event.blocked_by);
  }

  const std::vector<int>& known_;
};

}  // namespace

// Standing still ----------------------------------------------------------------------------------

// What is beyond the youngest choice was searched, so the graph is cut to it now and not later.
FrontierFrame Explorer::Saved(Frame& frame) {
  ExecutionGraph& graph = frame.graph;
  graph.Cut(frame.choices.back().trail, frame.choices.back().stamp);
  FrontierFrame saved;
  saved.stamp = graph.stamp();
  for (EventId id : graph.trail()) saved.trail.push_back(SavedEvent(graph, id));
  for (int t = 0; t < graph.threads(); ++t) {
    if (graph.size(t) == 0) continue;
    const EventId last{static_cast<std::uint16_t>(t),
                       static_cast<std::uint16_t>(graph.size(t) - 1)};
    if (graph.event(last).blocked) saved.blocked.push_back(SavedEvent(graph, last));
  }
  for (std::size_t i = 0; i < graph.location_count(); ++i) {
    const std::vector<EventId>& accesses = graph.location(static_cast<LocationId>(i)).accesses;
    if (accesses.size() > 1) saved.accesses.push_back(accesses);
  }
  for (const Choice& choice : frame.choices) {
    saved.choices.push_back({.kind = static_cast<int>(choice.kind),
                             .place_fixed = choice.place_fixed,
                             .place = choice.place,
                             .thread = choice.thread,
                             .rf = choice.rf,
                             .revisited = choice.revisited,
                             .value = choice.kind == ChoiceKind::kValue ? choice.value : 0,
                             .trail = static_cast<std::uint32_t>(choice.trail),
                             .stamp = choice.stamp,
                             .event_stamp = choice.event_stamp});
  }
  return saved;
}

Frontier Explorer::Left() {
  Frontier left;
  left.part = part_;
  const Names& names = run_.names();
  for (int t = 1; t < names.threads(); ++t) {
    left.threads.push_back({names.thread(t).parent, names.thread(t).manyeth});
  }
  for (LocationId lock = 0; lock < not_simple_.size(); ++lock) {
    if (!not_simple_[lock]) continue;
    const Names::Origin origin = names.OriginOf(lock);
    // One that goes by its address is learned again.
    if (origin.thread == Names::kUnknown) continue;
    left.tried.push_back({origin.thread, origin.manyeth});
  }
  for (const auto& frame : frames_) {
    if (!frame->choices.empty()) left.frames.push_back(Saved(*frame));
  }
  return left;
}

// Going on ----------------------------------------------------------------------------------------

ExplorerResult Explorer::Continue(const Frontier& frontier) {
  SetDeadline();
  run_.BeginSearch();
  const std::vector<int> known = KnownThreads(frontier);
  const Renumbering renumber(known);
  for (FrontierLock lock : frontier.tried) {
    renumber.Thread(lock.thread);
    // They are numbered in the order in which they are made.
    for (int i = 0; i < lock.manyeth; ++i) run_.names().LocationOf(lock.thread, i);
    NoteTried(run_.names().LocationOf(lock.thread, lock.manyeth));
  }
  for (FrontierFrame frame : frontier.frames) {
    renumber.Frame(frame);
    if (Restore(frame)) continue;
    NoteMisfit("what is left of the search");
    return result_;
  }
  if (!frontier.begun) Start();
  part_ = frontier.part;
  return Search();
}

// Returns: what this search calls the frontier's threads.
std::vector<int> Explorer::KnownThreads(const Frontier& frontier) {
  std::vector<int> known = {0};
  for (const ReplayThread& thread : frontier.threads) {
    known.push_back(run_.names().ChildOf(known[thread.parent], thread.manyeth));
  }
  return known;
}

// Puts a frame back, above those that are there. Returns: whether it fits the program.
bool Explorer::Restore(const FrontierFrame& saved) {
  PushFrame().graph = ExecutionGraph();
  std::vector<ReplayStep> steps;
  for (const FrontierEvent& event : saved.trail) steps.push_back(event.step);
  steps_ = &steps;
  restored_ = &saved;
  asked_.assign(kThreadsMax, Action());
  run_.Execute(program_, graph(), *this);
  steps_ = nullptr;
  restored_ = nullptr;
  if (misfit_ || graph().trail().size() != saved.trail.size()) return false;
  if (!RestoreOrders(saved)) return false;
  return std::ranges::all_of(saved.choices,
                             [&](const FrontierChoice& choice) { return RestoreChoice(choice); });
}

// Behind the trail only those go on, up to their next request, whose request must be known: what is
// blocked in the graph, and what a choice puts at its end. They had come so far when the frame was
// saved, so nothing that fails now did not fail then.
int Explorer::NextInRestore(const std::vector<ThreadStatus>& threads) {
  if (graph().trail().size() < restored_->trail.size()) return NextInReplay(threads);
  const auto asks = [&](int t) {
    if (t >= static_cast<int>(threads.size()) || !threads[t].exists || threads[t].finished)
      return false;
    if (threads[t].pending != nullptr) asked_[t] = *threads[t].pending;
    return threads[t].pending == nullptr && !threads[t].stopped;
  };
  for (const FrontierEvent& event : restored_->blocked) {
    if (asks(event.step.thread)) return event.step.thread;
  }
  for (const FrontierChoice& choice : restored_->choices) {
    if (choice.trail == restored_->trail.size() && asks(choice.thread)) return choice.thread;
  }
  for (const FrontierEvent& event : restored_->blocked)
    AddBlocked(event, asked_[event.step.thread]);
  return kNobody;
}

void Explorer::AddRestored(int thread, const Action& action) {
  const std::size_t done = graph().trail().size();
  misfit_ |= done >= restored_->trail.size();
  if (misfit_) return;
  AddStep(thread, action);
  if (misfit_) return;
  seen_seq_cst_ |= action.order == Order::kSeqCst || action.failure == Order::kSeqCst;
  const FrontierEvent& saved = restored_->trail[done];
  Event& event = graph().event(graph().trail().back());
  event.stamp = saved.stamp;
  if (saved.blocked_by == kNoEvent) return;
  event.woken = true;
  event.blocked_by = saved.blocked_by;
  event.reserved_stamp = saved.reserved_stamp;
}

void Explorer::AddBlocked(const FrontierEvent& saved, const Action& action) {
  misfit_ |= !Reads(action) || saved.step.thread >= graph().threads();
  if (misfit_) return;
  seen_seq_cst_ |= action.order == Order::kSeqCst || action.failure == Order::kSeqCst;
  const EventId id = graph().Append(saved.step.thread, action);
  ReadFrom(id, saved.step.rf);
  graph().event(id).stamp = saved.stamp;
  misfit_ |= !graph().event(id).blocked;
  Settle(id);
}

// Events were added in the order of the trail; the graph remembers that of the search.
bool Explorer::RestoreOrders(const FrontierFrame& saved) {
  for (const std::vector<EventId>& order : saved.accesses) {
    const LocationId location = graph().event(order.front()).action.location;
    std::vector<EventId>& accesses = graph().location(location).accesses;
    if (!std::ranges::is_permutation(accesses, order)) return false;
    accesses = order;
  }
  graph().Cut(graph().trail().size(), saved.stamp);
  return true;
}

// What a choice asks for is what its thread asks for at that place: the event that was put there,
// or is blocked there, or was not put there any more.
bool Explorer::RestoreChoice(const FrontierChoice& saved) {
  const auto behind = graph().trail().begin() + saved.trail;
  const auto index = std::count_if(graph().trail().begin(), behind,
                                   [&](EventId id) { return id.thread == saved.thread; });
  Choice choice;
  choice.kind = static_cast<ChoiceKind>(saved.kind);
  choice.place_fixed = saved.place_fixed;
  choice.place = static_cast<std::uint16_t>(saved.place);
  choice.thread = saved.thread;
  choice.rf = saved.rf;
  choice.revisited = saved.revisited;
  choice.trail = saved.trail;
  choice.stamp = saved.stamp;
  choice.event_stamp = saved.event_stamp;
  const bool there = index < graph().size(saved.thread);
  choice.action = there ? graph()
                              .event({static_cast<std::uint16_t>(saved.thread),
                                      static_cast<std::uint16_t>(index)})
                              .action
                        : asked_[saved.thread];
  const bool stores = choice.action.kind == ActionKind::kStore;
  choice.value = choice.kind == ChoiceKind::kValue ? saved.value : stores ? choice.action.value : 0;
  choices().push_back(choice);
  return true;
}

}  // namespace models

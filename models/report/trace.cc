// From a graph to a story.
//
// The trail is an order in which the program can be run along the graph, so it is the order of the
// story: whoever reads reads from a line above. Where modification order says otherwise than the
// story, the renderers say so beside the line.
#include "models/report/trace.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "models/report/labels.h"

namespace models {
namespace {

std::string FileOf(ksync::Site site) {
  const std::string name = SiteName(site);
  return name.substr(0, name.rfind(':'));
}

void SetPlace(TraceLine& line, ksync::Site site) {
  if (site.line() == 0) return;
  line.file = FileOf(site);
  line.line = static_cast<int>(site.line());
  line.function = ShortFunction(site.function_name());
}

class Storyteller {
 public:
  Storyteller(const ExecutionGraph& graph, const Names& names)
      : graph_(graph), names_(names), labels_(graph, names) {}

  TraceLine Line(EventId id) const;
  TraceLine WaitLine(EventId id) const;
  TraceLine PlaceLine(const Place& place, const Failure& failure) const;
  // Returns: the event a thread is blocked in, or kNoEvent.
  EventId BlockedEvent(int thread) const;

 private:
  std::string Order(const Event& event) const;
  std::string Object(const Event& event) const;
  std::string Value(const Event& event) const;
  void SetFrom(TraceLine& line, const Event& event) const;

  const ExecutionGraph& graph_;
  const Names& names_;
  const Labels labels_;
};

std::string Storyteller::Order(const Event& event) const {
  switch (event.action.kind) {
    case ActionKind::kLoad:
    case ActionKind::kStore:
      return event.action.plain() ? "plain" : ksync::OrderName(event.order());
    case ActionKind::kRmw:
    case ActionKind::kAwait:
    case ActionKind::kFence:
      return ksync::OrderName(event.order());
    default:
      return "";
  }
}

std::string Storyteller::Object(const Event& event) const {
  const Action& action = event.action;
  switch (action.kind) {
    case ActionKind::kCreate:
    case ActionKind::kJoin:
      return names_.ThreadName(static_cast<int>(action.value));
    case ActionKind::kPoolAlloc:
    case ActionKind::kPoolFree:
      return names_.LocationName(action.location);
    case ActionKind::kChoose:
      return reinterpret_cast<const char*>(action.second);
    default:
      break;
  }
  return HasLocation(action.kind) && action.location != 0 ? labels_.Location(action.location) : "";
}

std::string Storyteller::Value(const Event& event) const {
  const Action& action = event.action;
  switch (action.kind) {
    case ActionKind::kChoose:
      return absl::StrCat(event.read, " of ", action.value);
    case ActionKind::kTryAcquire:
      return event.writes ? "got it" : "failed";
    case ActionKind::kIsLocked:
      return event.read != 0 ? "yes" : "no";
    case ActionKind::kAcquire:
    case ActionKind::kRelease:
      return action.mode() == ksync::LockMode::kShared ? "shared" : "";
    case ActionKind::kPoolAlloc:
      return IsInit(event.rf) ? "new" : "used before";
    default:
      break;
  }
  if (!HasLocation(action.kind) || action.location == 0) return "";
  const std::string read = event.reads ? labels_.Value(action.location, event.read) : "";
  const std::string written = event.writes ? labels_.Value(action.location, event.written) : "";
  return absl::StrCat(read, event.reads && event.writes ? " -> " : "", written);
}

void Storyteller::SetFrom(TraceLine& line, const Event& event) const {
  const bool reads = event.reads || event.action.kind == ActionKind::kPoolAlloc;
  if (!reads || event.rf == kNoEvent) return;
  if (IsInit(event.rf)) {
    line.from = "initial value";
    return;
  }
  const Action& writer = graph_.event(event.rf).action;
  line.from = absl::StrCat("T", event.rf.thread, ".", event.rf.index, " ", ActionName(writer.kind),
                           " at ", SiteName(writer.site));
  line.from_thread = event.rf.thread;
  line.from_index = event.rf.index;
}

TraceLine Storyteller::Line(EventId id) const {
  const Event& event = graph_.event(id);
  TraceLine line;
  line.thread = id.thread;
  line.index = id.index;
  line.operation = ActionName(event.action.kind);
  line.order = Order(event);
  line.object = Object(event);
  line.value = Value(event);
  SetFrom(line, event);
  line.mo = event.writes ? event.mo : 0;
  line.location = HasLocation(event.action.kind) ? event.action.location : 0;
  line.is_lock = labels_.IsLock(line.location);
  SetPlace(line, event.action.site);
  return line;
}

EventId Storyteller::BlockedEvent(int thread) const {
  const int size = graph_.size(thread);
  if (size == 0) return kNoEvent;
  const EventId last{static_cast<std::uint16_t>(thread), static_cast<std::uint16_t>(size - 1)};
  return graph_.event(last).blocked ? last : kNoEvent;
}

TraceLine Storyteller::WaitLine(EventId id) const {
  const Event& event = graph_.event(id);
  TraceLine line;
  line.thread = id.thread;
  line.index = -1;
  line.object = Object(event);
  line.operation = absl::StrCat("=> waits for ", line.object);
  const bool reads_a_step = event.rf != kNoEvent && !IsInit(event.rf);
  const bool taken = event.action.kind == ActionKind::kAcquire && reads_a_step;
  if (taken && graph_.event(event.rf).writes) {
    absl::StrAppend(&line.operation, ", held by ", names_.ThreadName(event.rf.thread));
  }
  SetPlace(line, event.action.site);
  return line;
}

TraceLine Storyteller::PlaceLine(const Place& place, const Failure& failure) const {
  const EventId blocked = BlockedEvent(place.thread);
  TraceLine line;
  line.thread = place.thread;
  line.index = -1;
  if (blocked != kNoEvent) line.object = Object(graph_.event(blocked));
  line.operation = "=> " + place.what;
  // A place that only repeats the kind of failure needs the message to say something.
  if (place.what == FailureName(failure.kind)) {
    absl::StrAppend(&line.operation, ": ", failure.message);
  }
  SetPlace(line, place.site);
  return line;
}

// What the main thread does up to the first line that starts another thread; 0 if none does.
std::size_t SetUpLength(const Trace& trace) {
  const std::string create = ActionName(ActionKind::kCreate);
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    if (trace.lines[i].operation == create) return i;
  }
  return 0;
}

}  // namespace

Trace MakeTrace(const ExecutionGraph& graph, const Names& names, const Failure& failure) {
  const Storyteller teller(graph, names);
  Trace trace;
  trace.failure = failure.message;
  const int threads = std::min(std::max(graph.threads(), 1), names.threads());
  for (int t = 0; t < threads; ++t) trace.threads.push_back(names.ThreadName(t));
  for (EventId id : graph.trail()) {
    if (graph.event(id).action.kind != ActionKind::kEnd) trace.lines.push_back(teller.Line(id));
  }
  std::set<int> told;
  for (const Place& place : failure.places) told.insert(place.thread);
  for (int t = 0; t < threads; ++t) {
    const EventId blocked = teller.BlockedEvent(t);
    if (blocked != kNoEvent && !told.contains(t)) trace.lines.push_back(teller.WaitLine(blocked));
  }
  for (const Place& place : failure.places) {
    if (place.thread < threads) trace.lines.push_back(teller.PlaceLine(place, failure));
  }
  return trace;
}

Trace WithoutSetUp(const Trace& trace) {
  const std::size_t length = SetUpLength(trace);
  std::set<std::pair<int, int>> read;
  for (std::size_t i = length; i < trace.lines.size(); ++i) {
    read.insert({trace.lines[i].from_thread, trace.lines[i].from_index});
  }
  Trace shorter;
  shorter.threads = trace.threads;
  shorter.failure = trace.failure;
  for (std::size_t i = 0; i < trace.lines.size(); ++i) {
    const TraceLine& line = trace.lines[i];
    if (i >= length || (!line.is_lock && read.contains({line.thread, line.index}))) {
      shorter.lines.push_back(line);
    } else if (shorter.lines.empty() || shorter.lines.back().operation != "...") {
      TraceLine gap;
      gap.index = -1;
      gap.operation = "...";
      shorter.lines.push_back(gap);
    }
  }
  return shorter;
}

}  // namespace models

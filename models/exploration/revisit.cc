// The rule of maximal extensions: what a backward revisit keeps, and when it is done. The argument
// is in revisit.h.
#include "models/exploration/revisit.h"

namespace models {

Revisit::Revisit(const ExecutionGraph& graph, EventId write, EventId read)
    : graph_(graph),
      write_(write),
      read_(read),
      prefix_(graph.event(write).porf),
      stamp_(graph.event(read).stamp) {
  for (int t = 0; t < graph.threads(); ++t) {
    keep_.Set(t, static_cast<std::uint16_t>(KeptOf(t)));
  }
}

int Revisit::KeptOf(int thread) const {
  int kept = prefix_[thread];
  if (thread == write_.thread) --kept;  // Without the write itself.
  int count = graph_.size(thread);
  while (count > kept) {
    const EventId id{static_cast<std::uint16_t>(thread), static_cast<std::uint16_t>(count - 1)};
    const Event& last = graph_.event(id);
    if (id != write_ && id != read_ && (last.stamp <= stamp_ || FallsAsleep(id))) return count;
    --count;
  }
  return count;
}

bool Revisit::FallsAsleep(EventId id) const {
  const Event& e = graph_.event(id);
  return e.woken && e.stamp > stamp_ && e.reserved_stamp <= stamp_ && id != read_ &&
         !DependedOn(id);
}

bool Revisit::Allowed(EventId conflict) const {
  if (conflict != kNoEvent && conflict != read_ && keep_.Contains(conflict) &&
      !FallsAsleep(conflict)) {
    return false;
  }
  if (!MaximallyAdded(read_)) return false;
  for (int t = 0; t < graph_.threads(); ++t) {
    for (int i = graph_.size(t) - 1; i >= 0; --i) {
      const EventId id{static_cast<std::uint16_t>(t), static_cast<std::uint16_t>(i)};
      const bool asleep = FallsAsleep(id);
      if (keep_.Contains(id) && !asleep) break;
      if (id == write_ || id == read_) continue;
      if (!MaximallyAdded(id)) return false;
    }
  }
  return true;
}

bool Revisit::InPrevious(EventId id, std::uint32_t stamp) const {
  return IsInit(id) || (id != write_ && graph_.event(id).stamp <= stamp) || DependedOn(id);
}

bool Revisit::MaximallyAdded(EventId id) const {
  const Event& e = graph_.event(id);
  switch (e.action.kind) {
    case ActionKind::kChoose:
      return e.read == 0;
    case ActionKind::kPoolAlloc:
      return IsInit(e.rf);
    case ActionKind::kPoolFree:
      return !ReadEarlier(id);
    default:
      break;
  }
  if (!e.reads && !e.writes) return true;
  if (e.writes && ReadEarlier(id)) return false;
  if (e.reads && !InPrevious(e.rf, e.stamp)) return false;
  if (e.woken && !ReservationMaximal(id)) return false;
  return LastInPrevious(id);
}

// Whether something added before the event reads from it.
bool Revisit::ReadEarlier(EventId id) const {
  const Event& e = graph_.event(id);
  for (EventId other : graph_.location(e.action.location).accesses) {
    const Event& reader = graph_.event(other);
    if (reader.reads && reader.rf == id && reader.stamp < e.stamp) return true;
    if (reader.woken && reader.blocked_by == id && reader.reserved_stamp < e.stamp) return true;
  }
  return false;
}

bool Revisit::LastInPrevious(EventId id) const {
  const Event& e = graph_.event(id);
  const std::vector<EventId>& mo = graph_.location(e.action.location).mo;
  for (std::size_t i = e.writes ? e.mo : graph_.mo(e.rf); i < mo.size(); ++i) {
    if (mo[i] != id && InPrevious(mo[i], e.stamp)) return false;
  }
  return true;
}

// A woken event was reserved by a revisit of its own. If that goes too, what blocked it must stay.
bool Revisit::ReservationMaximal(EventId id) const {
  const Event& e = graph_.event(id);
  return e.reserved_stamp <= stamp_ || InPrevious(e.blocked_by, e.reserved_stamp);
}

void Revisit::Restrict(ExecutionGraph& restricted) const {
  restricted.CopyPrefix(graph_, keep_);
  for (int t = 0; t < restricted.threads(); ++t) {
    if (restricted.size(t) == 0) continue;
    const EventId last{static_cast<std::uint16_t>(t),
                       static_cast<std::uint16_t>(restricted.size(t) - 1)};
    if (FallsAsleep(last)) restricted.Unwake(last);
  }
}

}  // namespace models

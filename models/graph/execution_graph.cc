// Building, cutting and copying execution graphs. All relations are stored with the events; the
// only indexes are each location's mo and its list of accesses.
#include "models/graph/execution_graph.h"

#include <algorithm>

namespace models {

ExecutionGraph::ExecutionGraph() : threads_(1) {}

void ExecutionGraph::StartThread(int thread, EventId base) {
  if (thread >= threads()) threads_.resize(thread + 1);
  Thread& started = threads_[thread];
  started.events.clear();
  started.base_hb = event(base).hb;
  started.base_porf = event(base).porf;
}

EventId ExecutionGraph::Append(int thread, const Action& action) {
  std::vector<Event>& events = threads_[thread].events;
  const EventId id{static_cast<std::uint16_t>(thread), static_cast<std::uint16_t>(events.size())};
  Event& added = events.emplace_back();
  added.action = action;
  added.stamp = NewStamp();
  if (id.index > 0) {
    added.release_fence = events[id.index - 1].release_fence;
    added.section = events[id.index - 1].section;
  }
  if (HasLocation(action.kind) || action.kind == ActionKind::kPoolAlloc ||
      action.kind == ActionKind::kPoolFree) {
    location(action.location).accesses.push_back(id);
  }
  return id;
}

void ExecutionGraph::RemoveLast(int thread) {
  std::vector<Event>& events = threads_[thread].events;
  const EventId id{static_cast<std::uint16_t>(thread),
                   static_cast<std::uint16_t>(events.size() - 1)};
  Event& last = events.back();
  if (last.writes && last.mo != 0) Displace(id);
  if (last.action.location < locations_.size()) {
    std::vector<EventId>& accesses = locations_[last.action.location].accesses;
    const auto found = std::find(accesses.rbegin(), accesses.rend(), id);
    if (found != accesses.rend()) accesses.erase(std::next(found).base());
  }
  events.pop_back();
}

void ExecutionGraph::Cut(std::size_t length, std::uint32_t stamp) {
  for (int t = 0; t < threads(); ++t) {
    if (size(t) == 0) continue;
    const Event& last = threads_[t].events.back();
    if (last.blocked && last.stamp > stamp) RemoveLast(t);
  }
  stamp_ = stamp;
  while (trail_.size() > length) {
    const EventId id = trail_.back();
    trail_.pop_back();
    if (event(id).woken) Unwake(id);
    // An event that was woken goes altogether only if it was also reserved since.
    if (!event(id).blocked || event(id).stamp > stamp) RemoveLast(id.thread);
  }
}

void ExecutionGraph::Wake(EventId id, EventId write) {
  Event& e = event(id);
  e.blocked = e.sleeps = false;
  e.woken = true;
  e.blocked_by = e.rf;
  e.reserved_stamp = e.stamp;
  e.stamp = NewStamp();
  e.rf = write;
  e.read = ValueOf(e.action.location, write);
}

void ExecutionGraph::Unwake(EventId id) {
  Event& e = event(id);
  if (e.writes && e.mo != 0) Displace(id);
  e.writes = e.woken = false;
  e.blocked = e.sleeps = true;
  e.rf = e.blocked_by;
  e.read = ValueOf(e.action.location, e.rf);
  e.stamp = e.reserved_stamp;
  // Where it stands on the trail depends on who asks: last when cutting, anywhere when copying.
  for (std::size_t i = trail_.size(); i-- > 0;) {
    if (trail_[i] != id) continue;
    trail_.erase(trail_.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
}

void ExecutionGraph::CopyPrefix(const ExecutionGraph& from, const View& keep) {
  threads_.resize(from.threads_.size());
  for (int t = 0; t < threads(); ++t) {
    const Thread& source = from.threads_[t];
    threads_[t].events.assign(source.events.begin(), source.events.begin() + keep[t]);
    threads_[t].base_hb = source.base_hb;
    threads_[t].base_porf = source.base_porf;
  }
  trail_.clear();
  for (EventId id : from.trail_) {
    if (keep.Contains(id)) trail_.push_back(id);
  }
  locations_.resize(from.locations_.size());
  for (std::size_t i = 0; i < locations_.size(); ++i) {
    const LocationState& source = from.locations_[i];
    LocationState& copy = locations_[i];
    copy.initial = source.initial;
    copy.init_thread = source.init_thread;
    copy.init_index = source.init_index;
    copy.accesses.clear();
    for (EventId id : source.accesses) {
      if (keep.Contains(id)) copy.accesses.push_back(id);
    }
    copy.mo.clear();
    for (EventId id : source.mo) {
      if (!keep.Contains(id)) continue;
      copy.mo.push_back(id);
      event(id).mo = static_cast<std::uint16_t>(copy.mo.size());
    }
  }
  stamp_ = from.stamp_;
}

void ExecutionGraph::Place(EventId id, int position) {
  std::vector<EventId>& mo = location(event(id).action.location).mo;
  mo.insert(mo.begin() + (position - 1), id);
  for (std::size_t i = position - 1; i < mo.size(); ++i) {
    event(mo[i]).mo = static_cast<std::uint16_t>(i + 1);
  }
}

void ExecutionGraph::Displace(EventId id) {
  std::vector<EventId>& mo = location(event(id).action.location).mo;
  const std::size_t position = event(id).mo;
  mo.erase(mo.begin() + (position - 1));
  for (std::size_t i = position - 1; i < mo.size(); ++i) {
    event(mo[i]).mo = static_cast<std::uint16_t>(i + 1);
  }
  event(id).mo = 0;
}

EventId ExecutionGraph::RmwReading(LocationId id, EventId write, EventId except) const {
  const LocationState& state = location(id);
  // A read-modify-write stands right behind what it reads, so only a few places can hold it; while
  // a second one is being tried, one of the two may be displaced by it.
  for (std::size_t i = mo(write); i < state.mo.size() && i < mo(write) + std::size_t{2}; ++i) {
    const EventId next = state.mo[i];
    if (next != except && event(next).reads && event(next).rf == write) return next;
  }
  return kNoEvent;
}

std::string ExecutionGraph::Validate() const {
  for (int t = 0; t < threads(); ++t) {
    for (int i = 0; i < size(t); ++i) {
      const EventId id{static_cast<std::uint16_t>(t), static_cast<std::uint16_t>(i)};
      const Event& e = event(id);
      const std::string name = std::to_string(t) + "." + std::to_string(i);
      if (i > 0 && e.stamp <= threads_[t].events[i - 1].stamp) return "1: stamps of " + name;
      if (e.blocked && i + 1 != size(t)) return "5: something follows the blocked " + name;
      const bool on_trail = std::find(trail_.begin(), trail_.end(), id) != trail_.end();
      if (on_trail == e.blocked) return "2: trail and " + name;
      if (e.reads && e.rf == kNoEvent) return "3: no rf for " + name;
      if (e.reads && !IsInit(e.rf)) {
        if (e.rf.index >= size(e.rf.thread)) return "3: dangling rf of " + name;
        if (e.action.kind != ActionKind::kPoolAlloc) {
          if (!event(e.rf).writes) return "3: rf of " + name + " does not write";
          if (event(e.rf).written != e.read) return "3: value of " + name;
        }
        if (!e.blocked && !e.porf.Contains(e.rf)) return "6: porf and rf of " + name;
      }
      if (e.writes && e.reads && mo(e.rf) + 1 != e.mo) return "4: atomicity of " + name;
      if (!e.blocked && (e.hb[t] != i + 1 || e.porf[t] != i + 1)) return "6: views of " + name;
    }
  }
  for (const LocationState& state : locations_) {
    for (std::size_t i = 0; i < state.mo.size(); ++i) {
      if (event(state.mo[i]).mo != i + 1 || !event(state.mo[i]).writes) return "4: mo positions";
    }
  }
  return "";
}

std::string ExecutionGraph::Print() const {
  std::string text;
  for (EventId id : trail_) {
    const Event& e = event(id);
    text += std::to_string(id.thread) + "." + std::to_string(id.index) + " #" +
            std::to_string(e.stamp) + " " + ActionName(e.action.kind) + " " +
            ksync::OrderName(e.order()) + " loc" + std::to_string(e.action.location);
    if (e.reads) {
      text += " reads " + std::to_string(e.read) + " from " +
              (IsInit(e.rf) ? std::string("init")
                            : std::to_string(e.rf.thread) + "." + std::to_string(e.rf.index));
    }
    if (e.writes) text += " writes " + std::to_string(e.written) + " mo " + std::to_string(e.mo);
    text += "\n";
  }
  for (int t = 0; t < threads(); ++t) {
    if (size(t) == 0 || !threads_[t].events.back().blocked) continue;
    text += std::to_string(t) + "." + std::to_string(size(t) - 1) + " blocked at " +
            ActionName(threads_[t].events.back().action.kind) + "\n";
  }
  return text;
}

}  // namespace models

// An execution graph: events, program order, reads-from and modification order.
//
// Two orders of addition are kept, and they differ:
//   trail  the order in which a program can be run along the graph: a linear extension of po ∪ rf.
//   stamp  the order <_G of TruSt. A read that was revisited keeps its stamp but moves to the
//          trail's end, behind the write it now reads.
//
// Invariants (Validate checks them):
//   1. Each thread's events are consecutive; stamps grow along program order.
//   2. The trail holds exactly the events that are not blocked, and extends po ∪ rf.
//   3. rf of a read is a write of the same location, or the initial write; values agree.
//   4. mo of a location lists each of its writes once; a read-modify-write stands right behind its
//   rf.
//   5. A blocked event is the last of its thread.
//   6. hb and porf contain those of the po-predecessor (and porf that of rf).
//
// What it does not do: decide what is consistent (memory_model/) or what to try (exploration/).
#ifndef RMAPCHECK_MODELS_GRAPH_EXECUTION_GRAPH_H_
#define RMAPCHECK_MODELS_GRAPH_EXECUTION_GRAPH_H_

#include <cstddef>
#include <string>
#include <vector>

#include "models/graph/event.h"
#include "models/graph/view.h"

namespace models {

// What the graph knows of one location.
struct LocationState {
  std::uint64_t initial = 0;
  int init_thread = 0;  // Who wrote the initial value, and after how many events.
  std::uint16_t init_index = 0;
  std::vector<EventId> mo;        // Writes in modification order, without the initial one.
  std::vector<EventId> accesses;  // All events of the location (blocked too), as added.
};

class ExecutionGraph {
 public:
  ExecutionGraph();

  // Threads ---------------------------------------------------------------------------------------
  int threads() const { return static_cast<int>(threads_.size()); }
  // Makes room for `thread`, whose first event follows `base` (its creation) in hb and porf.
  void StartThread(int thread, EventId base);
  // Returns: the number of events of a thread, a blocked one included.
  int size(int thread) const {
    return thread < threads() ? static_cast<int>(threads_[thread].events.size()) : 0;
  }
  // Returns: the view of a thread standing before its index-th event.
  const View& hb_before(int thread, int index) const {
    const Thread& t = threads_[thread];
    return index == 0 ? t.base_hb : t.events[index - 1].hb;
  }
  const View& porf_before(int thread, int index) const {
    const Thread& t = threads_[thread];
    return index == 0 ? t.base_porf : t.events[index - 1].porf;
  }
  // Returns: whether every event is inside.
  bool AllIn(const View& past) const {
    for (int t = 0; t < threads(); ++t) {
      if (size(t) > past[t]) return false;
    }
    return true;
  }
  // Returns: whether some thread's last event is blocked.
  bool AnyBlocked() const {
    for (const Thread& t : threads_) {
      if (!t.events.empty() && t.events.back().blocked) return true;
    }
    return false;
  }

  // Events ----------------------------------------------------------------------------------------
  Event& event(EventId id) { return threads_[id.thread].events[id.index]; }
  const Event& event(EventId id) const { return threads_[id.thread].events[id.index]; }
  const std::vector<EventId>& trail() const { return trail_; }

  // Adds an event at the end of its thread with a new stamp; a caller then gives it rf, mo, views.
  EventId Append(int thread, const Action& action);
  // Takes back an event that was appended and never put on the trail.
  void TakeBack(EventId id) { RemoveLast(id.thread); }
  // Puts an event at the end of the trail.
  void PushTrail(EventId id) { trail_.push_back(id); }
  std::uint32_t NewStamp() { return ++stamp_; }
  std::uint32_t stamp() const { return stamp_; }
  // Goes back to when the trail had `length` entries and the last stamp was `stamp`. Woken events
  // fall back to being blocked; blocked events younger than that go.
  void Cut(std::size_t length, std::uint32_t stamp);

  // Turns a blocked event into one that reads `write`; the caller sets what follows from it.
  void Wake(EventId id, EventId write);
  // Turns a woken event, its thread's last, back into a blocked one, off the trail.
  void Unwake(EventId id);

  // Copies from another graph the first keep[t] events of each thread. Requires: the set is closed
  // under po and under rf of what it holds.
  void CopyPrefix(const ExecutionGraph& from, const View& keep);

  // Locations -------------------------------------------------------------------------------------
  LocationState& location(LocationId id) {
    if (id >= locations_.size()) locations_.resize(id + 1);
    return locations_[id];
  }
  const LocationState& location(LocationId id) const { return locations_[id]; }
  std::size_t location_count() const { return locations_.size(); }

  // Puts write `id` at position `position` (1: right behind the initial write) of its location's
  // mo.
  void Place(EventId id, int position);
  // Takes a write out of mo.
  void Displace(EventId id);

  // Returns: the position in mo of a write.
  int mo(EventId id) const { return IsInit(id) ? 0 : event(id).mo; }
  // Returns: the mo-last write of a location, or kInit.
  EventId mo_last(LocationId id) const {
    const LocationState& state = location(id);
    return state.mo.empty() ? kInit : state.mo.back();
  }
  // Returns: the write at a position of mo.
  EventId mo_at(LocationId id, int position) const {
    return position == 0 ? kInit : location(id).mo[position - 1];
  }
  // Returns: what reading `write` of `location` yields.
  std::uint64_t ValueOf(LocationId id, EventId write) const {
    return IsInit(write) ? location(id).initial : event(write).written;
  }
  // Returns: the read-modify-write other than `except` that reads from `write`, or kNoEvent.
  EventId RmwReading(LocationId id, EventId write, EventId except) const;

  // Returns: an empty string, or which invariant is broken and where.
  std::string Validate() const;
  // Returns: the graph as text, one event a line, for messages of our own broken invariants.
  std::string Print() const;

 private:
  struct Thread {
    std::vector<Event> events;
    View base_hb{};
    View base_porf{};
  };

  void RemoveLast(int thread);

  std::vector<Thread> threads_;
  std::vector<LocationState> locations_;
  std::vector<EventId> trail_;
  std::uint32_t stamp_ = 0;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_GRAPH_EXECUTION_GRAPH_H_

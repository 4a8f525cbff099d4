// Traces are laid one behind the other; their sets of events are shifted to where they then are.
// Relations are filled event by event, in that order.
#include "litmus/lkmm/skeleton.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "litmus/herd/names.h"

namespace lkmm {
namespace {

std::vector<int> Touched(const std::vector<const Trace*>& traces) {
  std::vector<int> touched;
  for (const Trace* trace : traces) {
    for (const Event& event : trace->events) {
      if (event.element >= 0) touched.push_back(event.element);
    }
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  return touched;
}

void AddInitial(const herd::Code& frame, Skeleton& joined) {
  for (const herd::Global& global : frame.globals) {
    for (int i = 0; i < global.elements; ++i) {
      Event event;
      event.kind = Kind::kInitial;
      event.element = global.first + i;
      event.value = global.initial[i];
      const bool touched =
          std::binary_search(joined.touched.begin(), joined.touched.end(), event.element);
      if (touched) joined.events.push_back(event);
    }
  }
}

void AddTrace(const Trace& trace, Skeleton& joined) {
  const int offset = static_cast<int>(joined.events.size());
  if (offset + trace.events.size() > static_cast<std::size_t>(kEventsMax)) {
    herd::RejectUnsupported(absl::StrCat("more than ", kEventsMax, " events"));
  }
  for (Event event : trace.events) {
    if (event.partner >= 0) event.partner += offset;
    for (EventSet Event::*set : {&Event::address, &Event::data, &Event::control, &Event::inside}) {
      event.*set <<= offset;
    }
    joined.events.push_back(event);
  }
}

// Requires: events before it have their program order.
void AddProgramOrder(int number, Skeleton& joined) {
  const Event& event = joined.events[number];
  EventSet before = event.inside;
  for (int i = 0; i < number; ++i) {
    const Event& other = joined.events[i];
    if (other.thread == event.thread && other.statement < event.statement) before |= Only(i);
  }
  if (event.inside != 0) {
    const Relation before_each = Inverse(joined.po);
    for (int i = 0; i < number; ++i) {
      if (Contains(event.inside, i)) before |= before_each.After(i);
    }
  }
  for (int i = 0; i < number; ++i) {
    if (Contains(before, i)) joined.po.Add(i, number);
  }
}

void AddDependencies(int number, Skeleton& joined) {
  const Event& event = joined.events[number];
  for (int i = 0; i < number; ++i) {
    if (Contains(event.address, i)) joined.address.Add(i, number);
    if (Contains(event.data, i)) joined.data.Add(i, number);
    if (Contains(event.control, i)) joined.control.Add(i, number);
  }
  if (event.partner < 0) return;
  (event.kind == Kind::kWrite ? joined.rmw : joined.lock_rmw).Add(event.partner, number);
}

}  // namespace

Skeleton Join(const herd::Code& frame, const std::vector<const Trace*>& traces) {
  Skeleton joined;
  joined.touched = Touched(traces);
  AddInitial(frame, joined);
  for (const Trace* trace : traces) AddTrace(*trace, joined);
  const int events = static_cast<int>(joined.events.size());
  for (int i = 0; i < events; ++i) {
    const Event& event = joined.events[i];
    if (event.kind != Kind::kInitial) {
      AddProgramOrder(i, joined);
      AddDependencies(i, joined);
    }
    for (int j = 0; j < events; ++j) {
      const Event& other = joined.events[j];
      const bool same_thread = event.thread == other.thread && event.kind != Kind::kInitial;
      if (i == j || same_thread) joined.same_thread.Add(i, j);
      if (event.element >= 0 && event.element == other.element) joined.same_element.Add(i, j);
    }
  }
  return joined;
}

}  // namespace lkmm

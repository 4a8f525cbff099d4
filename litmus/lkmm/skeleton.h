// One run of every thread, joined: all events, and what follows from the runs alone. What it does
// not have is from where loads read and in what order writes happen (orders.h).
//
// Invariants: initial events come first; events of one thread are adjacent, in the order of its
// trace. `po` is program order, also within a statement as far as one part needs the other.
#ifndef RMAPCHECK_LITMUS_LKMM_SKELETON_H_
#define RMAPCHECK_LITMUS_LKMM_SKELETON_H_

#include <vector>

#include "litmus/herd/code.h"
#include "litmus/lkmm/event.h"
#include "litmus/lkmm/relation.h"

namespace lkmm {

struct Skeleton {
  std::vector<Event> events;  // Their sets and partners are numbers of events here.
  std::vector<int> touched;   // The elements that have events, in order.
  Relation po;
  Relation same_thread;   // Reflexive.
  Relation same_element;  // Likewise; of events that have an element.
  Relation address;       // As the traces say, nothing carried through memory.
  Relation data;
  Relation control;
  Relation rmw;       // From the read to the write of a read-modify-write that writes,
  Relation lock_rmw;  // and of a lock.
};

// Throws: herd::Rejected, if there are more than kEventsMax events.
Skeleton Join(const herd::Code& frame, const std::vector<const Trace*>& traces);

}  // namespace lkmm

#endif  // RMAPCHECK_LITMUS_LKMM_SKELETON_H_

// Backward revisits: may write w, just added, take over read r, and what is left of the graph then?
//
// TruSt visits each graph once without remembering any, because of one rule. When w takes over r,
// the events added after r that w does not depend on are deleted, and the revisit is done only if
// they, and r, are *maximally added*: each is what the exploration does first when it adds such an
// event to what is left. So of all the graphs that differ only in deleted events, one is the
// parent.
//
// An event e is maximally added with respect to w iff, among Previous(e) = what was added before e
// together with what w depends on,
//   - nothing that was added before e reads from e,
//   - e (a write) or rf(e) (a read) is the mo-last write of its location.
// Choices are maximal when they are the first alternative, slab allocations when they are fresh.
//
// Source: Kokologiannakis et al., Truly Stateless, Optimal Dynamic Partial Order Reduction,
// POPL 2022, algorithm 2. Departures, each argued in docs/EXPLORATION.md:
//   1. A read-modify-write is one event.
//   2. An exclusive lock that a revisit blocked is woken in place by the unlock, and counts as two
//      additions: when it was reserved (reserved_stamp) and when it was woken (stamp).
#ifndef RMAPCHECK_MODELS_EXPLORATION_REVISIT_H_
#define RMAPCHECK_MODELS_EXPLORATION_REVISIT_H_

#include "models/graph/execution_graph.h"

namespace models {

// One possible revisit, seen from a graph in which `write` is the last event.
class Revisit {
 public:
  Revisit(const ExecutionGraph& graph, EventId write, EventId read);

  // Returns: whether the revisit is to be done. `conflict`: another read-modify-write that reads
  // what `write` reads and so must not survive, or kNoEvent.
  bool Allowed(EventId conflict) const;

  // Writes into `restricted` what is left, without `write` and `read` themselves.
  void Restrict(ExecutionGraph& restricted) const;

 private:
  // What is kept of a thread: everything added up to `read`, and what `write` depends on.
  int KeptOf(int thread) const;
  bool DependedOn(EventId id) const { return id != write_ && prefix_.Contains(id); }
  // Whether a woken event falls back to waiting: reserved before `read`, woken after.
  bool FallsAsleep(EventId id) const;

  bool MaximallyAdded(EventId id) const;
  bool InPrevious(EventId id, std::uint32_t stamp) const;
  bool ReadEarlier(EventId id) const;
  bool LastInPrevious(EventId id) const;
  bool ReservationMaximal(EventId id) const;

  const ExecutionGraph& graph_;
  const EventId write_;
  const EventId read_;
  const View prefix_;          // porf of the write.
  const std::uint32_t stamp_;  // Of the read.
  View keep_{};
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_EXPLORATION_REVISIT_H_

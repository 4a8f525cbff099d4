// A memory model is a function of a graph: which graphs are consistent.
//
// The exploration asks it three things about the event being added, which nothing happens after:
//   LowerBound  coherence: the earliest place in mo that the event's past allows it to read or
//   take; SetViews    what happens before the event, by the model's idea of synchronisation;
//   Consistent  the model's global axiom (psc for RC11), over the whole graph.
//
// Requirement on every model (TruSt calls it extensibility): a consistent graph stays consistent
// when an event is added that reads the mo-last write or is placed mo-last. The exploration relies
// on it to skip Consistent for such events, so that programs without choices pay nothing.
//
// Source: Lahav et al., Repairing Sequential Consistency in C/C++11, PLDI 2017 (RC11).
#ifndef RMAPCHECK_MODELS_MEMORY_MODEL_MEMORY_MODEL_H_
#define RMAPCHECK_MODELS_MEMORY_MODEL_MEMORY_MODEL_H_

#include <memory>
#include <vector>

#include "models/graph/execution_graph.h"

namespace models {

enum class MemoryModelKind {
  kRc11,   // As published: a release sequence holds later stores of the same thread.
  kCpp20,  // The same with C++20's release sequences: read-modify-writes only.
  kSc,     // Sequential consistency: every atomic access as if seq_cst, one total order.
};

class MemoryModel {
 public:
  virtual ~MemoryModel() = default;

  // Sets hb, porf and released of an event that has its rf. Requires: it is its thread's last.
  virtual void SetViews(ExecutionGraph& graph, EventId id) const = 0;

  // Returns: whether the graph satisfies the model's global axiom. Coherence and atomicity are
  // given: the exploration never builds anything else.
  virtual bool Consistent(const ExecutionGraph& graph) const = 0;
};

// Returns: "rc11", "cpp20", "sc".
const char* MemoryModelName(MemoryModelKind kind);

std::unique_ptr<MemoryModel> MakeMemoryModel(MemoryModelKind kind);

// Returns: the smallest position in mo of `location` that is not hidden from a step whose past is
// `before`: the last write in that past, or the last write that something in that past has read.
int LowerBound(const ExecutionGraph& graph, LocationId location, const View& before);

// Returns: the ends of the read-side sections of other threads that the grace period waited for:
// those whose beginning does not read its start or something mo-behind it.
std::vector<EventId> SectionEndsBefore(const ExecutionGraph& graph, EventId grace_end);

// Returns: whether psc of RC11 is acyclic. Source: PLDI 2017, section 3.
bool PscAcyclic(const ExecutionGraph& graph);
// Returns: whether po ∪ rf ∪ mo ∪ rb, and the edges into the ends of grace periods, are acyclic.
bool TotallyOrderable(const ExecutionGraph& graph);

}  // namespace models

#endif  // RMAPCHECK_MODELS_MEMORY_MODEL_MEMORY_MODEL_H_

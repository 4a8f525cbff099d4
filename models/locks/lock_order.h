// The order in which locks are taken, and what is wrong with it.
//
// An arc from A to B says that some thread asked for a B while it held an A. A cycle of arcs is a
// potential deadlock, whether or not an execution fell into it: each thread holds what the one
// before asks for. It is one only if at every lock of the cycle the request waits for the hold:
//   * if one of the two is exclusive it does;
//   * if both are shared it does where a waiting writer keeps later readers out, which a lock that
//     sleeps does and a spinning one does not, and where some thread is such a writer;
//   * a trylock waits for nothing, so it makes no arc.
// A lock that every thread of the cycle holds exclusively lets one in at a time (a gate). If there
// is but one such lock in an execution, there is no deadlock; else it depends on which it is.
//
// Of two locks of one class an arc says nothing; but if in one execution each is asked for under
// the other, that is a cycle too, unless a third lock is held both times. Of three such locks in a
// ring nothing is said.
//
// Of an edge that real threads alone saw it is not known what else was held; it is taken to be
// nothing. It stands in a cycle only where the search has no such edge.
//
// Beside cycles: a larger rank held when a smaller one is asked for; two locks of one class without
// a word about it; a lock that sleeps, asked for under one that spins or in a read-side section.
#ifndef RMAPCHECK_MODELS_LOCKS_LOCK_ORDER_H_
#define RMAPCHECK_MODELS_LOCKS_LOCK_ORDER_H_

#include <string>
#include <vector>

#include "models/locks/observations.h"

namespace models {

enum class OrderMistake { kCycle, kAgainstRank, kNestedUnsaid, kSleepsUnderSpinning, kSleepsInRcu };

// Returns: "potential deadlock" and so on.
const char* MistakeName(OrderMistake mistake);

struct OrderProblem {
  OrderMistake mistake;
  std::string text;                // One sentence.
  std::vector<const Edge*> edges;  // What it is made of, each with its witness.
  bool gated = false;              // A gate keeps it from happening.
};

// Returns: each once; of arcs in several ways the first that makes the mistake.
std::vector<OrderProblem> FindOrderProblems(const Observations& seen);

// All edges from one class to another.
struct Arc {
  ClassId held;  // kRcu: a read-side section.
  ClassId taken;
  std::vector<const Edge*> edges;

  bool OnlyTried() const;
  bool OnlyReal() const;  // On real threads, in no execution.
};

// Returns: every arc, by the ranks of its ends.
std::vector<Arc> ArcsOf(const Observations& seen);

// Returns: "fork.cc:93".
std::string HeldPlace(const Edge& edge);
std::string TakenPlace(const Edge& edge);

// Adds an edge that real threads showed. Of several that differ in their places the first is kept.
// Requires: edge.real; what runs executions has ended.
void AddRealEdge(Edge edge, Observations& to);

// Returns: "mmap_sem", or for kRcu "rcu_read_lock".
std::string ClassName(const Observations& seen, ClassId id);

}  // namespace models

#endif  // RMAPCHECK_MODELS_LOCKS_LOCK_ORDER_H_

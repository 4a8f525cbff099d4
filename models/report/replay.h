// One execution as a list of decisions, to be run again in a later process.
//
// A step is what was decided when an event was added, in the order of the trail: whose it is, whom
// it reads from, where it stands in mo, which value a choice returned. Together with the program
// that is the whole execution. `program` and `build` tell whether it is still the same program.
#ifndef RMAPCHECK_MODELS_REPORT_REPLAY_H_
#define RMAPCHECK_MODELS_REPORT_REPLAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/graph/execution_graph.h"
#include "models/graph/failure.h"
#include "models/graph/names.h"

namespace models {

struct ReplayStep {
  int thread = 0;
  EventId rf = kNoEvent;
  int mo = 0;               // Position in the mo of the final graph; 0: does not write.
  std::uint64_t value = 0;  // Of a choice.

  friend bool operator==(const ReplayStep&, const ReplayStep&) = default;
};

// Whose child a thread is: threads are numbered as the search first met them, and another process
// meets them in another order.
struct ReplayThread {
  int parent = 0;
  int manyeth = 0;

  friend bool operator==(const ReplayThread&, const ReplayThread&) = default;
};

struct Replay {
  std::string program;  // The scenario's name, as the command line knows it.
  std::string source;   // What the program was made of, if it has no name that says so: a script.
  std::string build;    // A digest of the binary that found it.
  std::string memory_model;
  std::string failure;  // FailureName of what it shows.
  std::string message;
  std::vector<ReplayThread> threads;  // Of thread 1, 2, ...
  std::vector<ReplayStep> steps;
  // Who goes on after the steps: its next request is what fails, and so never became a step. -1:
  // nobody, the steps are all there is.
  int then = -1;

  bool empty() const { return steps.empty(); }
};

// Returns: what was decided of one event.
ReplayStep StepOf(const ExecutionGraph& graph, EventId id);

// Returns: the decisions that lead to `graph`.
std::vector<ReplayStep> StepsOf(const ExecutionGraph& graph);

// Returns: the execution `graph`, which `failure` ended if there was one, without the names of
// program, build and memory model.
Replay ReplayOf(const ExecutionGraph& graph, const Names& names, const Failure& failure);

// Returns: the message with its places: "x is accessed by two threads without an order: T1 'a'
// writes at f.cc:3; T2 'b' reads at f.cc:9".
std::string FailureSentence(const Failure& failure, const Names& names);

}  // namespace models

#endif  // RMAPCHECK_MODELS_REPORT_REPLAY_H_

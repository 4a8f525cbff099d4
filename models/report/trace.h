// A failing execution as a story: who did what, in an order in which it can have happened.
//
// A Trace is plain data, made once from the graph and the names of things, and rendered as text
// (one column a thread), as DOT, or as JSON by trace_text, trace_dot and the command.
#ifndef RMAPCHECK_MODELS_REPORT_TRACE_H_
#define RMAPCHECK_MODELS_REPORT_TRACE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/graph/execution_graph.h"
#include "models/graph/failure.h"
#include "models/graph/names.h"

namespace models {

struct TraceLine {
  int thread = 0;
  int index = 0;          // The event's index in its thread; -1 for a line that is no event.
  std::string operation;  // "load", "lock", "store", ...; "=> writes x" for the failure's places.
  std::string order;      // Memory order where it means something, or empty.
  std::string object;     // Name of the field, lock, slab or thread: "vma#2.vm_start".
  std::string value;      // Read and written: "0", "3 -> 4", "true".
  std::string from;       // For a read: "T1.4 store at file.cc:12", or "initial value".
  int from_thread = -1;   // The same as numbers; -1: none or the initial value.
  int from_index = -1;
  int mo = 0;             // For a write: its place in modification order.
  unsigned location = 0;  // The number of the location; 0: none.
  bool is_lock = false;   // Of a lock: its value is the lock's state.
  std::string file;       // Without directories.
  int line = 0;
  std::string function;
};

struct Trace {
  std::vector<std::string> threads;  // "T0 'main'", by number.
  std::vector<TraceLine> lines;
  std::string failure;  // The failure's message.

  bool empty() const { return lines.empty(); }
};

// Makes the story of `graph`, which ends in `failure`: its trail, then who still waits for what,
// then the places of the failure. Ends of threads are left out: nothing happens there.
Trace MakeTrace(const ExecutionGraph& graph, const Names& names, const Failure& failure);

// Returns: the same story, in which what the main thread did before it started the first other
// thread is left out, but for what is read later. Lines of operation "..." stand for what is left
// out; a story of one thread stays whole.
Trace WithoutSetUp(const Trace& trace);

}  // namespace models

#endif  // RMAPCHECK_MODELS_REPORT_TRACE_H_

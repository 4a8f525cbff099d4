// A search that stands still: what is left to be searched, as data that another process of the same
// program can go on with.
//
// A frame of the search is a graph and the choices that were left behind in it. The graph is kept
// as the decisions that lead to it, because everything else in it (values, addresses, views) comes
// back when the program is run along them; and with the stamps, which say in which order its events
// were added, and which decide what a write may take over. What is below one choice depends on
// nothing but the choice and the graph before it. So a frontier may be dealt out: any partition of
// its choices among searches visits what the one search would have visited, each execution once
// (docs/EXPLORATION.md, section 5).
//
// Threads and locks are named by who made them, as manyeth: numbers differ between processes.
#ifndef RMAPCHECK_MODELS_EXPLORATION_FRONTIER_H_
#define RMAPCHECK_MODELS_EXPLORATION_FRONTIER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/graph/view.h"
#include "models/report/replay.h"

namespace models {

// An event of a frame's graph.
struct FrontierEvent {
  ReplayStep step;
  std::uint32_t stamp = 0;
  // A lock that was woken: what it read while it was blocked, and its stamp then.
  EventId blocked_by = kNoEvent;
  std::uint32_t reserved_stamp = 0;

  friend bool operator==(const FrontierEvent&, const FrontierEvent&) = default;
};

// An alternative that is still to be taken; see the search's Choice.
struct FrontierChoice {
  int kind = 0;
  bool place_fixed = false;
  int place = 0;
  int thread = 0;
  EventId rf = kNoEvent;
  EventId revisited = kNoEvent;
  std::uint64_t value = 0;
  std::uint32_t trail = 0;
  std::uint32_t stamp = 0;
  std::uint32_t event_stamp = 0;

  friend bool operator==(const FrontierChoice&, const FrontierChoice&) = default;
};

struct FrontierFrame {
  std::vector<FrontierEvent> trail;
  std::vector<FrontierEvent> blocked;          // Not on the trail, the last of their threads.
  std::vector<std::vector<EventId>> accesses;  // Of locations with several, in order of addition.
  std::uint32_t stamp = 0;
  std::vector<FrontierChoice> choices;  // The oldest first.

  friend bool operator==(const FrontierFrame&, const FrontierFrame&) = default;
};

// A lock, by its place among what its thread has made.
struct FrontierLock {
  int thread = 0;
  int manyeth = 0;

  friend auto operator<=>(const FrontierLock&, const FrontierLock&) = default;
};

struct Frontier {
  std::vector<ReplayThread> threads;  // Whose children threads 1, 2, ... are.
  std::vector<FrontierLock> tried;    // Locks known to be shared, tried or looked at.
  // Others search the rest. What is learned in a part does not begin it anew, because the others do
  // not know it: the part ends with kLearnedLate.
  bool part = false;
  bool begun = true;                  // False: the whole search is left.
  std::vector<FrontierFrame> frames;  // The oldest first, each with a choice.

  bool empty() const { return begun && frames.empty(); }
  friend bool operator==(const Frontier&, const Frontier&) = default;
};

// The limit that cuts a part in which a lock is shared or tried for the first time, or a loop is
// recognised.
inline constexpr char kLearnedLate[] = "learned in a part";

// Returns: the frontier of a search that has not begun.
Frontier WholeSearch();

// Returns: one frontier for each choice, in the order in which a search would take them: the
// youngest first. Requires: begun.
std::vector<Frontier> Apart(const Frontier& frontier);

}  // namespace models

#endif  // RMAPCHECK_MODELS_EXPLORATION_FRONTIER_H_

// Makes a failing script small, as long as it still fails.
//
// Idea: delta debugging (Zeller, Hildebrandt, TSE 2002). A list that fails is cut into chunks; if
// it fails without one of them, the chunk goes; chunks become smaller until they are single
// elements, none of which can be left out. Here the lists are phases, then the threads of each
// phase, then the steps of each thread; and since phases and threads that stay may be simpler than
// they are, there are three more moves: the threads of a phase are made one after another, a
// thread's first step is done before the phase begins, two phases of one thread become one. Then
// the sizes: pages, swap slots, whether memory may run out. All again until nothing changes.
//
// What fails is decided by an oracle, which is asked about each candidate, and whose no may be
// wrong: of a script for real threads it only says that so many rounds have not failed. So the
// result fails, but something smaller may fail as well. With an oracle that is a function the
// result is minimal: no move of the list above leads to another that fails.
//
// What it does not do: know what a failure is, keep time, or change a step.
#ifndef RMAPCHECK_STRESS_WORKLOAD_SHRINKER_H_
#define RMAPCHECK_STRESS_WORKLOAD_SHRINKER_H_

#include <cstddef>
#include <functional>
#include <string>

#include "core/scripts/script.h"

namespace workload {

struct Oracle {
  // Whether the script fails, in the way that is looked for.
  std::function<bool(const rmap::Script&)> fails;
  // Whether there is time to ask once more.
  std::function<bool()> has_time = [] { return true; };
};

struct Shrunk {
  rmap::Script script;
  int asked = 0;         // How many candidates the oracle was asked about.
  bool finished = true;  // False: time was up, and there was more to try.
};

// Requires: the script fails.
Shrunk Shrink(rmap::Script script, const Oracle& oracle);

// What makes a script large.
struct ScriptSize {
  std::size_t phases = 0;
  std::size_t threads = 0;  // At most, together.
  std::size_t steps = 0;
  std::size_t steps_together = 0;  // Of those phases that have more than one thread.
};

ScriptSize SizeOf(const rmap::Script& script);

// Returns: "4 phases, at most 4 threads, 190 steps (180 of them together)".
std::string ToText(const ScriptSize& size);

// Whether the checker may be expected to prove or refute it: only the last phase has more than one
// thread, it has three at most, and kModelStepsMax steps between them. The number of executions
// grows with what can be done in another order, which set-up cannot.
bool FitsModel(const rmap::Script& script);
inline constexpr std::size_t kModelThreadsMax = 3;
inline constexpr std::size_t kModelStepsMax = 6;

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_SHRINKER_H_

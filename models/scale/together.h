// One search by several processes of one machine.
//
// The processes are forked, so each has the program as it is, globals and all, and a crash of one
// is no crash of the others. Each searches an item; who has none asks the others to share, and one
// of them gives away the older half of what it has left. Items stand in a list in the order in
// which the one search would come to them: what is given away stands right behind what its giver
// keeps. So what is found does not depend on who searched what, nor when: all counts are those of
// the one search; and where the first failure ends the search, the failure that is reported is the
// one that it would have met first, and the counts are those that it would have had by then. Items
// behind a failure are given up, those before it are searched to their end.
//
// What the program is found to do with a lock (tried, shared) makes the search begin anew, with all
// processes knowing it.
//
// What it does not do: serve an observer. With `executions_max`, or when it is cut otherwise, how
// far it came depends on the machine, and a few executions more than asked for may be counted.
#ifndef RMAPCHECK_MODELS_SCALE_TOGETHER_H_
#define RMAPCHECK_MODELS_SCALE_TOGETHER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/exploration/explorer.h"
#include "models/exploration/frontier.h"
#include "models/scale/findings.h"

namespace models {

struct Together {
  Findings found;
  std::vector<Replay> failures;  // One of each kind that was met, if all are asked for.
  std::string limit_hit;         // What cut the search; empty: nothing.
  bool anew = false;             // It was begun anew: what was found before is void.
  std::vector<Frontier> left;    // If it was cut: what is still to be searched, in its order.
};

struct TogetherOptions {
  ExplorerOptions search;  // on_failure, on_execution and on_progress are not called.
  int jobs = 1;            // Processes that search.
  // How many executions are searched before any process is made: most of what there is to learn of
  // locks, and all of a small program.
  std::uint64_t alone = 256;
  // Whether to begin the whole search anew with what was learned of locks. Else what is learned
  // cuts the search (kLearnedLate).
  bool begins_anew = true;
  std::function<void(const Findings&)> on_progress;  // Called a few times a second, if set.
};

// Requires: jobs >= 1; no thread of this process but the calling one uses the program.
// Fails: limit_hit says which signal ended a process, or that none could be made.
Together SearchTogether(const TogetherOptions& options, const std::function<void()>& program,
                        const std::vector<Frontier>& begin);

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCALE_TOGETHER_H_

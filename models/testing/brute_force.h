// The obvious engine: all executions of a program by trying everything, for small programs only.
//
// A graph is built by adding any thread's next event; a read may take any write already there, a
// write may go anywhere in mo. Nothing is left out, because po|rf is acyclic: every consistent
// graph can be built in an order in which each write precedes its readers.
//
// Two means keep it bearable:
//   1. A partial graph is expanded once, whatever the interleaving that built it.
//   2. An inconsistent partial graph is not expanded. Sound, because consistency is closed under
//      po|rf|gp-prefixes: hb of a prefix is hb of the whole restricted to it (sw is made of po and
//      rf leading up to the reader), mo, rb, eco and psc of a prefix are subsets of those of the
//      whole, and every axiom asks that something built from them by union and composition be
//      empty, irreflexive or acyclic. A larger graph keeps the offence.
// Fences and tests of registers leave no choice, so they run with what precedes them.
//
// RCU is a hidden location, the count of grace periods begun. A read-side section begins with an
// acquire load of it; a grace period with an acq_rel increment, and it ends when every section that
// began with an older value has ended, with gp from those ends. No section begins that way later:
// po|rf|gp is acyclic, so every graph can be built with each end of a grace period behind the ends
// it waits for.
//
// It shares nothing with the engine it is there to check but core/sync/order.h.
#ifndef RMAPCHECK_MODELS_TESTING_BRUTE_FORCE_H_
#define RMAPCHECK_MODELS_TESTING_BRUTE_FORCE_H_

#include <cstdint>
#include <set>

#include "models/testing/axioms.h"
#include "models/testing/program.h"

namespace models::testing {

struct BruteForceResult {
  std::set<Outcome> outcomes;   // Of the complete executions: those whose threads all finish.
  std::int64_t executions = 0;  // Distinct complete consistent graphs (rf x mo).
  bool racy = false;            // Some consistent graph, complete or not, has a data race.
  // In some consistent graph some threads wait, the newest value in mo lets none of them go on, and
  // all others have finished (none of them at a failed assumption).
  bool deadlock = false;
  std::int64_t partial_graphs = 0;  // How many graphs were looked at: the cost.
};

BruteForceResult ExploreByBruteForce(const Program& program, Model model);

}  // namespace models::testing

#endif  // RMAPCHECK_MODELS_TESTING_BRUTE_FORCE_H_

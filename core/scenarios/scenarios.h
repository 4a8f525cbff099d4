// Named scenarios of the rmap core, each with its claim and its oracle in words.
//
// A scenario is one small program: set-up by the main thread, at most two threads at once (three in
// a triple), and a judgement at the end. The same names run under the checker (models/rmap), where
// "holds" means in every execution, and on real threads (stress), where it means in every round.
//
// Some failures are not written as checks here, because whoever watches the memory finds them: use
// after free, leak, data race, deadlock.
#ifndef RMAPCHECK_CORE_SCENARIOS_SCENARIOS_H_
#define RMAPCHECK_CORE_SCENARIOS_SCENARIOS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/history/kernel.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// "Violated, with this kind of failure, in every kernel that lacks the fix", between two
// generations: older ones do not have what makes the mistake matter, later ones need no fix.
struct Bug {
  Fix fix;
  std::string violation;  // "leak".
  Generation from = Generation::kG0;
  Generation until = Generation::kG13;
  bool shown = true;  // Whether `rmapcheck bugs` shows the fix by this scenario.
  // In which it is shown, if not in the scenario's default: one that really had the mistake.
  std::optional<Generation> generation = {};
  // The same among the states of KSM's code, of which each kernel but some of G0 has the newest.
  KsmState from_state = KsmState::kFirstRelease;
  KsmState until_state = kNewestKsmState;
  std::optional<KsmState> state = {};
};

// What KSM could not do yet, or did wrong, at some states of its code, until the next of them.
struct KsmLack {
  KsmState from;
  KsmState until;
  std::string violation;
};

// The same mistake where VMAs are in trees: they change under a walk. Shown where they are in
// lists.
Bug RaceInTree(Fix fix);

// What is known about a scenario under some kernels, whatever its bugs say.
struct Expectation {
  std::string kernel;          // In Kernel's written form; may begin with a range: "G1..G3".
  std::string violation = "";  // The kind of failure that is found: "leak". Empty: it holds.
};

// Scenarios that are made from a table, too many to be told one by one.
struct Family {
  const char* prefix;  // What their names begin with: "Pair".
  const char* claim;   // What all of them claim.
};

struct Scenario {
  std::string name;
  std::string claim;   // What is said to be true of every execution.
  std::string oracle;  // How a violation shows.
  std::function<void(const Kernel&)> run;
  Generation since = Generation::kG0;                  // The first on which it can be run.
  Generation default_generation = NewestGeneration();  // In which its bugs are shown.
  // If it is about KSM: the first state of its code on which it can be run.
  std::optional<KsmState> since_state = {};
  // It is violated as the first of these says whose fix a kernel lacks, and holds if none does...
  std::vector<Bug> bugs = {};
  std::vector<Expectation> expectations = {};  // ...but for these, which are also tested...
  std::vector<KsmLack> lacks = {};             // ...and for kernels at these states.
  bool newest_only = false;  // Proved on "G9 with all" only, unless another kernel is asked for.
  const Family* family = nullptr;  // Null: it is told by itself.
};

// Returns: all scenarios, the order in which they are listed to users.
const std::vector<Scenario>& Scenarios();

// By topic; each file defines its own.
std::vector<Scenario> LifetimeScenarios();
std::vector<Scenario> ChainScenarios();
std::vector<Scenario> BoundaryScenarios();
std::vector<Scenario> MergeScenarios();
std::vector<Scenario> HeldScenarios();
std::vector<Scenario> MappingScenarios();
std::vector<Scenario> RecyclingScenarios();
std::vector<Scenario> StackScenarios();
std::vector<Scenario> AllLocksScenarios();
std::vector<Scenario> HugeScenarios();
std::vector<Scenario> HugetlbScenarios();
std::vector<Scenario> MemoryFailureScenarios();
std::vector<Scenario> MremapScenarios();
std::vector<Scenario> FileScenarios();
std::vector<Scenario> SwapScenarios();
std::vector<Scenario> ReuseScenarios();
std::vector<Scenario> ReusePageScenarios();
std::vector<Scenario> SwapoffScenarios();
std::vector<Scenario> MlockScenarios();
std::vector<Scenario> MbindScenarios();
std::vector<Scenario> ForkScenarios();
std::vector<Scenario> CostScenarios();
std::vector<Scenario> MigrationScenarios();
std::vector<Scenario> KsmScenarios();
std::vector<Scenario> KsmMergeScenarios();
std::vector<Scenario> KsmSharedScenarios();
std::vector<Scenario> KsmSwapScenarios();
std::vector<Scenario> KsmMigrationScenarios();
std::vector<Scenario> KsmOomScenarios();
std::vector<Scenario> KsmProtectScenarios();
std::vector<Scenario> KsmMemoryScenarios();
std::vector<Scenario> KsmNodesScenarios();
std::vector<Scenario> PairScenarios();
std::vector<Scenario> TripleScenarios();

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCENARIOS_SCENARIOS_H_

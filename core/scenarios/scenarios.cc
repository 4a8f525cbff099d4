// The list of all scenarios, put together from the topics. Built on first use and never destroyed,
// because tests are named after it before main() and may run until after it.
#include "core/scenarios/scenarios.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all;
  for (const auto& topic : {
           LifetimeScenarios,  RecyclingScenarios,     MigrationScenarios, ChainScenarios,
           BoundaryScenarios,  StackScenarios,         AllLocksScenarios,  HugetlbScenarios,
           HugeScenarios,      MemoryFailureScenarios, MergeScenarios,     HeldScenarios,
           MappingScenarios,   MbindScenarios,         MremapScenarios,    FileScenarios,
           SwapScenarios,      SwapoffScenarios,       MlockScenarios,     ReuseScenarios,
           ReusePageScenarios, ForkScenarios,          CostScenarios,      KsmScenarios,
           KsmMergeScenarios,  KsmSharedScenarios,     KsmSwapScenarios,   KsmMigrationScenarios,
           KsmOomScenarios,    KsmProtectScenarios,    KsmMemoryScenarios, KsmNodesScenarios,
           PairScenarios,      TripleScenarios,
       }) {
    for (Scenario& scenario : topic()) all.push_back(std::move(scenario));
  }
  return all;
}

}  // namespace

Bug RaceInTree(Fix fix) {
  return {.fix = fix, .violation = "data race", .from = Generation::kG8, .shown = false};
}

const std::vector<Scenario>& Scenarios() {
  static const auto* const scenarios = new std::vector<Scenario>(AllScenarios());
  return *scenarios;
}

}  // namespace rmap::inline KSYNC_BACKEND

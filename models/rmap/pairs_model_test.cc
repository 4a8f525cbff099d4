// That the operations which pairs are made of do what their names say, with nobody beside them: a
// merge that is refused, or a fault that fails, would make every pair with it hold.
#include <map>
#include <set>
#include <string>

#include "core/scenarios/pairs.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/rmap/scenarios.h"

namespace models {
namespace {

using rmap::modelled::EffectOf;
using rmap::modelled::Operation;
using rmap::modelled::PairOperations;

struct Effect {
  const char* for_parent;
  const char* for_child;  // Null: only the parent does it.
};

// The VMAs afterwards, and what is mapped where the page was. Before, there is [2,5), split as the
// operation prepares it; some for the parent alone have more.
const std::map<std::string, Effect>& Effects() {
  static const auto& effects = *new std::map<std::string, Effect>{
      {"Fork", {"[2,5) page and a child", "[2,5) page and a child"}},
      {"Munmap", {"[2,3)[4,5) none", "[2,3)[4,5) none"}},
      {"SplitBelow", {"[2,3)[3,5) page", "[2,3)[3,5) page"}},
      {"SplitAbove", {"[2,4)[4,5) page", "[2,4)[4,5) page"}},
      {"SplitInThree", {"[2,3)[3,4)[4,5) page", "[2,3)[3,4)[4,5) page"}},
      {"MergeCase1", {"[0,5) page", nullptr}},
      {"MergeCase2", {"[2,6)[6,7) page", nullptr}},
      {"MergeCase3", {"[0,1)[1,5) page", nullptr}},
      {"MergeCase4", {"[2,3)[3,5) page", "[2,3)[3,5) page"}},  // From [2,4)[4,5).
      {"MergeCase5", {"[2,4)[4,5) page", "[2,4)[4,5) page"}},  // From [2,3)[3,5).
      {"MergeCase6", {"[2,5) page", "[2,5) page"}},            // The others from [2,3)[3,4)[4,5).
      {"MergeCase7", {"[2,4)[4,5) page", "[2,4)[4,5) page"}},
      {"MergeCase8", {"[2,3)[3,5) page", "[2,3)[3,5) page"}},
      {"MergeCase8Closed", {"[2,5) page", "[2,5) page"}},  // From [2,3)[3,5).
      {"MergeCase6Untouched", {"[0,5) page", nullptr}},    // From [0,1)[1,2)[2,5).
      {"BoundaryDown", {"[0,1)[1,5) page", nullptr}},      // From [0,2)[2,5).
      {"BoundaryUp", {"[2,6)[6,7) page", nullptr}},        // From [2,5)[5,7).
      {"Mremap", {"[2,3)[8,11) none +8 +10", "[2,3)[8,11) none +8 +10"}},
      {"MremapBack", {"[2,5) page", "[2,5) page"}},  // From [2,3)[8,10).
      {"Mlock", {"[2,3)[3,4)[4,5) page", "[2,3)[3,4)[4,5) page"}},
      {"Munlock", {"[2,5) page", "[2,5) page"}},  // From [2,3)[3,4)[4,5).
      {"Mbind", {"[2,5) page", "[2,5) page"}},    // From [2,3)[3,5).
      // What a child inherited is not joined with what is new.
      {"Brk", {"[2,6) page", "[2,5)[5,6) page"}},
      {"TakeAllLocks", {"[2,5) page", "[2,5) page"}},  // Who waits for them is seen elsewhere.
      {"ValidateMm", {"[2,5) page", "[2,5) page"}},
      {"StackGrowth", {"[1,5) page +1", "[1,5) page +1"}},
      {"Fault", {"[2,5) page +4", "[2,5) page +4"}},
      {"FirstFault", {"[2,5)[5,6) page +5", "[2,5)[5,6) page +5"}},
      {"FirstFaultAbove", {"[2,5)[5,6)[6,7) page +6", "[2,5)[5,6)[6,7) page +6"}},
      {"DirectIo", {"[2,5) page written", "[2,5) copy written"}},  // A child's is copied first.
      {"DirectIoOfSwapped", {"[2,5) entry written", "[2,5) entry written"}},
      {"Cow", {"[2,5) copy written", "[2,5) copy written"}},
      {"CowOfLocked", {"[2,5) copy written", "[2,5) copy written"}},
      {"SwapInFromSlot", {"[2,5) copy", "[2,5) copy"}},
      {"SwapIn", {"[2,5) page", "[2,5) page"}},
      {"Referenced", {"[2,5) page", "[2,5) page"}},
      {"Reclaim", {"[2,5) entry", "[2,5) entry"}},
      {"Migration", {"[2,5) copy", "[2,5) copy"}},
      {"MemoryFailure", {"[2,5) none", "[2,5) none"}},
  };
  return effects;
}

std::string Alone(const Operation& operation, bool by_child) {
  const rmap::Kernel kernel = rmap::Kernel(rmap::NewestGeneration()).WithAll();
  std::string effect;
  const Report report = Check(Options{}, [&] { effect = EffectOf(kernel, operation, by_child); });
  EXPECT_EQ(report.verdict, Verdict::kHolds) << report;
  return effect;
}

TEST(PairOperations, HaveTheirEffectWithNobodyBesideThem) {
  for (const Operation& operation : PairOperations()) {
    const std::string name = operation.name;
    // Nothing is left to look at; what stays behind is a leak.
    if (name.starts_with("Exit")) continue;
    ASSERT_TRUE(Effects().contains(name)) << name;
    const Effect& effect = Effects().at(name);
    EXPECT_EQ(Alone(operation, false), effect.for_parent) << name;
    EXPECT_EQ(operation.add_vmas == nullptr, effect.for_child != nullptr) << name;
    if (effect.for_child == nullptr) continue;
    EXPECT_EQ(Alone(operation, true), effect.for_child) << name;
  }
}

// Every two operations meet: as parent and child, and where one process can have both, there too.
TEST(PairScenarios, AreComplete) {
  std::set<std::string> names;
  for (const RmapScenario& scenario : RmapScenarios()) names.insert(scenario.name);
  for (const Operation& left : PairOperations()) {
    for (const Operation& right : PairOperations()) {
      const std::string there = std::string("Pair") + left.name + "Versus" + right.name;
      const std::string back = std::string("Pair") + right.name + "Versus" + left.name;
      const bool both_parents = left.add_vmas != nullptr && right.add_vmas != nullptr;
      EXPECT_EQ(names.contains(there) || names.contains(back), !both_parents) << there;
    }
  }
}

}  // namespace
}  // namespace models

// Memory is in two nodes, and only pages of the same node may be merged; and then pages of both.
// Each process has its pages of one of them.
#include "core/scenarios/ksm_equals.h"
#include "core/scenarios/scenarios.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/swap_cache.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Something else whose checksum is that of a page never seen.
constexpr std::uint32_t kFar = 16;

// Two processes whose pages are of one node of memory, and two of the other.
struct TwoNodes : Equals {
  explicit TwoNodes(const Kernel& kernel) : Equals(kernel, MachineSize{.swap_slots = 4}) {
    Allow(false);
    ksm.AllocateOn(1);
  }

  void Allow(bool across) {
    const bool done = ksm.MergeAcrossNodes(across);
    ksync::Check(done, "what may be merged did not change");
  }

  int Shared() const { return ksm.counters().pages_shared.Read(); }
};

void KsmMergesWithinNode(const Kernel& kernel) {
  TwoNodes nodes(kernel);
  Mm& far = NewMergeableWriter(nodes.world, nodes.ksm, kEqual);
  nodes.Merge();
  nodes.ksm.DoScan(kAllPages);
  nodes.ksm.DoScan(kAllPages);
  const int sharing = nodes.ksm.counters().pages_sharing.Read();
  ksync::Check(nodes.Shared() == 1 && sharing == 1, "pages of two nodes of memory were merged");
  const bool changed = nodes.ksm.MergeAcrossNodes(true);
  ksync::Check(!changed, "what may be merged changed while pages are merged");
  nodes.CheckBothRead(kEqual, kEqual);
  CheckReads(far, 0, kEqual);
  nodes.Exit({&far, &nodes.first, &nodes.second});
}

// What the two of the other node share goes to swap, but somebody looks at it, so that it stays in
// the swap cache when everything is unmerged. Then pages of both nodes may be merged.
void KsmSwitchOfTrees(const Kernel& kernel) {
  TwoNodes nodes(kernel);
  Mm& far = NewMergeableWriter(nodes.world, nodes.ksm, kFar);
  Mm& further = NewMergeableWriter(nodes.world, nodes.ksm, kFar);
  nodes.ksm.DoScan(kAllPages);
  ksync::Check(nodes.Shared() == 2, "equal pages of one node of memory were not merged");
  Page* const page = IsolatePage(far, 0);
  ShrinkPage(*page);
  const bool unmerged = nodes.ksm.UnmergeAll();
  ksync::Check(unmerged, "unmerging found no memory");
  nodes.Allow(true);
  ksync::Thread reader([&] { CheckReads(far, 0, kFar); }, "reader");
  nodes.ksm.DoScan(kAllPages);
  reader.Join();
  FreePageAndSwapCache(*page);
  nodes.CheckBothRead(kEqual, kEqual);
  CheckReads(further, 0, kFar);
  nodes.Exit({&far, &further, &nodes.first, &nodes.second});
}

}  // namespace

std::vector<Scenario> KsmNodesScenarios() {
  return {
      {.name = "KsmMergesWithinNode",
       .claim = "Where only pages of one node of memory may be merged, others are not.",
       .oracle = "The counters; what each reads afterwards.",
       .run = KsmMergesWithinNode,
       .since = Generation::kG9},
      {.name = "KsmSwitchOfTrees",
       .claim = "If that changes when nothing is shared, no node is left in a tree of before.",
       .oracle = "Use after free; a rule of rest.",
       .run = KsmSwitchOfTrees,
       .since = Generation::kG9,
       .bugs = {{.fix = Fix::kKh61, .violation = "use after free"}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

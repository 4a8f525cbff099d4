// Does a program read back what it wrote, however its pages are copied, swapped out and swapped in
// meanwhile? And does a page that comes back stay reachable?
//
// The data are the oracle: each process writes values that no other writes.
#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/swap_in.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr std::uint32_t kParentsSecond = 3;

// A page shared by two comes back from swap for the child first.
void SwapInByChildFirst(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = NewWriter(world);
  Mm& child = *DupMm(parent);
  Evict(parent, 0);

  CheckReads(child, 0, kParents);
  CheckReads(parent, 0, kParents);

  ExitAll(world, {&child, &parent});
}

// The same for a grandchild, whose chain has three entries.
void SwapInByGrandchildFirst(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = NewWriter(world);
  Mm& child = *DupMm(parent);
  Mm& grandchild = *DupMm(child);
  Evict(parent, 0);

  CheckReads(grandchild, 0, kParents);
  CheckReads(parent, 0, kParents);

  ExitAll(world, {&child, &grandchild, &parent});
}

// Parent and child write to a page that they share.
void CopyVersusCopy(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = NewWriter(world);
  Mm& child = *DupMm(parent);

  ksync::Thread other([&child] { Store(child, 0, kChilds); }, "child");
  Store(parent, 0, kParentsSecond);
  other.Join();

  CheckReads(parent, 0, kParentsSecond);
  CheckReads(child, 0, kChilds);
  ExitAll(world, {&child, &parent});
}

// A process reads a page of its own, while reclaim takes it.
void SwapInVersusReclaim(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = NewWriter(world);

  ksync::Thread reclaim([&mm] { SwapOut(mm, 0); }, "reclaim");
  CheckReads(mm, 0, kParents);
  reclaim.Join();

  CheckReads(mm, 0, kParents);
  ExitAll(world, {&mm});
}

// A child faults in a page that its parent has brought back before. Between the look into the swap
// cache and the page lock the fault is overtaken: another thread of the child copies the page, the
// parent is its only user then and takes it out of the cache, and the copy gets the slot that is
// free now. `parents_too`: the parent's page is reclaimed as well, and goes to another slot.
void OvertakenSwapIn(const Kernel& kernel, bool parents_too) {
  World world(kernel);
  Mm& parent = NewWriter(world);
  Mm& child = *DupMm(parent);
  Evict(parent, 0);
  CheckReads(parent, 0, kParents);

  {
    const ksync::SharedGuard mmap_sem(child.mmap_sem);
    const Pte pte = PeekPte(child, 0);
    SwapIn slow(*FindVma(child, 0), 0, Access::kRead, pte);
    const bool found = slow.Begin();
    ksync::Check(found, "a fault found no memory");
    ksync::Thread others(
        [&] {
          Store(child, 0, kChilds);
          Store(parent, 0, kParentsSecond);
          SwapOut(child, 0);
          if (parents_too) SwapOut(parent, 0);
        },
        "others");
    slow.Finish();
    others.Join();
  }

  CheckReads(child, 0, kChilds);
  CheckReads(parent, 0, kParentsSecond);
  ExitAll(world, {&child, &parent});
}

void SwapInOvertaken(const Kernel& kernel) { OvertakenSwapIn(kernel, /*parents_too=*/false); }
void SwapInOvertakenTwice(const Kernel& kernel) { OvertakenSwapIn(kernel, /*parents_too=*/true); }

constexpr char kAnchorOracle[] =
    "Rule I3 broken: the page that was read from swap was anchored at an anon_vma which the parent "
    "does not know, because the first to map it again took its own for the right one. Sequential.";

constexpr char kDataOracle[] =
    "Rule I13 broken: a process reads what was not written last. Or another rule at the end.";

}  // namespace

std::vector<Scenario> SwapScenarios() {
  return {
      {.name = "SwapInByChildFirst",
       .claim = "The anchor of a page that comes back from swap is known to all who share it.",
       .oracle = kAnchorOracle,
       .run = SwapInByChildFirst,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh20, .violation = "failed check"}}},
      {.name = "SwapInByGrandchildFirst",
       .claim = "The last entry of a grandchild's chain is the anchor of what it inherited.",
       .oracle = kAnchorOracle,
       .run = SwapInByGrandchildFirst,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh19, .violation = "failed check"},
                {.fix = Fix::kKh20, .violation = "failed check", .shown = false}}},
      {.name = "CopyVersusCopy",
       .claim = "Of two who write to a page that they share, each gets what it wrote.",
       .oracle = kDataOracle,
       .run = CopyVersusCopy},
      {.name = "SwapInVersusReclaim",
       .claim = "A page that is read while reclaim takes it is read as it was written.",
       .oracle = kDataOracle,
       .run = SwapInVersusReclaim},
      {.name = "SwapInOvertaken",
       .claim = "A swap-in that waited for the page lock maps the page only if it is still cached.",
       .oracle = "The child reads the parent's page: while the slow fault waited, the page became "
                 "the parent's alone and left the swap cache, and its slot was given to the "
                 "child's copy. The pte looks as it did before.",
       .run = SwapInOvertaken,
       .default_generation = Generation::kG4,
       .bugs = {{.fix = Fix::kKh40, .violation = "failed check"}}},
      {.name = "SwapInOvertakenTwice",
       .claim = "A swap-in that waited for the page lock maps the page only if it is still cached "
                "in the slot that the pte names.",
       .oracle = "The child reads the parent's page: as before, but the page is in the swap cache "
                 "again, in another slot.",
       .run = SwapInOvertakenTwice,
       .default_generation = Generation::kG4,
       .bugs = {{.fix = Fix::kKh41, .violation = "failed check"},
                {.fix = Fix::kKh40, .violation = "failed check", .shown = false}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

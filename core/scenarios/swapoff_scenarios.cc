// Does a swap area that is given up become empty, and does everybody get back what was there?
// swapoff against those who bring a page back, take it, inherit it or need it no more.
//
// A parent's page, shared with its child, is in a slot. swapoff goes round once while somebody is
// busy, and once when nobody is; the kernel goes round as long as it takes.
#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/mlock.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/swapoff.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

struct Swapped : WriterAndChild {
  explicit Swapped(World& world) : WriterAndChild(world) { Evict(parent, 0); }
};

void Round(std::initializer_list<Mm*> mms) {
  const bool done = TryToUnuse(mms);
  ksync::Check(done, "swapoff found no memory");
}

// The last time round, and what comes of it.
void CheckEmptied(World& world, std::initializer_list<Mm*> mms) {
  Validate(mms);
  Round(mms);
  const SwapArea& swap = world.machine().swap();
  ksync::Check(swap.SlotsInUse() == 0, "swapoff leaves a slot in use");
  const bool taken = SwapOut(**mms.begin(), 0);
  ksync::Check(!taken && swap.SlotsInUse() == 0, "a page goes where swapoff was");
}

// A page is back from swap for the parent; swapoff brings it back for the child.
void SwapoffFindsInherited(const Kernel& kernel) {
  World world(kernel);
  Swapped swapped(world);
  CheckReads(swapped.parent, 0, kParents);

  CheckEmptied(world, {&swapped.parent, swapped.child});

  CheckReads(*swapped.child, 0, kParents);
  swapped.Exit(world);
}

// The child reads the page.
void SwapoffVersusSwapIn(const Kernel& kernel) {
  World world(kernel);
  Swapped swapped(world);

  ksync::Thread fault([&swapped] { Load(*swapped.child, 0); }, "swap-in");
  Round({&swapped.parent, swapped.child});
  fault.Join();

  CheckEmptied(world, {&swapped.parent, swapped.child});
  swapped.CheckBothRead(kParents, kParents);
  swapped.Exit(world);
}

// A fork copies the swap entry: another one is born of whom swapoff does not know. The slot was not
// written yet, because reclaim had to leave the page to the child, who has locked it.
void SwapoffVersusFork(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = NewWriter(world);
  Mm& child = *DupMm(parent);
  const bool locked = Mlock(child, 0, 1);
  const bool taken = SwapOut(parent, 0);
  ksync::Check(locked && !taken, "reclaim took a page that is locked");
  Mm* newborn = nullptr;

  ksync::Thread fork([&] { newborn = DupMm(parent); }, "fork");
  Round({&parent, &child});
  fork.Join();

  CheckEmptied(world, {&parent, &child, newborn});
  CheckReads(parent, 0, kParents);
  CheckReads(*newborn, 0, kParents);
  ExitAll(world, {newborn, &child, &parent});
}

// The child, which has no users any more, gives its entry back.
void SwapoffVersusExit(const Kernel& kernel) {
  World world(kernel);
  Swapped swapped(world);

  ksync::Thread exit([&swapped] { Mmput(*swapped.child); }, "exit");
  Round({&swapped.parent});
  exit.Join();

  CheckEmptied(world, {&swapped.parent});
  CheckReads(swapped.parent, 0, kParents);
  ExitAll(world, {&swapped.parent});
}

// The page is in memory for the parent, and in the swap cache: reclaim takes it again without a new
// slot.
void SwapoffVersusReclaim(const Kernel& kernel) {
  World world(kernel);
  Swapped swapped(world);
  CheckReads(swapped.parent, 0, kParents);

  ksync::Thread reclaim([&swapped] { SwapOut(swapped.parent, 0); }, "reclaim");
  Round({&swapped.parent, swapped.child});
  reclaim.Join();

  CheckEmptied(world, {&swapped.parent, swapped.child});
  swapped.CheckBothRead(kParents, kParents);
  swapped.Exit(world);
}

Scenario Row(const char* name, const char* claim, void (*run)(const Kernel&)) {
  return {.name = name,
          .claim = claim,
          .oracle =
              "After the last time round no slot is in use, and none is taken later; each "
              "process reads what it wrote; the structure is valid.",
          .run = run,
          .newest_only = true};
}

}  // namespace

std::vector<Scenario> SwapoffScenarios() {
  return {
      {.name = "SwapoffFindsInherited",
       .claim = "Swapoff brings a page back for all who share it.",
       .oracle = "A slot stays in use: the child's VMA was passed over, because the page's anchor "
                 "is its parent's anon_vma. (The kernel goes round for ever then.) Sequential.",
       .run = SwapoffFindsInherited,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh31, .violation = "failed check"}}},
      Row("SwapoffVersusSwapIn", "A page may be brought back by a fault and by swapoff at once.",
          SwapoffVersusSwapIn),
      Row("SwapoffVersusFork", "A fork may copy swap entries while swapoff replaces them.",
          SwapoffVersusFork),
      Row("SwapoffVersusExit", "An exit may give swap entries back while swapoff goes round.",
          SwapoffVersusExit),
      Row("SwapoffVersusReclaim", "A page may be reclaimed while swapoff brings it back.",
          SwapoffVersusReclaim),
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

// Memory may run out wherever merging, or who has to do with it, asks for some: each then says so,
// and everything is as it was, or as if it had not been asked. The same of other errors.
#include "core/mm/pressure.h"
#include "core/scenarios/ksm_equals.h"
#include "core/scenarios/scenarios.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mremap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Whenever ksmd asks which page is mapped, the answer may be an error.
void KsmMergeWithErrors(const Kernel& kernel) {
  Equals equals(kernel);
  equals.world.FailTheInfallible(true);
  equals.ksm.DoScan(2);
  equals.ksm.DoScan(2);
  equals.world.FailTheInfallible(false);
  equals.CheckBothRead(kEqual, kEqual);
  equals.ExitBoth();
}

bool IsMergeable(const Mm& mm, VirtualPage address) {
  return (FindVma(Resting(mm), address)->vm_flags.Read() & kVmMergeable) != 0;
}

// A process lets the first of its two pages be merged, and forks.
void KsmRegisterWithoutMemory(const Kernel& kernel) {
  World world(kernel);
  Ksm ksm(world.machine());
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Store(mm, 0, kEqual);
  world.FailAllocations(true);
  const bool allowed = ksm.MadviseMergeable(mm, 0, 1);
  Mm* const child = DupMm(mm);
  world.FailAllocations(false);
  ksync::Check(IsMergeable(mm, 0) == allowed, "madvise did not do what it said");
  ksm.DoScan(kAllPages);
  CheckReads(mm, 0, kEqual);
  if (child != nullptr) CheckReads(*child, 0, kEqual);
  if (child != nullptr) Mmput(*child);
  Mmput(mm);
  ksm.DoScan(kAllPages);
  ksm.DoScan(kAllPages);
}

void KsmUnmergeAllWithoutMemory(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  Patience patience;
  equals.world.machine().UsePressure(&patience);
  equals.world.FailAllocations(true);
  const bool done = equals.ksm.UnmergeAll();
  equals.world.FailAllocations(false);
  equals.world.machine().UsePressure(nullptr);
  const int shared = equals.ksm.counters().pages_shared.Read();
  ksync::Check(!done || shared == 0, "unmerging did not do what it said");
  equals.CheckBothRead(kEqual, kEqual);
  const bool done_now = equals.ksm.UnmergeAll();
  ksync::Check(done_now, "unmerging found no memory");
  ksync::Check(equals.ksm.counters().rmap_items.Read() == 0, "an item is left");
  equals.CheckBothRead(kEqual, kEqual);
  equals.ExitBoth();
}

void KsmMoveWithoutMemory(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  equals.world.FailAllocations(true);
  const bool moved = Mremap(equals.second, {0, 1}, {2, 1});
  equals.world.FailAllocations(false);
  CheckReads(equals.first, 0, kEqual);
  CheckReads(equals.second, moved ? 2 : 0, kEqual);
  equals.ExitBoth();
}

void KsmSwapInWithoutMemory(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  Evict(equals.first, 0);
  equals.world.FailAllocations(true);
  for (Mm* const mm : {&equals.first, &equals.second}) {
    const std::optional<std::uint32_t> read = UserRead(*mm, 0);
    ksync::Check(read.value_or(kEqual) == kEqual, "a page came back from swap that was another's");
  }
  equals.world.FailAllocations(false);
  equals.CheckBothRead(kEqual, kEqual);
  equals.ExitBoth();
}

// What two have written is about to be shared, but there is no memory for its node. It stays in the
// swap cache for a child, who does not agree to merging.
void KsmSwapInOfUnmerged(const Kernel& kernel) {
  Equals equals(kernel);
  Mm* const child = DupMm(equals.second);
  const bool apart = equals.ksm.MadviseUnmergeable(*child, 0, 1);
  ksync::Check(apart, "madvise found no memory");
  Evict(equals.second, 0);
  CheckReads(equals.second, 0, kEqual);
  equals.world.FailAllocations(true);
  equals.ksm.DoScan(2);
  equals.world.FailAllocations(false);
  CheckReads(*child, 0, kEqual);
  // Who could not be merged and did not get his own back gets it now.
  const bool merged = equals.ksm.counters().pages_shared.Read() == 1;
  const bool unmerged = merged || equals.ksm.UnmergeAll();
  ksync::Check(unmerged, "unmerging found no memory");
  equals.CheckBothRead(kEqual, kEqual);
  equals.Exit({child, &equals.first, &equals.second});
}

}  // namespace

std::vector<Scenario> KsmMemoryScenarios() {
  const char* const reads = "What each reads afterwards; a rule of rest.";
  return {
      {.name = "KsmMergeWithErrors",
       .claim = "Who asks which page is mapped may be told of an error: then he has no page.",
       .oracle = "A crash.",
       .run = KsmMergeWithErrors,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh14, .violation = "crash"}}},
      {.name = "KsmRegisterWithoutMemory",
       .claim = "A process that finds no memory to register, or its child, is not registered, or "
                "not made; and nothing is left of it.",
       .oracle = "Leak, use after free; a flag that is not as was said.",
       .run = KsmRegisterWithoutMemory,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh16, .violation = "leak", .shown = false},
                {.fix = Fix::kKh67, .violation = "failed check", .shown = false}}},
      {.name = "KsmUnmergeAllWithoutMemory",
       .claim = "If memory runs out while everything is unmerged, it can be tried again.",
       .oracle = reads,
       .run = KsmUnmergeAllWithoutMemory,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh08,
                 .violation = "failed check",
                 .shown = false,
                 .state = KsmState::kFirstRelease}}},
      {.name = "KsmMoveWithoutMemory",
       .claim =
           "If memory runs out while a merged page moves, it is in the old place or in the new.",
       .oracle = reads,
       .run = KsmMoveWithoutMemory,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh67, .violation = "failed check", .shown = false}}},
      {.name = "KsmSwapInWithoutMemory",
       .claim = "If memory runs out while a page comes back that was shared, it comes back later.",
       .oracle = reads,
       .run = KsmSwapInWithoutMemory,
       .since_state = KsmState::kSwappable,
       // Reclaim takes the page from everybody, and does not get its memory.
       .lacks = {{KsmState::kSwappable, KsmState::kAnonVmaHeld, "failed check"}}},
      {.name = "KsmSwapInOfUnmerged",
       .claim = "A page that was to be merged, and could not, comes back from swap as one that a "
                "walk finds.",
       .oracle = reads,
       .run = KsmSwapInOfUnmerged,
       .since = Generation::kG9},  // Before, none finds it.
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

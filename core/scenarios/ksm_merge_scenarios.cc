// Two processes have written the same, and ksmd makes one page of their two: beside a program that
// writes, unmaps, moves, forks or exits, and beside a device; and when memory runs out.
#include <utility>

#include "core/scenarios/ksm_equals.h"
#include "core/scenarios/scenarios.h"
#include "core/vmops/direct_io.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/mlock.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mremap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

void KsmMergeVersusWrite(const Kernel& kernel) {
  Equals equals(kernel);
  equals.MeetKsmd([&] { Store(equals.second, 0, kOther); });
  equals.CheckBothRead(kEqual, kOther);
  equals.ExitBoth();
}

void KsmMergeVersusWriteOfFirst(const Kernel& kernel) {
  Equals equals(kernel);
  equals.MeetKsmd([&] { Store(equals.first, 0, kOther); });
  equals.CheckBothRead(kOther, kEqual);
  equals.ExitBoth();
}

void KsmMergeVersusExit(const Kernel& kernel) {
  Equals equals(kernel);
  equals.MeetKsmd([&] { Mmput(equals.second); });
  CheckReads(equals.first, 0, kEqual);
  equals.Exit({&equals.first});
}

void MergeVersusExitOfFirst(const Kernel& kernel, bool ordered) {
  Equals equals(kernel);
  if (!ordered) equals.ksm.ClearFlagsUnordered();
  equals.MeetKsmd([&] { Mmput(equals.first); });
  CheckReads(equals.second, 0, kEqual);
  equals.Exit({&equals.second});
}

void KsmMergeVersusMunmap(const Kernel& kernel) {
  Equals equals(kernel);
  equals.MeetKsmd([&] { Unmap(equals.first, 0, 1); });
  CheckReads(equals.second, 0, kEqual);
  equals.ExitBoth();
}

void KsmMergeVersusFork(const Kernel& kernel) {
  Equals equals(kernel);
  Mm* child = nullptr;
  equals.MeetKsmd([&] { child = DupMm(equals.second); });
  Store(*child, 0, kOther);
  equals.CheckBothRead(kEqual, kEqual);
  CheckReads(*child, 0, kOther);
  equals.Exit({child, &equals.first, &equals.second});
}

void KsmMergeVersusMove(const Kernel& kernel) {
  Equals equals(kernel);
  equals.MeetKsmd([&] {
    const bool moved = Mremap(equals.second, {0, 1}, {2, 1});
    ksync::Check(moved, "mremap found no memory");
  });
  CheckReads(equals.first, 0, kEqual);
  CheckReads(equals.second, 2, kEqual);
  equals.ExitBoth();
}

void KsmMergeVersusUnmergeable(const Kernel& kernel) {
  Equals equals(kernel);
  equals.MeetKsmd([&] {
    const bool done = equals.ksm.MadviseUnmergeable(equals.second, 0, 1);
    ksync::Check(done, "madvise found no memory");
  });
  CheckNotMerged(equals.second);
  equals.CheckBothRead(kEqual, kEqual);
  equals.ExitBoth();
}

// A third process has the same in a mapping that is shared anyway, and asks for merging, too.
void KsmLeavesSharedMapping(const Kernel& kernel) {
  Equals equals(kernel);
  Mm& third = equals.world.NewMm();
  MmapAnonymous(third, 0, 1, kVmAccess | kVmShared);
  const bool done = equals.ksm.MadviseMergeable(third, 0, 1);
  ksync::Check(done, "madvise found no memory");
  ksync::Check(!third.mergeable.Read(), "a process is registered that has nothing to merge");
  Store(third, 0, kEqual);
  equals.Merge();
  equals.ksm.DoScan(kAllPages);
  equals.ksm.DoScan(kAllPages);
  CheckNotMerged(third);
  equals.CheckBothRead(kEqual, kEqual);
  CheckReads(third, 0, kEqual);
  equals.Exit({&equals.first, &equals.second, &third});
}

// A device writes to a page, to which it had a reference before ksmd came.
void KsmMergeVersusDirectIo(const Kernel& kernel) {
  Equals equals(kernel);
  Page* const page = GetUserPage(equals.first, 0);
  equals.MeetKsmd([page] { FinishDirectIo(*page, kOther); });
  equals.CheckBothRead(kOther, kEqual);
  equals.ExitBoth();
}

// Memory may run out wherever ksmd asks for some. Then a page may be left that was merged, and
// cannot be put into the tree, nor be broken. ksmd comes to it again when there is memory.
void KsmMergeWithoutMemory(const Kernel& kernel) {
  Equals equals(kernel);
  Patience patience;
  equals.world.machine().UsePressure(&patience);
  equals.world.FailAllocations(true);
  equals.ksm.DoScan(2);
  equals.ksm.DoScan(2);
  equals.world.FailAllocations(false);
  equals.world.machine().UsePressure(nullptr);
  equals.CheckBothRead(kEqual, kEqual);
  equals.ksm.DoScan(kAllPages);
  equals.ksm.DoScan(kAllPages);
  equals.CheckBothRead(kEqual, kEqual);
  Store(equals.second, 0, kOther);
  equals.CheckBothRead(kEqual, kOther);
  CheckUnbroken(equals.ksm.BrokenRule());
  Mmput(equals.first);
  Mmput(equals.second);
  equals.Exit({});
}

// The VMA that gets another's page has locked its own. Mlock() marks pages that come later; the one
// that is there would be marked by the first walk of reclaim, for which nobody has to wait here.
void KsmMergeOfLocked(const Kernel& kernel) {
  Equals equals(kernel);
  const bool locked = Mlock(equals.first, 0, 1);
  ksync::Check(locked, "mlock found no memory");
  const Pte pte = Resting(equals.first).page_table[0].Read();
  pte.page().mlocked.Write(true);
  equals.Merge();
  const Pte now = Resting(equals.first).page_table[0].Read();
  ksync::Check(now.page().mlocked.Read(), "a locked VMA has a page that is not kept in memory");
  equals.ExitBoth();
}

std::vector<Scenario> MoreScenarios() {
  return {
      {.name = "KsmMergeVersusExitWithoutOrder",
       .claim =
           "A process may exit also if nothing orders what ksmd has read before the flag that it "
           "clears, as in the kernel.",
       .oracle = "A data race.",
       .run = [](const Kernel& kernel) { MergeVersusExitOfFirst(kernel, /*ordered=*/false); },
       .since_state = KsmState::kFirstRelease,
       .lacks = {{KsmState::kExitTakesNoMutex, kNewestKsmState, "data race"}}},
      {.name = "KsmLeavesSharedMapping",
       .claim = "Memory that is shared anyway is left out silently when madvise allows merging.",
       .oracle = "A page is merged there, or the process is registered.",
       .run = KsmLeavesSharedMapping,
       .since_state = KsmState::kFirstRelease},
  };
}

}  // namespace

std::vector<Scenario> KsmMergeScenarios() {
  const char* const reads = "What each reads afterwards; a rule of rest.";
  std::vector<Scenario> all = {
      {.name = "KsmMergeVersusWrite",
       .claim = "Who writes to a page that is being merged has written, and to no one else's.",
       .oracle = reads,
       .run = KsmMergeVersusWrite,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeVersusWriteOfFirst",
       .claim = "So does who writes to the page that is to be shared.",
       .oracle = reads,
       .run = KsmMergeVersusWriteOfFirst,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeVersusExit",
       .claim = "The process whose page is being replaced may exit meanwhile.",
       .oracle = reads,
       .run = KsmMergeVersusExit,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeVersusExitOfFirst",
       .claim = "So may the one whose page is to be shared.",
       .oracle = reads,
       .run = [](const Kernel& kernel) { MergeVersusExitOfFirst(kernel, /*ordered=*/true); },
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeVersusMunmap",
       .claim = "A page that is to be shared may be unmapped meanwhile.",
       .oracle = reads,
       .run = KsmMergeVersusMunmap,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeVersusFork",
       .claim = "A fork beside a merge: the child has its parent's page, and writes to its own.",
       .oracle = reads,
       .run = KsmMergeVersusFork,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeVersusMove",
       .claim = "A page that is moved while it is merged is found where it is.",
       .oracle = "I1: a walk does not come to it.",
       .run = KsmMergeVersusMove,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh09,
                 .violation = "failed check",
                 .from_state = KsmState::kStableNode}}},
      {.name = "KsmMergeVersusUnmergeable",
       .claim = "Where madvise forbade merging, nothing is merged when it has returned.",
       .oracle = "A page that is.",
       .run = KsmMergeVersusUnmergeable,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeWithoutMemory",
       .claim = "If memory runs out while two pages are merged, each still reads what it wrote.",
       .oracle = reads,
       .run = KsmMergeWithoutMemory,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh32, .violation = "crash"},
                {.fix = Fix::kKh08, .violation = "failed check", .shown = false}}},
      {.name = "KsmMergeVersusDirectIo",
       .claim = "A page to which a device may write is not merged.",
       .oracle = "Somebody reads what the device wrote for another.",
       .run = KsmMergeVersusDirectIo,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeOfLocked",
       .claim =
           "A VMA that has locked its pages keeps the shared one in memory, and the other goes.",
       .oracle = "A page is freed that is locked in memory.",
       .run = KsmMergeOfLocked,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh11, .violation = "failed check", .state = KsmState::kNodeAndPage}}},
  };
  for (Scenario& scenario : MoreScenarios()) all.push_back(std::move(scenario));
  return all;
}

}  // namespace rmap::inline KSYNC_BACKEND

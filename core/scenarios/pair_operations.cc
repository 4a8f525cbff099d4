// The operations that pairs are made of, each as its own side sees it. A failure for want of memory
// is an end like any other: what it must not do is leave something behind.
//
// The cases of vma_merge are those of core/vmops/merge.cc: P before, X or a gap, N after. Cases 4
// to 8 are made ready by splitting [2,5), so that each side can have its own; X is the page in the
// middle, the one that is mapped. With neighbours that were never touched they are the parent's
// alone, as cases 1 to 3: BoundaryDown and BoundaryUp are cases 4 and 5.
#include <tuple>

#include "core/mm/mempolicy.h"
#include "core/rmap/walk.h"
#include "core/scenarios/pairs.h"
#include "core/scenarios/steps.h"
#include "core/vmops/all_locks.h"
#include "core/vmops/direct_io.h"
#include "core/vmops/exec.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/fork.h"
#include "core/vmops/mbind.h"
#include "core/vmops/memory_failure.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mlock.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mprotect.h"
#include "core/vmops/mremap.h"
#include "core/vmops/munmap.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/validate_mm.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr Rights kNothing = 0;

// Whole processes.

// A fork copies a policy with each VMA.
void SetPolicies(Side& side) {
  for (Vma* vma = FirstVma(Resting(*side.mm)); vma != nullptr;
       vma = NextVma(Resting(*side.mm), *vma)) {
    vma->vm_policy.Write(MpolNew(1));
  }
}

void Fork(Side& side) {
  Mm* const child = DupMm(*side.mm);
  if (child == nullptr) return;
  AttachTask(*child);
  side.forked.push_back(child);
}

void Exit(Side& side) {
  DetachTask(*side.mm);
  Mmput(*side.mm);
  side.has_exited = true;
}

void UnmapShared(Side& side) { std::ignore = Munmap(*side.mm, 3, 4); }

void Allow(Side& side, VirtualPage at, Rights rights) {
  std::ignore = Mprotect(*side.mm, at, at + 1, rights);
}

void ProtectHead(Side& side) { Allow(side, 2, kVmRead); }
void ProtectTail(Side& side) { Allow(side, 4, kVmRead); }
void ProtectMiddle(Side& side) { Allow(side, 3, kVmRead); }
void UnprotectMiddle(Side& side) { Allow(side, 3, kVmAccess); }

// Two pages, of which one may move and the other find no memory; then the first goes back. What
// moves may have more room where it comes to.
void MoveAndGrow(Side& side) {
  if (!Mremap(*side.mm, {3, 2}, {8, 3})) return;
  std::ignore = HandlePageFault(*side.mm, 10, Access::kRead);
}

// Both come back, into the VMA that they have left.
void MoveAway(Side& side) {
  const bool done = Mremap(*side.mm, {3, 2}, {8, 2});
  ksync::Check(done, "mremap found no memory");
}
void MoveBack(Side& side) { std::ignore = Mremap(*side.mm, {8, 2}, {3, 2}); }

void Grow(Side& side) { std::ignore = Brk(*side.mm, 5, 6); }

void TakeAllLocks(Side& side) {
  const ksync::Guard mmap_sem(side.mm->mmap_sem);
  MmTakeAllLocks(*side.mm);
  MmDropAllLocks(*side.mm);
}

void CheckAddressSpace(Side& side) {
  const ksync::SharedGuard mmap_sem(side.mm->mmap_sem);
  ValidateMm(*side.mm);
}

void LockShared(Side& side) { std::ignore = Mlock(*side.mm, 3, 4); }
void UnlockShared(Side& side) { std::ignore = Munlock(*side.mm, 3, 4); }

void Bind(Side& side, VirtualPage start, VirtualPage end) {
  Mempolicy* const policy = MpolNew(1);
  std::ignore = Mbind(*side.mm, start, end, *policy);
  MpolPut(policy);
}

// The rest is merged into the head. The page would have to move, but the world's reference keeps
// it: that mbind moves pages is for the scenarios by topic.
void BindHead(Side& side) { Bind(side, 2, 3); }
void BindRest(Side& side) { Bind(side, 3, 5); }

// The cases of vma_merge.

void NothingBelow(Mm& mm) { MmapAnonymous(mm, 0, 1, kVmAccess); }
void OtherAbove(Mm& mm) { MmapAnonymous(mm, 6, 7, kVmRead); }
void OtherBelow(Mm& mm) { MmapAnonymous(mm, 0, 1, kVmRead); }

// None of these is ever touched, but by a first fault beside them.
void ProtectedBelow(Mm& mm) { MmapAnonymous(mm, 0, 2, kVmRead); }
void ProtectedAbove(Mm& mm) { MmapAnonymous(mm, 5, 7, kVmRead); }
void OpenAndProtectedBelow(Mm& mm) {
  MmapAnonymous(mm, 0, 1, kVmAccess);
  MmapAnonymous(mm, 1, 2, kVmRead);
}

void UnprotectBelow(Side& side) { Allow(side, 1, kVmAccess); }
void UnprotectAbove(Side& side) { Allow(side, 5, kVmAccess); }

void FillGapBelow(Side& side) { std::ignore = MmapRegion(*side.mm, {.start = 1, .end = 2}); }
void FillGapAbove(Side& side) { std::ignore = MmapRegion(*side.mm, {.start = 5, .end = 6}); }

// Case 4: the tail of [2,4) goes to N, which is protected already. Case 5: the head of [3,5), which
// is, goes to P.
void ProtectedTail(Side& side) { Protect(*side.mm, 4, 5, kVmRead); }
void ProtectedRest(Side& side) { Protect(*side.mm, 3, 5, kVmRead); }
// Case 6: P and N are alike, X is not. Case 7: N is not either.
void ProtectedMiddle(Side& side) { Protect(*side.mm, 3, 4, kVmRead); }
void ProtectedMiddleAndClosedTail(Side& side) {
  Protect(*side.mm, 3, 4, kVmRead);
  Protect(*side.mm, 4, 5, kNothing);
}
// Case 8: P is closed, X is to become like N. Or there is no P, and the mapped page is in N.
void ClosedHeadAndProtectedTail(Side& side) {
  Protect(*side.mm, 2, 3, kNothing);
  Protect(*side.mm, 4, 5, kVmRead);
}
void ClosedRest(Side& side) { Protect(*side.mm, 3, 5, kNothing); }
void CloseHead(Side& side) { Allow(side, 2, kNothing); }

// Threads. One whose process has unmapped the page, or forbidden the access, gets a signal.

void Fault(Side& side) { std::ignore = HandlePageFault(*side.mm, 4, Access::kRead); }
void WriteShared(Side& side) {
  side.has_written = UserWrite(*side.mm, 3, side.stage.WrittenBy(*side.mm));
}
void ReadShared(Side& side) { std::ignore = HandlePageFault(*side.mm, 3, Access::kRead); }

// A VMA that was never touched, beside those that were: its first fault may borrow an anon_vma. By
// its rights it differs, else mmap would have joined them.
void MapBeside(Side& side) {
  if (FindVma(Resting(*side.mm), 5) == nullptr) MmapAnonymous(*side.mm, 5, 6, kVmRead);
}
void FirstFault(Side& side) { std::ignore = HandlePageFault(*side.mm, 5, Access::kRead); }

// And one more beside that, which may borrow what the first has just got.
void MapTwoBeside(Side& side) {
  MapBeside(side);
  if (FindVma(Resting(*side.mm), 6) == nullptr) MmapAnonymous(*side.mm, 6, 7, kVmRead);
}
void FirstFaultAbove(Side& side) { std::ignore = HandlePageFault(*side.mm, 6, Access::kRead); }

// Somebody else has the page too, and so nobody may write to it.
void ShareWithBystander(Side& side) {
  std::vector<Mm*>& processes = side.stage.processes;
  if (processes.size() > 1) return;
  processes.push_back(DupMm(*side.mm));
  AttachTask(*processes.back());
}

// And its own VMA keeps it in memory.
void LockAndShare(Side& side) {
  ShareWithBystander(side);
  const bool done = Mlock(*side.mm, 2, 5);
  ksync::Check(done, "mlock found no memory");
}

// A device writes to the page. By then it may be in the swap cache. That no fork has shared it is
// the reason why these rows come before Cow, which is made ready first then (direct_io.h).
void HoldShared(Side& side) { side.held = GetUserPage(*side.mm, 3); }
void LetDeviceWrite(Side& side) {
  if (side.held == nullptr) return;
  FinishDirectIo(*side.held, side.stage.WrittenBy(*side.mm));
  side.has_written = true;
}
void DeviceWrites(Side& side) {
  HoldShared(side);
  LetDeviceWrite(side);
}
void HoldAndSwapOut(Side& side) {
  HoldShared(side);
  SwapOut(*side.mm, 3);
}

// The page is gone, and what was on it in a slot.
void EvictShared(Side& side) { ShrinkPage(*side.stage.page); }

// The page is mapped nowhere, and in the swap cache: it stays there while somebody else uses it.
void SwapOutShared(Side& side) {
  Page& page = *side.stage.page;
  GetPage(page);
  ShrinkPage(page);
  PutPage(page);
}

void MarkAsStack(Side& side) {
  Vma& vma = *FindVma(Resting(*side.mm), 2);
  vma.vm_flags.Write(vma.vm_flags.Read() | kVmGrowsDown);
}

void TouchBelowStack(Side& side) { std::ignore = HandlePageFault(*side.mm, 1, Access::kRead); }

// From the page. It can be isolated by one at a time, and if it was not migrated away.

template <typename Use>
void Isolated(Stage& stage, Use use) {
  if (!stage.on_lru.Exchange(false, ksync::acquire)) return;
  const bool is_in_use = use(*stage.page);
  stage.on_lru.Store(is_in_use, ksync::release);
}

// Whether anybody uses the page, as reclaim asks long before it takes one, without the page lock.
void AskWhoUses(Side& side) {
  Isolated(side.stage, [](Page& page) {
    PageReferenced(page);
    return true;
  });
}

void Reclaim(Side& side) {
  Isolated(side.stage, [](Page& page) { return !ShrinkPage(page); });
}

void Migrate(Side& side) {
  Isolated(side.stage, [&side](Page& page) {
    Migration migration(page, *side.spare);
    const bool moved = migration.Begin();
    migration.Finish();
    return !moved;
  });
}

void FailMemory(Side& side) {
  side.has_failed = true;
  side.killed = MemoryFailure(*side.stage.page);
}

void ShiftStack(Side& side) {
  std::ignore = SetupArgPages(*FindVma(Resting(*side.mm), side.stage.shared), /*shift=*/1);
}

}  // namespace

const std::vector<Operation>& PairOperations() {
  using enum Reach;
  static const auto& operations = *new std::vector<Operation>{
      {"Fork", kWholeProcess, Fork, SetPolicies},
      {"Exit", kLastUser, Exit},
      {"ExitOfLocked", kLastUser, Exit, LockAndShare},
      {"Munmap", kWholeProcess, UnmapShared},
      {"SplitBelow", kWholeProcess, ProtectHead},
      {"SplitAbove", kWholeProcess, ProtectTail},
      {"SplitInThree", kWholeProcess, ProtectMiddle},
      {"MergeCase1", kWholeProcess, FillGapBelow, nullptr, NothingBelow},
      {"MergeCase2", kWholeProcess, FillGapAbove, nullptr, OtherAbove},
      {"MergeCase3", kWholeProcess, FillGapBelow, nullptr, OtherBelow},
      {"MergeCase4", kWholeProcess, ProtectMiddle, ProtectedTail},
      {"MergeCase5", kWholeProcess, UnprotectMiddle, ProtectedRest},
      {"MergeCase6", kWholeProcess, UnprotectMiddle, ProtectedMiddle},
      {"MergeCase7", kWholeProcess, UnprotectMiddle, ProtectedMiddleAndClosedTail},
      {"MergeCase8", kWholeProcess, ProtectMiddle, ClosedHeadAndProtectedTail},
      {"MergeCase8Closed", kWholeProcess, CloseHead, ClosedRest},
      {"MergeCase6Untouched", kWholeProcess, UnprotectBelow, nullptr, OpenAndProtectedBelow},
      {"BoundaryDown", kWholeProcess, UnprotectBelow, nullptr, ProtectedBelow},
      {"BoundaryUp", kWholeProcess, UnprotectAbove, nullptr, ProtectedAbove},
      {"Mremap", kWholeProcess, MoveAndGrow},
      {"MremapBack", kWholeProcess, MoveBack, MoveAway},
      {"Mlock", kWholeProcess, LockShared},
      {"Munlock", kWholeProcess, UnlockShared, LockShared},
      {"Mbind", kWholeProcess, BindRest, BindHead},
      {"Brk", kWholeProcess, Grow},
      {"TakeAllLocks", kWholeProcess, TakeAllLocks},
      {"ValidateMm", kThread, CheckAddressSpace},
      {"StackGrowth", kThread, TouchBelowStack, MarkAsStack, nullptr, true},
      {"Fault", kThread, Fault, nullptr, nullptr, true},
      {"FirstFault", kThread, FirstFault, MapBeside},
      {"FirstFaultAbove", kThread, FirstFaultAbove, MapTwoBeside},
      {"DirectIo", kThread, DeviceWrites},
      {"DirectIoOfSwapped", kThread, LetDeviceWrite, HoldAndSwapOut},
      {"Cow", kThread, WriteShared, ShareWithBystander, nullptr, true},
      {"CowOfLocked", kLastUser, WriteShared, LockAndShare},
      {"SwapIn", kThread, ReadShared, SwapOutShared},
      {"SwapInFromSlot", kThread, ReadShared, EvictShared, nullptr, true},
      {"Referenced", kPage, AskWhoUses},
      {"Reclaim", kPage, Reclaim},
      {"Migration", kPage, Migrate},
      {"MemoryFailure", kPage, FailMemory},
  };
  return operations;
}

const Operation& ExecShift() {
  static const Operation operation{"ExecShift", Reach::kWholeProcess, ShiftStack};
  return operation;
}

}  // namespace rmap::inline KSYNC_BACKEND

// The operations that pairs are made of, each as its own side sees it. A failure for want of memory
// is an end like any other: what it must not do is leave something behind.
//
// The cases of vma_merge are those of core/vmops/merge.cc: P before, X or a gap, N after. Cases 4
// to 8 are made ready by splitting [2,5), so that each side can have its own; X is the page in the
// middle, the one that is mapped.
#include <tuple>

#include "core/scenarios/pairs.h"
#include "core/scenarios/steps.h"
#include "core/vmops/all_locks.h"
#include "core/vmops/exec.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/fork.h"
#include "core/vmops/memory_failure.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mprotect.h"
#include "core/vmops/mremap.h"
#include "core/vmops/munmap.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr Rights kNothing = 0;

// Whole processes.

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

void MoveShared(Side& side) { std::ignore = Mremap(*side.mm, {3, 1}, {6, 1}); }

void Grow(Side& side) { std::ignore = Brk(*side.mm, 5, 6); }

void TakeAllLocks(Side& side) {
  const ksync::Guard mmap_sem(side.mm->mmap_sem);
  MmTakeAllLocks(*side.mm);
  MmDropAllLocks(*side.mm);
}

// The cases of vma_merge.

void NothingBelow(Mm& mm) { MmapAnonymous(mm, 0, 1, kVmAccess); }
void OtherAbove(Mm& mm) { MmapAnonymous(mm, 6, 7, kVmRead); }
void OtherBelow(Mm& mm) { MmapAnonymous(mm, 0, 1, kVmRead); }

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
// Case 8: P is closed, X is to become like N.
void ClosedHeadAndProtectedTail(Side& side) {
  Protect(*side.mm, 2, 3, kNothing);
  Protect(*side.mm, 4, 5, kVmRead);
}

// Threads. One whose process has unmapped the page, or forbidden the access, gets a signal.

void Fault(Side& side) { std::ignore = HandlePageFault(*side.mm, 4, Access::kRead); }
void WriteShared(Side& side) {
  std::ignore = UserWrite(*side.mm, 3, side.stage.WrittenBy(*side.mm));
}
void ReadShared(Side& side) { std::ignore = HandlePageFault(*side.mm, 3, Access::kRead); }

// A VMA that was never touched, beside those that were: its first fault may borrow an anon_vma. By
// its rights it differs, else mmap would have joined them.
void MapBeside(Side& side) {
  if (FindVma(*side.mm, 5) == nullptr) MmapAnonymous(*side.mm, 5, 6, kVmRead);
}
void FirstFault(Side& side) { std::ignore = HandlePageFault(*side.mm, 5, Access::kRead); }

// Somebody else has the page too, and so nobody may write to it.
void ShareWithBystander(Side& side) {
  std::vector<Mm*>& processes = side.stage.processes;
  if (processes.size() > 1) return;
  processes.push_back(DupMm(*side.mm));
  AttachTask(*processes.back());
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
  Vma& vma = *FindVma(*side.mm, 2);
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
  MemoryFailure(*side.stage.page);
}

void ShiftStack(Side& side) {
  std::ignore = SetupArgPages(*FindVma(*side.mm, side.stage.shared), /*shift=*/1);
}

}  // namespace

const std::vector<Operation>& PairOperations() {
  using enum Reach;
  static const auto& operations = *new std::vector<Operation>{
      {"Fork", kWholeProcess, Fork},
      {"Exit", kLastUser, Exit},
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
      {"Mremap", kWholeProcess, MoveShared},
      {"Brk", kWholeProcess, Grow},
      {"TakeAllLocks", kWholeProcess, TakeAllLocks},
      {"StackGrowth", kThread, TouchBelowStack, MarkAsStack, nullptr, true},
      {"Fault", kThread, Fault, nullptr, nullptr, true},
      {"FirstFault", kThread, FirstFault, MapBeside},
      {"Cow", kThread, WriteShared, ShareWithBystander, nullptr, true},
      {"SwapIn", kThread, ReadShared, SwapOutShared},
      {"SwapInFromSlot", kThread, ReadShared, EvictShared, nullptr, true},
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

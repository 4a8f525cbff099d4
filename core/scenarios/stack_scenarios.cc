// What may happen while a stack moves its lower end, with mmap_sem held for reading only? And while
// exec moves a stack as a whole?
//
// Processes here have four pages of address space, and their stacks are born high.
#include <utility>

#include "core/rmap/chain.h"
#include "core/rmap/validate_change.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exec.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"
#include "core/vmops/stack.h"
#include "core/vmops/validate_mm.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr VmFlags kStack = kVmAccess | kVmGrowsDown;

// What a fault does to a stack before it maps a page. Requires: mmap_sem held.
void Grow(Vma& stack, VirtualPage address) {
  const bool done = ExpandStack(stack, address);
  ksync::Check(done, "a stack found no memory to grow");
}

// A stack of one page, which is touched.
Vma& TouchedStack(World& world, Mm& mm, VirtualPage address) {
  Vma* const vma = MmapAnonymous(mm, address, address + 1, kStack);
  Touch(mm, address, world.AddPage());
  return *vma;
}

// Two threads of a process, each with a stack of its own, overflow them at once.
void StacksGrowTogether(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  Vma& low = TouchedStack(world, mm, 1);
  Vma& high = TouchedStack(world, mm, 3);

  const auto overflow = [&mm](Vma& stack, VirtualPage address) {
    const ksync::SharedGuard mmap_sem(mm.mmap_sem);
    Grow(stack, address);
  };
  ksync::Thread other([&] { overflow(low, 0); }, "low stack");
  overflow(high, 2);
  other.Join();

  Validate({&mm});
  Mmput(mm);
}

// On a kernel built for debugging two threads fault below a stack. Who comes second finds it grown,
// and both check the address space, as whoever asks a stack to grow does.
void ValidateMmUnlocked(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  Vma& stack = TouchedStack(world, mm, 1);

  const auto overflow = [&mm, &stack] {
    const ksync::SharedGuard mmap_sem(mm.mmap_sem);
    Grow(stack, 0);
    ValidateMm(mm);
  };
  ksync::Thread other(overflow, "overflow");
  overflow();
  other.Join();

  Mmput(mm);
}

// On a kernel built for debugging a stack grows and then checks the address space, in which another
// thread touches a VMA for the first time. That borrows the anon_vma of its neighbour.
void ExpandStackUnlocked(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  Vma* const untouched = MmapAnonymous(mm, 1, 2, kVmRead);  // Else mmap would have joined them.
  Touch(mm, 0, world.AddPage());
  Vma& stack = TouchedStack(world, mm, 3);

  ksync::Thread other(
      [&mm, untouched] {
        const ksync::SharedGuard mmap_sem(mm.mmap_sem);
        const bool prepared = AnonVmaPrepare(*untouched);
        ksync::Check(prepared, "a fault found no memory");
      },
      "fault");
  {
    const ksync::SharedGuard mmap_sem(mm.mmap_sem);
    Grow(stack, 2);
    ValidateMm(mm);
  }
  other.Join();

  Validate({&mm});
  Mmput(mm);
}

// A stack that was never touched grows, if there is memory for its anon_vma.
void ExpandOutOfMemory(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  Vma* const stack = MmapAnonymous(mm, 3, 4, kStack);
  const Snapshot before({&mm});

  world.FailAllocations(true);
  bool done = false;
  {
    const ksync::SharedGuard mmap_sem(mm.mmap_sem);
    done = ExpandStack(*stack, 2);
  }
  world.FailAllocations(false);

  if (!done) CheckUnbroken(before.BrokenBy("expand_stack"));
  ksync::Check(done == (FindVma(Resting(mm), 2) == stack), "a stack did not do what it says");
  ExitAll(world, {&mm});
}

// A page of the stack is migrated while a fault below lets the stack grow.
void ExpandVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Page& below = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 3, 4, kStack);
  Touch(mm, 3, from);
  Migration migration(from, to);
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");

  ksync::Thread other([&] { Touch(mm, 2, below); }, "overflow");
  migration.Finish();
  other.Join();

  Touch(mm, 3, world.AddPage());
  Validate({&mm});
  Mmput(mm);
}

// The same in a child, with a page that the parent touched and that is anchored at the parent's
// anon_vma.
void ExpandInheritedVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 3, 4, kStack);
  Touch(parent, 3, from);
  Mm& child = *DupMm(parent);
  Vma& stack = *FindVma(Resting(child), 3);
  Migration migration(from, to);
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");

  ksync::Thread other(
      [&child, &stack] {
        const ksync::SharedGuard mmap_sem(child.mmap_sem);
        Grow(stack, 2);
      },
      "overflow");
  migration.Finish();
  other.Join();

  Touch(child, 3, world.AddPage());
  Validate({&parent, &child});
  Mmput(child);
  Mmput(parent);
}

// A page above is touched for the first time while a fault below lets the stack grow.
void ExpandVersusFault(const Kernel& kernel) {
  World world(kernel);
  Page& above = world.AddPage();
  Page& below = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 2, 4, kStack);
  Touch(mm, 2, world.AddPage());

  ksync::Thread other([&] { Touch(mm, 1, below); }, "overflow");
  Touch(mm, 3, above);
  other.Join();

  Validate({&mm});
  Mmput(mm);
}

// Migrates what is mapped at an address, which nobody else uses.
void MigrateAtRest(World& world, Mm& mm, VirtualPage address) {
  Migration migration(Resting(mm).page_table[address].Read().page(), world.AddPage());
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");
  migration.Finish();
}

// A page of arguments is migrated while exec moves them to where the stack will be; and
// once more when the stack is an ordinary one.
void ExecShiftVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& mm = world.NewMm();
  Vma* const stack = MmapTemporaryStack(mm, 3);
  Touch(mm, 3, from);
  Migration migration(from, to);
  migration.Begin();  // Finds nothing if it has to leave the page alone.

  ksync::Thread other(
      [stack] {
        const bool done = SetupArgPages(*stack, /*shift=*/2);
        ksync::Check(done, "exec found no memory");
      },
      "exec");
  migration.Finish();
  other.Join();

  Touch(mm, 1, world.AddPage());
  MigrateAtRest(world, mm, 1);
  Validate({&mm});
  Mmput(mm);
}

constexpr char kLostEntry[] =
    "The page is touched at the end, and must not be found under a migration entry whose page is "
    "not locked: ";

std::vector<Scenario> OfTheStackItself() {
  return {
      {.name = "StacksGrowTogether",
       .claim = "Two stacks of a process may grow at once.",
       .oracle = "A data race on the size of the largest hole, which the tree of VMAs has known "
                 "since 3.8: mmap_sem is held for reading, and each grower holds the lock of "
                 "another anon_vma.",
       .run = StacksGrowTogether,
       .default_generation = Generation::kG8,
       .bugs = {{.fix = Fix::kKh56, .violation = "data race"}}},
      {.name = "ValidateMmUnlocked",
       .claim = "A kernel built for debugging may check an address space after a stack has grown, "
                "though another thread lets it grow meanwhile.",
       .oracle = "A data race on the node of an interval tree: the stack is taken out of its "
                 "anon_vma's tree, and put back, under a lock that the check does not take.",
       .run = ValidateMmUnlocked,
       .default_generation = Generation::kG8,
       .bugs = {{.fix = Fix::kKh57, .violation = "data race"}}},
      {.name = "ExpandStackUnlocked",
       .claim = "Who locks a VMA's anon_vma unlocks what it locked, even if the VMA gets its "
                "anon_vma in between.",
       .oracle = "Lock misuse: without an anon_vma the first helper takes no lock; meanwhile a "
                 "fault gives the VMA one, and the second helper gives back what nobody took. "
                 "Without the helpers (KH-57) a data race on the nodes of the tree to which the "
                 "fault adds.",
       .run = ExpandStackUnlocked,
       .default_generation = Generation::kG8,
       .bugs = {{.fix = Fix::kKh57, .violation = "data race", .shown = false},
                {.fix = Fix::kKh69, .violation = "lock misuse"}}},
      {.name = "ExpandOutOfMemory",
       .claim = "A stack that finds no memory to grow is as it was.",
       .oracle = "Rule I9 broken, or a leak. Sequential.",
       .run = ExpandOutOfMemory},
  };
}

std::vector<Scenario> OfItsPages() {
  return {
      {.name = "ExpandVersusMigration",
       .claim = "A stack that grows loses no page that is being migrated: it holds its anon_vma's "
                "lock.",
       .oracle = std::string(kLostEntry) +
                 "the second walk would have seen the new start and the old offset.",
       .run = ExpandVersusMigration,
       .default_generation = Generation::kG3},
      {.name = "ExpandInheritedVersusMigration",
       .claim = "A child's stack that grows loses no page of its parent's that is being migrated.",
       .oracle = std::string(kLostEntry) +
                 "the stack holds the lock of its own anon_vma, the walk that of the parent's, and "
                 "sees the new start and the old offset. From 2.6.36 on the two have one lock, "
                 "before chains they were one anon_vma. No repair was made for it.",
       .run = ExpandInheritedVersusMigration,
       .default_generation = Generation::kG3,
       .expectations = {{"G1..G4", "failed check"}}},
      {.name = "ExpandVersusFault",
       .claim = "A page of a stack gets the right index, even if the stack grows meanwhile.",
       .oracle = "Rule I1 broken: the fault reads the stack's start and its offset one after the "
                 "other, with mmap_sem held for reading, as the growing one has it. A page that "
                 "got the new start and the old offset is never found again by a walk. So it was "
                 "until 6.5, whose repair was made for another reason.",
       .run = ExpandVersusFault,
       .default_generation = Generation::kG9,
       .bugs = {{.fix = Fix::kKh95, .violation = "failed check"}},
       .expectations = {{"G1 with KH-95"}}},
      {.name = "ExecShiftVersusMigration",
       .claim = "Exec loses no page of arguments that is being migrated when it moves the stack.",
       .oracle = std::string(kLostEntry) +
                 "the VMA already says where the page will be; the second walk looks there, and "
                 "then the entry arrives. Or rule I1 broken: the walk found the entry at its old "
                 "place, and computed the index by the new one.",
       .run = ExecShiftVersusMigration,
       .default_generation = Generation::kG3,
       // G3 fails by half a boundary change already (KH-25); G5 without the fix as history tells.
       .bugs = {{.fix = Fix::kKh36, .violation = "failed check", .generation = Generation::kG5}}},
  };
}

}  // namespace

std::vector<Scenario> StackScenarios() {
  std::vector<Scenario> all = OfTheStackItself();
  for (Scenario& scenario : OfItsPages()) all.push_back(std::move(scenario));
  return all;
}

}  // namespace rmap::inline KSYNC_BACKEND

// Does a walk find a page that is moving to another address?
//
// In most of them the main thread migrates one page: the first walk is over before mremap starts on
// another thread, the second runs against it. Where memory may run out, it may do so at each
// allocation of the moving thread.
#include <utility>

#include "core/rmap/validate_change.h"
#include "core/rmap/walk.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mremap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Requires: allocations do not fail.
void Move(Mm& mm, PageRange from, PageRange to) {
  const bool done = Mremap(mm, from, to);
  ksync::Check(done, "mremap found no memory");
}

// Migrates a page to a new one; `change` runs on another thread during the second walk.
void MigrateDuring(World& world, Page& page, const std::function<void()>& change) {
  Migration migration(page, world.AddPage());
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");
  ksync::Thread other(change, "mremap");
  migration.Finish();
  other.Join();
}

// The page must be there, or a fault must be able to wait for it.
void TouchAndExit(World& world, Mm& mm, VirtualPage address) {
  Touch(mm, address, world.AddPage());
  Validate({&mm});
  Mmput(mm);
}

// The target is a new VMA, which walks visit after its source.
void MremapVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  Touch(mm, 0, page);
  MigrateDuring(world, page, [&mm] { Move(mm, {0, 1}, {2, 1}); });
  TouchAndExit(world, mm, 2);
}

// As before, but the new VMA has another offset than its source, which is split afterwards.
void MremapTailVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Touch(mm, 1, page);
  MigrateDuring(world, page, [&mm] { Move(mm, {1, 1}, {3, 1}); });
  TouchAndExit(world, mm, 3);
}

// The page stays where it is, while the VMA loses the page below.
void MremapHeadVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Touch(mm, 1, page);
  MigrateDuring(world, page, [&mm] { Move(mm, {0, 1}, {3, 1}); });
  TouchAndExit(world, mm, 1);
}

// A page goes away and comes back: on the second way its target is older than its source.
void MremapIntoMergedVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Touch(mm, 1, page);
  Move(mm, {1, 1}, {3, 1});
  MigrateDuring(world, page, [&mm] { Move(mm, {3, 1}, {1, 1}); });
  TouchAndExit(world, mm, 1);
}

// As before, but the target borrowed its anon_vma from a neighbour when the source had it already.
void MremapIntoBorrowerVersusMigration(const Kernel& kernel) {
  World world(kernel, {.virtual_pages = 5});
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 3);
  Touch(mm, 2, page);
  Move(mm, {2, 1}, {4, 1});
  Unmap(mm, 1, 2);
  MmapAnonymous(mm, 1, 2);
  Touch(mm, 1, world.AddPage());
  MigrateDuring(world, page, [&mm] { Move(mm, {4, 1}, {2, 1}); });
  TouchAndExit(world, mm, 2);
}

// Two pages; memory may run out when the first has been moved, which then goes back.
void MremapUndoVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Touch(mm, 0, page);
  Migration migration(page, world.AddPage());
  world.FailAllocations(true);
  bool moved = false;
  migration.Begin();
  ksync::Thread other([&] { moved = Mremap(mm, {0, 2}, {2, 2}); }, "mremap");
  migration.Finish();
  other.Join();
  world.FailAllocations(false);
  TouchAndExit(world, mm, moved ? 2 : 0);
}

// A child maps the page as well, and stays where it is.
void MremapOfSharedVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, page);
  Mm& child = *DupMm(parent);
  MigrateDuring(world, page, [&parent] { Move(parent, {0, 1}, {2, 1}); });
  Touch(parent, 2, world.AddPage());
  Touch(child, 0, world.AddPage());
  Validate({&parent, &child});
  Mmput(child);
  Mmput(parent);
}

// A walk that may miss, against a move that it may miss.
void MremapVersusWalk(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Touch(mm, 1, page);
  ksync::Thread other([&mm] { Move(mm, {1, 1}, {3, 1}); }, "mremap");
  PageReferenced(page);
  other.Join();
  Validate({&mm});
  ksync::Check(PageReferenced(page).found == 1, "a walk missed a mapping of a page at rest");
  Mmput(mm);
}

// The VMA grows while it moves. Its second page is touched only at its new place.
void CopyVmaPosition(const Kernel& kernel) {
  World world(kernel);
  Page& first = world.AddPage();
  Page& second = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  Touch(mm, 0, first);
  Move(mm, {0, 1}, {2, 2});
  Touch(mm, 3, second);
  ksync::Check(PageReferenced(first).found == 1, "a walk missed a mapping of a page at rest");
  ksync::Check(PageReferenced(second).found == 1, "a walk missed a mapping of a page at rest");
  Validate({&mm});
  Mmput(mm);
}

// Returns: whether `page` is what is mapped.
bool IsMapped(Mm& mm, VirtualPage address, const Page& page) {
  return Resting(mm).page_table[address].Read().Maps(page);
}

// Two touched pages of a VMA of three move; memory may run out anywhere.
void MremapWithoutMemory(const Kernel& kernel) {
  World world(kernel, {.virtual_pages = 6});
  Page& first = world.AddPage();
  Page& second = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 3);
  Touch(mm, 0, first);
  Touch(mm, 1, second);
  const Snapshot before({&mm});
  world.FailAllocations(true);
  const bool moved = Mremap(mm, {0, 2}, {4, 2});
  world.FailAllocations(false);
  if (!moved) CheckUnbroken(before.BrokenBy("mremap"));
  const VirtualPage start = moved ? 4 : 0;
  ksync::Check(IsMapped(mm, start, first), "a page is not where mremap says");
  ksync::Check(IsMapped(mm, start + 1, second), "a page is not where mremap says");
  ksync::Check(PageReferenced(first).found == 1, "a walk missed a mapping of a page at rest");
  ksync::Check(PageReferenced(second).found == 1, "a walk missed a mapping of a page at rest");
  Validate({&mm});
  Mmput(mm);
}

// A page comes back to the VMA from which it went; memory may run out anywhere.
void MremapIntoMergedWithoutMemory(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Touch(mm, 1, world.AddPage());
  Move(mm, {1, 1}, {3, 1});
  const Snapshot before({&mm});
  world.FailAllocations(true);
  const bool moved = Mremap(mm, {3, 1}, {1, 1});
  world.FailAllocations(false);
  if (!moved) CheckUnbroken(before.BrokenBy("mremap"));
  Validate({&mm});
  Mmput(mm);
}

// A child's page moves away while the parent forks once more. `back`: it was away, and comes to the
// VMA from which it went. In both, a part of the source stays.
void MoveBesideFork(const Kernel& kernel, bool back) {
  World world(kernel, {.virtual_pages = 6});
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 3);
  Touch(parent, 1, world.AddPage());
  Mm& mover = *DupMm(parent);
  if (back) Move(mover, {1, 2}, {4, 2});

  ksync::Thread other(
      [&] {
        back ? Move(mover, {4, 1}, {1, 1}) : Move(mover, {2, 1}, {5, 1});
      },
      "mremap");
  Mm& child = *DupMm(parent);
  other.Join();

  CheckForkOrder(parent, child);
  const Vma* const low = FindVma(Resting(mover), 1);
  const Vma* const high = FindVma(Resting(mover), 5);
  // Where ptes move under the locks of the walk, nobody relies on the order of a target that was
  // there before.
  const bool relies = !back || !world.machine().Has(Mechanism::kMoveTakesRmapLocks);
  if (relies) CheckUnbroken(back ? BrokenWalkOrder(*high, *low) : BrokenWalkOrder(*low, *high));
  ExitAll(world, {&parent, &mover, &child});
}

void MremapKeepsOrder(const Kernel& kernel) { MoveBesideFork(kernel, /*back=*/false); }
void MremapIntoMergedKeepsOrder(const Kernel& kernel) { MoveBesideFork(kernel, /*back=*/true); }

// A VMA that was never touched moves next to another such, and they become one. The old place is
// the new one's end, which is cut off.
void MremapOfUntouched(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  MmapAnonymous(mm, 2, 3);
  Move(mm, {2, 1}, {1, 1});
  const Vma* const vma = FirstVma(Resting(mm));
  ksync::Check(vma->vm_start.Read() == 0, "a VMA begins elsewhere");
  ksync::Check(vma->vm_end.Read() == 2, "untouched neighbours are not one VMA");
  Page& page = world.AddPage();
  Touch(mm, 1, page);
  ksync::Check(PageReferenced(page).found == 1, "a walk missed a mapping of a page at rest");
  Validate({&mm});
  Mmput(mm);
}

// A touched page comes to the end of a VMA that was never touched. That it fits there takes a
// detour: the two had other rights when they were neighbours before.
void MremapIntoUntouched(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1, kVmRead);
  MmapAnonymous(mm, 1, 2, kVmAccess);
  Touch(mm, 1, page);
  Move(mm, {1, 1}, {3, 1});
  Protect(mm, 3, 4, kVmRead);
  Move(mm, {3, 1}, {1, 1});
  Validate({&mm});
  ksync::Check(PageReferenced(page).found == 1, "a walk missed a mapping of a page at rest");
  Mmput(mm);
}

constexpr char kLost[] =
    "The page is touched at its address at the end, and must not be found under a migration entry "
    "whose page is not locked: the second walk looked for the entry where it was no more, or was "
    "not yet.";

std::vector<Scenario> VersusMigration() {
  return {
      {.name = "MremapVersusMigration",
       .claim = "A page that is being migrated is found although it moves: walks visit the target "
                "after the source.",
       .oracle = kLost,
       .run = MremapVersusMigration,
       .default_generation = Generation::kG6,
       .bugs = {{.fix = Fix::kKh53, .violation = "failed check"}}},
      {.name = "MremapTailVersusMigration",
       .claim = "A walk that meets a copied VMA before it is in its place does no harm: nothing is "
                "mapped there yet, and who misses the page at the source sees the place.",
       .oracle = kLost,
       .run = MremapTailVersusMigration,
       .default_generation = Generation::kG6,
       .bugs = {{.fix = Fix::kKh53, .violation = "failed check"}},
       .expectations = {{"G1 with KH-53"}, {"G4 with KH-53"}, {"G6 with KH-53"}}},
      {.name = "MremapHeadVersusMigration",
       .claim = "A page that is being migrated is found when pages below it move away.",
       .oracle = kLost,
       .run = MremapHeadVersusMigration,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh25, .violation = "failed check", .until = Generation::kG7},
                RaceInTree(Fix::kKh25)}},
      {.name = "MremapIntoMergedVersusMigration",
       .claim = "A page that is being migrated is found although it moves into a VMA that walks "
                "would visit before its source.",
       .oracle = kLost,
       .run = MremapIntoMergedVersusMigration,
       .default_generation = Generation::kG6,
       .bugs = {{.fix = Fix::kKh54, .violation = "failed check"},
                {.fix = Fix::kKh53, .violation = "failed check", .until = Generation::kG7}}},
      {.name = "MremapIntoBorrowerVersusMigration",
       .claim = "A page that is being migrated is found although it moves into a VMA that has "
                "borrowed the anon_vma of its source: who borrows is visited last.",
       .oracle = kLost,
       .run = MremapIntoBorrowerVersusMigration,
       .default_generation = Generation::kG4,
       .bugs = {{.fix = Fix::kKh39, .violation = "failed check", .until = Generation::kG6},
                {.fix = Fix::kKh53,
                 .violation = "failed check",
                 .until = Generation::kG7,
                 .shown = false}},
       .expectations = {{"G4 with KH-53 with KH-54"}}},
      {.name = "MremapUndoVersusMigration",
       .claim = "A page that is being migrated is found although mremap gives up and moves it "
                "back.",
       .oracle = kLost,
       .run = MremapUndoVersusMigration,
       .default_generation = Generation::kG6,
       .bugs = {{.fix = Fix::kKh54, .violation = "failed check"},
                {.fix = Fix::kKh53, .violation = "failed check"}},
       .expectations = {{"G9", "failed check"}, {"G9 with KH-67"}}},
      {.name = "MremapOfSharedVersusMigration",
       .claim = "A page that a child maps as well is found in both while the parent moves it.",
       .oracle = kLost,
       .run = MremapOfSharedVersusMigration,
       .default_generation = Generation::kG6,
       .bugs = {{.fix = Fix::kKh53, .violation = "failed check"}}},
  };
}

std::vector<Scenario> OtherScenarios() {
  return {
      {.name = "MremapVersusWalk",
       .claim = "A walk against mremap finds the page or misses it, and touches nothing freed.",
       .oracle = "Use after free, data race; afterwards a walk must find the page.",
       .run = MremapVersusWalk},
      {.name = "CopyVmaPosition",
       .claim = "Walks find pages anywhere in a VMA that grew while it moved.",
       .oracle = "A walk at rest must find a page that was touched behind the old length: a tree "
                 "that was given the new VMA before its new range looks for it in the old one. A "
                 "list looks at the range itself, so the same order is harmless there.",
       .run = CopyVmaPosition,
       .default_generation = Generation::kG8,
       .bugs = {{.fix = Fix::kKh28, .violation = "failed check"}},
       .expectations = {{"G1..G7"}}},
      {.name = "MremapWithoutMemory",
       .claim = "mremap moves all pages or none, and leaves a sound structure.",
       .oracle = "Rule I9 broken. Both pages must be where the result says, and be found by walks; "
                 "the rules of the structure must hold.",
       .run = MremapWithoutMemory,
       .bugs = {{.fix = Fix::kKh67, .violation = "failed check"}}},
      {.name = "MremapIntoMergedWithoutMemory",
       .claim =
           "mremap that runs out of memory has changed nothing, even if its target was part of "
           "another VMA.",
       .oracle = "Rule I9 broken: to take back what the other VMA got, it must be split, and for "
                 "that there is no memory either; an empty range stays mapped. No kernel mends "
                 "that. Sequential.",
       .run = MremapIntoMergedWithoutMemory,
       .expectations = {{"G0..G9", "failed check"}, {"G9 with all", "failed check"}}},
      {.name = "MremapKeepsOrder",
       .claim = "Walks visit a VMA before its copy, although the same lists grow by a relative's "
                "fork.",
       .oracle =
           "Rule I6 broken when both are done, for the copy or for the fork. (Without KH-19 rule "
           "I5: the chain of a copy is turned round.)",
       .run = MremapKeepsOrder,
       .bugs = {{.fix = Fix::kKh19, .violation = "failed check", .shown = false}}},
      {.name = "MremapIntoMergedKeepsOrder",
       .claim =
           "Walks visit a VMA before the one to which its pages move, if that was there before "
           "too, although the same lists grow by a relative's fork.",
       .oracle = "As above. From 3.8 on only of the fork: pages move under the locks of the walk.",
       .run = MremapIntoMergedKeepsOrder,
       .default_generation = Generation::kG6,
       .bugs = {{.fix = Fix::kKh54, .violation = "failed check", .until = Generation::kG7},
                {.fix = Fix::kKh19, .violation = "failed check", .shown = false}}},
      {.name = "MremapOfUntouched",
       .claim = "A VMA that was never touched merges at its new address, with itself if need be.",
       .oracle = "The neighbours must be one VMA, and a page touched in it must be found.",
       .run = MremapOfUntouched},
      {.name = "MremapIntoUntouched",
       .claim = "A VMA that takes over a moved page knows the page's anon_vma.",
       .oracle = "The rules of the structure: until 2.6.39 the page's anon_vma is not in the chain "
                 "of its new VMA, which has none, and ends with the old one. mremap extends the "
                 "VMA without a neighbour to import from. Since 3.0 the two do not merge "
                 "(965f55dea0e3).",
       .run = MremapIntoUntouched,
       .default_generation = Generation::kG5,
       .expectations = {{"G0..G5", "failed check"}}},
  };
}

}  // namespace

std::vector<Scenario> MremapScenarios() {
  std::vector<Scenario> all = VersusMigration();
  for (Scenario& scenario : OtherScenarios()) all.push_back(std::move(scenario));
  return all;
}

}  // namespace rmap::inline KSYNC_BACKEND

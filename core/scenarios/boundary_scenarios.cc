// Does a walk that must not miss see VMAs whose boundaries are moving?
//
// In each scenario the main thread migrates one page: the first walk is over before the other
// thread starts, the second runs against it. Afterwards the page is touched, or its index is read.
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"
#include "core/vmops/split.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Migrates what is mapped at `address` while `change` runs on another thread.
// Returns: the page that is, or should be, mapped there now.
Page& MigrateDuring(World& world, Mm& mm, VirtualPage address,
                    const std::function<void()>& change) {
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Touch(mm, address, from);
  Migration migration(from, to);
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");

  ksync::Thread other(change, "boundary");
  migration.Finish();
  other.Join();
  return to;
}

// The page must be there, or a fault must be able to wait for it.
void TouchAndExit(Mm& mm, VirtualPage address, Page& fresh) {
  Touch(mm, address, fresh);
  Mmput(mm);
}

// Splits a VMA of two pages, of which the upper one is being migrated. Returns: as MigrateDuring.
Page& SplitDuringMigration(World& world, Mm& mm, NewVma where) {
  Vma* const vma = MmapAnonymous(mm, 0, 2);
  return MigrateDuring(world, mm, 1, [&mm, vma, where] {
    const ksync::Guard mmap_sem(mm.mmap_sem);
    const bool done = SplitVma(*vma, 1, where);
    ksync::Check(done, "a split found no memory");
  });
}

// The upper half keeps the old VMA, whose start and offset move.
void SplitBelowVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  SplitDuringMigration(world, mm, NewVma::kBelow);
  TouchAndExit(mm, 1, world.AddPage());
}

// The lower half keeps the old VMA; only its end moves. The page goes to the new VMA.
void SplitAboveVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  SplitDuringMigration(world, mm, NewVma::kAbove);
  TouchAndExit(mm, 1, world.AddPage());
}

// As SplitBelowVersusMigration, but asks whether later walks will look in the right place.
void SplitBelowVersusIndex(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  const Page& page = SplitDuringMigration(world, mm, NewVma::kBelow);
  ksync::Check(page.index.Read() == 1, "a page was put back with a wrong index");
  Mmput(mm);
}

// A touched VMA takes the head of the next, which shares its anon_vma. The page is in the rest.
void BoundaryUpVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& neighbour = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1, kVmAccess);
  MmapAnonymous(mm, 1, 3, kVmRead);
  Touch(mm, 0, neighbour);
  MigrateDuring(world, mm, 2, [&mm] { Protect(mm, 1, 2, kVmAccess); });
  TouchAndExit(mm, 2, world.AddPage());
}

// A touched VMA takes the tail of the one before, which was never touched. The page is in the
// touched one.
void BoundaryDownVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2, kVmAccess);
  MmapAnonymous(mm, 2, 3, kVmRead);
  MigrateDuring(world, mm, 2, [&mm] { Protect(mm, 1, 2, kVmRead); });
  TouchAndExit(mm, 2, world.AddPage());
}

constexpr char kOracle[] =
    "The page is touched at the end, and must not be found under a migration entry whose page is "
    "not locked: the second walk computed the page's address from a start and an offset that did "
    "not belong together, found it outside the VMA and went on.";

}  // namespace

std::vector<Scenario> BoundaryScenarios() {
  return {
      {.name = "SplitBelowVersusMigration",
       .claim = "A split whose new VMA is the lower half loses no page that is being migrated.",
       .oracle = kOracle,
       .run = SplitBelowVersusMigration,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh25, .violation = "failed check", .until = Generation::kG7},
                RaceInTree(Fix::kKh25)},
       .expectations = {{"G5 without KH-25", "failed check"}, {"G3 with KH-25"}}},
      {.name = "SplitAboveVersusMigration",
       .claim = "A split whose new VMA is the upper half loses no page that is being migrated: the "
                "new VMA is on every list before the old one's end moves.",
       .oracle = "As above. Without KH-51 the kernel asserts that a page is put back inside the "
                 "range of its VMA: a false alarm, because from 2.6.39 to 3.7 no lock is taken "
                 "when an end moves, and the page may belong to the next VMA by then.",
       .run = SplitAboveVersusMigration,
       .default_generation = Generation::kG6,
       .bugs = {{.fix = Fix::kKh51, .violation = "failed check", .until = Generation::kG7}},
       .expectations = {{"G0 without KH-51"}, {"G5 without KH-51"}, {"G9 without KH-51"}}},
      {.name = "SplitBelowVersusIndex",
       .claim = "A page that is put back while its VMA is split keeps its index.",
       .oracle = "The index is read at the end. Before 2.6.36 the first mapping of a page computes "
                 "it anew, from the address and from the VMA's start and offset, which are read a "
                 "second time: a page that was found may still be put back with a wrong index, "
                 "and no later walk finds it.",
       .run = SplitBelowVersusIndex,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh25, .violation = "failed check", .until = Generation::kG4},
                RaceInTree(Fix::kKh25)},
       .expectations = {{"G3 with KH-25"}, {"G5 without KH-25"}}},
      {.name = "BoundaryUpVersusMigration",
       .claim = "A VMA that grows at the cost of the next loses no page that is being migrated, "
                "even if both had an anon_vma before.",
       .oracle = kOracle,
       .run = BoundaryUpVersusMigration,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh25, .violation = "failed check", .until = Generation::kG7},
                RaceInTree(Fix::kKh25)},
       .expectations = {{"G5 without KH-25", "failed check"}}},
      {.name = "BoundaryDownVersusMigration",
       .claim = "A VMA that grows at the cost of the one before loses no page that is being "
                "migrated, even if the other has no anon_vma.",
       .oracle = kOracle,
       .run = BoundaryDownVersusMigration,
       .default_generation = Generation::kG5,
       .bugs = {{.fix = Fix::kKh26, .violation = "failed check", .until = Generation::kG7},
                RaceInTree(Fix::kKh26),
                {.fix = Fix::kKh25,
                 .violation = "failed check",
                 .until = Generation::kG7,
                 .generation = Generation::kG1},
                RaceInTree(Fix::kKh25)},
       .expectations = {{"G9 without KH-26", "data race"}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

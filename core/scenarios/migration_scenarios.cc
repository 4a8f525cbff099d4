// Does a migration find every mapping, and hold on to what it walks, whoever forks, exits or
// migrates meanwhile? The boundaries of VMAs do not move here (boundary_scenarios.cc).
//
// Pages have contents: what was on the old page must be on the page that is mapped at the end.
#include "core/rmap/validate_change.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr std::uint32_t kWritten = 7;

// A new process with one VMA and its first page touched, and something written there.
Mm& NewProcess(World& world, Page& page, VirtualPage pages = 1) {
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, pages);
  Touch(mm, 0, page);
  page.content.Write(kWritten);
  return mm;
}

void CheckContent(Mm& mm) {
  const Pte pte = Resting(mm).page_table[0].Read();
  ksync::Check(pte.IsPresent(), "a page is not mapped after its migration");
  CheckReads(mm, 0, kWritten);
}

// Of the first half, when nobody else is about.
void CheckAllFound(bool all_found) {
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");
}

// Returns: whether the page has moved.
bool Migrate(Page& from, Page& to) {
  Migration migration(from, to);
  const bool moved = migration.Begin();
  migration.Finish();
  return moved;
}

// Copying the page takes its time, and meanwhile the page's only user exits.
void MigrationVersusExitSleeping(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& mm = NewProcess(world, from);
  Migration migration(from, to, Copying::kSleeps);
  CheckAllFound(migration.Begin());

  const auto exit_and_wait = [&mm] {
    Mmput(mm);
    // After a grace period the slab may give the memory away for good.
    ksync::SynchronizeRcu();
  };
  ksync::Thread exit(exit_and_wait, "exit");
  migration.Finish();
  exit.Join();

  ksync::Check(!PageMapped(to), "a page is mapped when its only user is gone");
}

// The page's only user exits after the page was isolated.
void MigrateUnmapped(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mmput(NewProcess(world, from));

  Migrate(from, to);

  ksync::Check(!PageMapped(to), "a page is mapped when its only user is gone");
}

// Nobody maps the page, but the swap cache holds it for somebody who was swapped out.
void MigrateSwapCache(const Kernel& kernel) {
  World world(kernel);
  SwapArea& swap = world.machine().swap();
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mmput(NewProcess(world, from));
  const SwapEntry entry = *swap.GetSwapPage();
  GetPage(from);
  swap.AddToSwapCache(entry, from);
  from.swap_entry.Write(entry);

  Migrate(from, to);

  Page* const cached = swap.LookupSwapCache(entry, GetPage);
  ksync::Check(cached == &to, "a migration left the swap cache behind");
  CheckUnbroken(BrokenRead(cached->content.Read(), kWritten));
  swap.DeleteFromSwapCache(entry, *cached);
  DropUses(*cached, 2 * kOneReference);
}

void EndWithChild(Mm& parent, Mm& child) {
  CheckContent(parent);
  CheckContent(child);
  Validate({&parent, &child});
  Mmput(child);
  Mmput(parent);
}

// A fork copies the migration entry while the second walk puts the page back.
void ForkVersusRestoreWalk(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& parent = NewProcess(world, from);
  Migration migration(from, to);
  CheckAllFound(migration.Begin());

  Mm* child = nullptr;
  ksync::Thread fork([&] { child = DupMm(parent); }, "fork");
  migration.Finish();
  fork.Join();

  EndWithChild(parent, *child);
}

// The same, and the first walk meets the fork too.
void MigrationVersusFork(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& parent = NewProcess(world, from);

  Mm* child = nullptr;
  ksync::Thread fork([&] { child = DupMm(parent); }, "fork");
  Migrate(from, to);
  fork.Join();

  EndWithChild(parent, *child);
}

// One of two processes that share a page exits while the page is migrated from beginning to end.
void MigrationVersusExitOfChild(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& parent = NewProcess(world, from);
  Mm& child = *DupMm(parent);

  ksync::Thread exit([&child] { Mmput(child); }, "exit");
  Migrate(from, to);
  exit.Join();

  CheckContent(parent);
  Validate({&parent});
  Mmput(parent);
}

// Who waits for a migration has a reference, so that it may fail; then it is tried once more, as
// migrate_pages() does up to ten times.
void MigrationVersusWaiter(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& mm = NewProcess(world, from);

  ksync::Thread fault([&mm] { Touch(mm, 0, Access::kRead); }, "fault");
  if (!Migrate(from, to)) Migrate(from, to);
  fault.Join();

  CheckContent(mm);
  AtRest(world, {&mm});
  Mmput(mm);
}

// Two pages of one VMA are migrated by two threads.
void MigrationVersusMigrationOfNeighbour(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Page& neighbour = world.AddPage();
  Page& to = world.AddPage();
  Page& neighbour_to = world.AddPage();
  Mm& mm = NewProcess(world, page, 2);
  Touch(mm, 1, neighbour);

  ksync::Thread other([&] { Migrate(neighbour, neighbour_to); }, "neighbour");
  Migrate(page, to);
  other.Join();

  CheckContent(mm);
  Validate({&mm});
  Mmput(mm);
}

constexpr char kAllFound[] =
    "The structure is valid at the end: no migration entry is left behind, and every mapping is "
    "found from its page. What is mapped has the contents of the old page.";

}  // namespace

std::vector<Scenario> MigrationScenarios() {
  return {
      {.name = "MigrationVersusExitSleeping",
       .claim = "A migration that sleeps while it copies does not touch a freed anon_vma, although "
                "nothing maps the page while its users exit.",
       .oracle = "A use after free in the second walk: whoever sleeps leaves his RCU section, so "
                 "that only a count keeps the anon_vma, and it must have been taken before the "
                 "last mapping went.",
       .run = MigrationVersusExitSleeping,
       .default_generation = Generation::kG3,
       .bugs = {{.fix = Fix::kKh34, .violation = "use after free"}}},
      {.name = "MigrateUnmapped",
       .claim = "A migration leaves a page alone that lost its last user after it was isolated.",
       .oracle = "A use after free: the mapping word outlives the mapping, and the second walk "
                 "follows it to an anon_vma that went with the page's user. Sequential.",
       .run = MigrateUnmapped,
       .default_generation = Generation::kG3,
       .bugs = {{.fix = Fix::kKh35, .violation = "use after free"}}},
      {.name = "MigrateSwapCache",
       .claim = "A page that nobody maps is migrated all the same if it is in the swap cache, and "
                "takes its slot along.",
       .oracle = "The swap cache must answer with the new page, which must have the old one's "
                 "contents; no walk may follow the mapping word, which names a freed anon_vma. "
                 "Sequential.",
       .run = MigrateSwapCache,
       .default_generation = Generation::kG3,
       .bugs = {{.fix = Fix::kKh35, .violation = "use after free"}}},
      {.name = "ForkVersusRestoreWalk",
       .claim = "A walk that is overtaken by a fork meets the child after the parent, and so puts "
                "back every copy of a migration entry.",
       .oracle = kAllFound,
       .run = ForkVersusRestoreWalk,
       .default_generation = Generation::kG5,
       .expectations = {{"G5 without KH-29"}, {"G5..G9 without KH-39"}}},
      {.name = "MigrationVersusFork",
       .claim = "A fork loses no page that is migrated meanwhile, and the migration no copy.",
       .oracle = kAllFound,
       .run = MigrationVersusFork,
       .default_generation = Generation::kG5},
      {.name = "MigrationVersusExitOfChild",
       .claim = "The exit of one who shares a page does not harm its migration.",
       .oracle = kAllFound,
       .run = MigrationVersusExitOfChild,
       .default_generation = Generation::kG5},
      {.name = "MigrationVersusWaiter",
       .claim =
           "A migration that fails because somebody waits for it puts everything back, and may "
           "be tried again.",
       .oracle = kAllFound,
       .run = MigrationVersusWaiter},
      {.name = "MigrationVersusMigrationOfNeighbour",
       .claim = "Migrations of two pages of one VMA do not harm each other.",
       .oracle = kAllFound,
       .run = MigrationVersusMigrationOfNeighbour,
       .default_generation = Generation::kG5},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

// Is every anon_vma that a page may name in the chain of every VMA that maps the page?
// These need one thread only: the structure is broken, not the timing.
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"
#include "core/vmops/split.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// A touched VMA is merged into the VMA before it, which was never touched.
void MergeIntoUntouched(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1, kVmAccess);
  MmapAnonymous(mm, 1, 2, kVmRead);
  Touch(mm, 1, page);

  Protect(mm, 1, 2, kVmAccess);

  AtRest(world, {&mm});
  Mmput(mm);
}

// A child touches a VMA beside one that it has inherited, then merges the two.
void BorrowThenMerge(const Kernel& kernel) {
  World world(kernel);
  Page& inherited = world.AddPage();
  Page& own = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1, kVmAccess);
  MmapAnonymous(parent, 1, 2, kVmRead);
  Touch(parent, 1, inherited);
  Mm& child = *DupMm(parent);

  Touch(child, 0, own);
  Protect(child, 1, 2, kVmAccess);

  AtRest(world, {&parent, &child});
  Mmput(child);
  Mmput(parent);
}

// Moves a page at rest to a new one; both walks must find every mapping.
void Migrate(World& world, Page& from) {
  Migration migration(from, world.AddPage());
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");
  migration.Finish();
}

// The process cuts off its upper page, so that this VMA is the last that a walk visits.
void CutOffUpperPage(Mm& mm) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  const bool done = SplitVma(*FindVma(mm, 0), 1, NewVma::kAbove);
  ksync::Check(done, "a split found no memory");
}

// A page shared with a child is migrated; the second walk comes to the child first.
void MigrateShared(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 2);
  Touch(parent, 1, page);
  Mm& child = *DupMm(parent);
  CutOffUpperPage(parent);

  Migrate(world, page);

  AtRest(world, {&parent, &child});
  Mmput(child);
  Mmput(parent);
}

// The same with a grandchild, after the child between them has gone.
void MigrateSharedWithGrandchild(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 2);
  Touch(parent, 1, page);
  Mm& child = *DupMm(parent);
  Mm& grandchild = *DupMm(child);
  Mmput(child);
  CutOffUpperPage(parent);

  Migrate(world, page);

  AtRest(world, {&parent, &grandchild});
  Mmput(grandchild);
  Mmput(parent);
}

}  // namespace

std::vector<Scenario> ChainScenarios() {
  return {
      {.name = "MergeIntoUntouched",
       .claim = "A VMA that swallows another is linked to every anon_vma of the pages it gets.",
       .oracle = "Rule I3 (or I2) broken: the surviving VMA names an anon_vma that its chain "
                 "lacks, because it cloned its own empty chain; the anon_vma itself is freed with "
                 "the VMA that was swallowed, while a mapped page names it. Sequential.",
       .run = MergeIntoUntouched,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh17, .violation = "failed check", .until = Generation::kG5}},
       .expectations = {{"G5 without KH-17", "failed check"}}},
      {.name = "BorrowThenMerge",
       .claim = "Two VMAs that share an anon_vma have the same chain.",
       .oracle = "Rule I3 broken: the child's new VMA borrowed the neighbour's anon_vma but not "
                 "the rest of its chain, so after the merge nothing leads from the inherited "
                 "page's anon_vma to the child. Sequential.",
       .run = BorrowThenMerge,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh18, .violation = "failed check"}},
       .expectations = {{"G5 without KH-18", "failed check"}}},
      {.name = "MigrateShared",
       .claim = "The anchor of a shared page is an anon_vma that all who map it know.",
       .oracle = "Rule I3 broken: the page was anchored anew at the private anon_vma of the child, "
                 "whose VMA the walk visited first; nothing leads from there to the parent. From "
                 "2.6.36 on a page keeps its anchor when it is mapped again. Sequential.",
       .run = MigrateShared,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh20, .violation = "failed check", .until = Generation::kG4}},
       .expectations = {{"G5 without KH-20"}}},
      {.name = "MigrateSharedWithGrandchild",
       .claim = "The last entry of a chain is the oldest anon_vma.",
       .oracle = "Rule I3 broken: each clone turned the chain round, so what was taken for the "
                 "oldest anon_vma in the grandchild's chain is the child's, which the parent does "
                 "not know. From 2.6.36 on a page keeps its anchor when it is mapped again, and "
                 "what is left is rule I5 itself: the root is not the last. Sequential.",
       .run = MigrateSharedWithGrandchild,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh19, .violation = "failed check"},
                {.fix = Fix::kKh20,
                 .violation = "failed check",
                 .until = Generation::kG4,
                 .shown = false}},
       .expectations = {{"G5 without KH-19", "failed check"}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

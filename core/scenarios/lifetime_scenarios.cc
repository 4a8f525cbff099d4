// Does everything a walk touches still exist, and is everything given back?
// Mostly without a check of their own: whoever watches the memory is the oracle.
#include "core/rmap/chain.h"
#include "core/rmap/validate_change.h"
#include "core/rmap/walk.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/ksm_reference.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// A process with one touched page exits while reclaim asks who refers to that page.
void WalkVersusUnlink(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  Touch(mm, 0, page);

  ksync::Thread exit([&mm] { Mmput(mm); }, "exit");
  const int found = PageReferenced(page).found;
  exit.Join();

  ksync::Check(found <= 1, "a walk found more mappings than there are");
  ksync::Check(!PageMapped(page), "a page is mapped when its only user is gone");
}

// A fork of a process with one touched page, in which each allocation may fail; then the page is
// migrated, which visits everything on the anon_vma's list.
void ForkFailureThenWalk(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, from);

  const Snapshot before({&parent});
  world.FailAllocations(true);
  Mm* const child = DupMm(parent);
  world.FailAllocations(false);
  if (child == nullptr) CheckUnbroken(before.BrokenBy("a fork"));

  Migration migration(from, to);
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");
  migration.Finish();
  if (child == nullptr) {
    AtRest(world, {&parent});
  } else {
    AtRest(world, {&parent, child});
    Mmput(*child);
  }
  Mmput(parent);
}

// Two threads of a process touch the same VMA for the first time.
void PrepareTwice(Vma& vma) {
  const auto fault = [&vma] {
    const ksync::SharedGuard mmap_sem(vma.vm_mm.Read()->mmap_sem);
    const bool prepared = AnonVmaPrepare(vma);
    ksync::Check(prepared, "a fault found no memory");
  };
  ksync::Thread other(fault, "fault");
  fault();
  other.Join();
}

// The VMA's neighbour was touched before, and both faults may borrow its anon_vma.
void FaultVersusFault(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  Vma* const vma = MmapAnonymous(mm, 0, 1);
  MmapAnonymous(mm, 1, 2, kVmRead);  // With equal rights mmap would have joined them.
  Touch(mm, 1, page);

  PrepareTwice(*vma);

  AtRest(world, {&mm});
  Mmput(mm);
}

// There is nobody to borrow from: each fault brings an anon_vma, whose lock says nothing to the
// other.
void FaultVersusFaultAlone(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  Vma* const vma = MmapAnonymous(mm, 0, 1);

  PrepareTwice(*vma);

  AtRest(world, {&mm});
  Mmput(mm);
}

// A page is being migrated while its only user exits.
void MigrationVersusExit(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  Touch(mm, 0, from);
  Migration migration(from, to);
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");

  ksync::Thread exit([&mm] { Mmput(mm); }, "exit");
  migration.Finish();
  exit.Join();

  ksync::Check(!PageMapped(to), "a page is mapped when its only user is gone");
}

// Reclaim walks a page that a parent and a child share while first the one and then the other
// exits.
void WalkVersusExitSlowPath(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, page);
  Mm& child = *DupMm(parent);

  const auto both_exit = [&parent, &child] {
    Mmput(parent);
    Mmput(child);
  };
  ksync::Thread exits(both_exit, "exits");
  const int found = PageReferenced(page).found;
  exits.Join();

  ksync::Check(found <= 2, "a walk found more mappings than there are");
}

// Two come from a page while its only user exits: one counts the anon_vma because the other, or the
// exit, holds the lock.
void WalksVersusExit(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  Touch(mm, 0, page);

  ksync::Thread exits([&mm] { Mmput(mm); }, "exits");
  ksync::Thread walks([&page] { PageReferenced(page); }, "walks");
  PageReferenced(page);
  walks.Join();
  exits.Join();
}

// KSM keeps the anon_vma of a child that exits, and then the parent exits.
void KsmReferenceOutlivesFamily(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, world.AddPage());
  Mm& child = *DupMm(parent);
  KsmReference reference(child, *FirstVma(Resting(child)));
  Mmput(child);
  Mmput(parent);

  reference.Drop();
}

// The last VMA of an anon_vma goes while KSM gives it up.
void KsmReferenceVersusExit(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, world.AddPage());
  Mm& child = *DupMm(parent);
  KsmReference reference(child, *FirstVma(Resting(child)));

  ksync::Thread exit([&child] { Mmput(child); }, "exit");
  reference.Drop();
  exit.Join();

  Validate({&parent});
  Mmput(parent);
}

std::vector<Scenario> KsmReferenceScenarios() {
  return {
      {.name = "KsmReferenceOutlivesFamily",
       .claim = "Whoever counts a child's anon_vma may give it up when the family is gone.",
       .oracle = "A use after free: the child's lock is the root's. The root must live as long as "
                 "any child, and a child must be freed before it lets go of the root, because "
                 "freeing it waits for those who hold that lock. Sequential.",
       .run = KsmReferenceOutlivesFamily,
       .default_generation = Generation::kG6,
       .bugs = {{.fix = Fix::kKh65, .violation = "use after free"},
                {.fix = Fix::kKh38, .violation = "use after free", .generation = Generation::kG5}},
       .expectations = {{"G6 without KH-38 with KH-65", "use after free"}, {"G6..G8 with KH-65"}}},
      {.name = "KsmReferenceVersusExit",
       .claim = "Of the last VMA and the last count of an anon_vma exactly one frees it.",
       .oracle = "A leak, or a second free.",
       .run = KsmReferenceVersusExit,
       .default_generation = Generation::kG5},
  };
}

}  // namespace

std::vector<Scenario> LifetimeScenarios() {
  std::vector<Scenario> all = {
      {.name = "WalkVersusUnlink",
       .claim = "A walk that starts from a page never touches a freed VMA or anon_vma while the "
                "page's last user exits.",
       .oracle = "A use after free. The walk takes the lock of the anon_vma that the page names if "
                 "the page is mapped, and keeps its RCU section until it gives the lock back; exit "
                 "unmaps, then unlinks, then frees. Whatever the walk can still reach is either "
                 "linked or an anon_vma of somebody else.",
       .run = WalkVersusUnlink,
       .default_generation = Generation::kG0,
       .bugs = {{.fix = Fix::kKh01, .violation = "use after free", .until = Generation::kG5}},
       .expectations = {{"G5 without KH-01", "use after free"}}},
      {.name = "ForkFailureThenWalk",
       .claim = "A fork that runs out of memory leaves nothing behind.",
       .oracle = "A use after free in the walk that follows, or a leaked link: when the clone "
                 "succeeds and a later allocation fails, the child's VMA is freed while the "
                 "parent's anon_vma still has it on its list. At rest the walks must also find "
                 "every pte, and the structure must be valid.",
       .run = ForkFailureThenWalk,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh16, .violation = "use after free"}},
       .expectations = {{"G5 without KH-16", "use after free"}}},
      {.name = "FaultVersusFault",
       .claim = "Of two first faults in one VMA the slower gives back all it brought.",
       .oracle = "A leak: the slower fault has allocated a link and no anon_vma, because both were "
                 "going to borrow the neighbour's; nothing refers to the link.",
       .run = FaultVersusFault,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh22, .violation = "leak"}},
       .expectations = {{"G5 without KH-22", "leak"}}},
      {.name = "FaultVersusFaultAlone",
       .claim = "Of two first faults that bring an anon_vma each, one links the VMA.",
       .oracle = "A data race on the VMA's chain, two entries in it, or a leak: only "
                 "page_table_lock keeps the two apart.",
       .run = FaultVersusFaultAlone,
       .default_generation = Generation::kG3},
      {.name = "MigrationVersusExit",
       .claim = "A migration never touches a freed anon_vma, although nothing maps the page while "
                "its users exit.",
       .oracle = "A use after free. Either the RCU section that spans both walks keeps the memory "
                 "an anon_vma, or a count keeps this anon_vma alive: one of the two is enough "
                 "here. (KH-34 mattered to callers that had no such section.)",
       .run = MigrationVersusExit,
       .default_generation = Generation::kG3,
       .expectations = {{"G5 without KH-34"}, {"G6 without KH-34", "use after free"}}},
      {.name = "WalkVersusExitSlowPath",
       .claim = "A walk that has to wait for the lock keeps what it waits for, and if it is the "
                "last to let go, frees it.",
       .oracle = "A use after free, a leak, or lock misuse: who may have to wait for the lock must "
                 "not be in an RCU section, and dropping the last count waits for it.",
       .run = WalkVersusExitSlowPath,
       .default_generation = Generation::kG6},
      {.name = "WalksVersusExit",
       .claim = "A walk that gives up its count may sleep: whoever frees waits for other walks.",
       .oracle = "Lock misuse: the page is gone when it is asked again, the count taken meanwhile "
                 "is the last, and another walk, as late, holds the lock. To wait for it inside an "
                 "RCU section is not allowed.",
       .run = WalksVersusExit,
       .since = Generation::kG6,
       .default_generation = Generation::kG6,
       .bugs = {{.fix = Fix::kKh64, .violation = "lock misuse"}},
       .expectations = {{"G6..G8 with KH-64"}}},
  };
  for (Scenario& scenario : KsmReferenceScenarios()) all.push_back(std::move(scenario));
  return all;
}

}  // namespace rmap::inline KSYNC_BACKEND

// What if the memory of an anon_vma comes back as another anon_vma while somebody still uses it?
//
// The slab is type-stable: RCU keeps the memory an anon_vma, but not the same one. The checker lets
// every allocation return a freed object or a new one.
#include "core/rmap/chain.h"
#include "core/rmap/walk.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// A walk comes from a page whose user exits; then another process forks, and the child's anon_vma
// may be the exited one's, under another root.
template <typename Walk>
void VersusForkElsewhere(World& world, Page& page, Walk walk) {
  Mm& exiting = world.NewMm();
  MmapAnonymous(exiting, 0, 1);
  Touch(exiting, 0, page);
  Mm& forking = world.NewMm();
  MmapAnonymous(forking, 0, 1);
  Touch(forking, 0, world.AddPage());

  Mm* child = nullptr;
  ksync::Thread others(
      [&] {
        Mmput(exiting);
        child = DupMm(forking);
      },
      "others");
  walk();
  others.Join();

  ExitAll(world, {child, &forking});
}

// The walk is reclaim's.
void WalkVersusForkElsewhere(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  VersusForkElsewhere(world, page, [&page] { PageReferenced(page); });
}

// Likewise, but the other process touches its first page.
void WalkVersusFaultElsewhere(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& exiting = world.NewMm();
  MmapAnonymous(exiting, 0, 1);
  Touch(exiting, 0, page);
  Mm& faulting = world.NewMm();
  Vma* const vma = MmapAnonymous(faulting, 0, 1);

  ksync::Thread others(
      [&] {
        Mmput(exiting);
        const ksync::SharedGuard mmap_sem(faulting.mmap_sem);
        const bool prepared = AnonVmaPrepare(*vma);
        ksync::Check(prepared, "a fault found no memory");
      },
      "others");
  PageReferenced(page);
  others.Join();

  ExitAll(world, {&faulting});
}

// Two threads touch two neighbouring VMAs for the first time; the second may borrow the anon_vma of
// the first, which was a child's before and remembers that child's root.
void FaultVersusNeighbourFault(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, world.AddPage());
  Mmput(*DupMm(parent));

  Mm& mm = world.NewMm();
  Vma* const left = MmapAnonymous(mm, 0, 1);
  Vma* const right = MmapAnonymous(mm, 1, 2, kVmRead);  // Else mmap would have joined them.
  const auto fault = [&mm](Vma& vma) {
    const ksync::SharedGuard mmap_sem(mm.mmap_sem);
    const bool prepared = AnonVmaPrepare(vma);
    ksync::Check(prepared, "a fault found no memory");
  };
  ksync::Thread other([&] { fault(*left); }, "fault");
  fault(*right);
  other.Join();

  AtRest(world, {&parent, &mm});
  Mmput(mm);
  Mmput(parent);
}

// The walk is a migration's, which counts the anon_vma it finds.
void RecycledPin(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  VersusForkElsewhere(world, from, [&] {
    Migration migration(from, to);
    migration.Begin();
    migration.Finish();
  });
}

}  // namespace

std::vector<Scenario> RecyclingScenarios() {
  return {
      {.name = "WalkVersusForkElsewhere",
       .claim = "A walk holds the lock that guards the list it reads, and gives back the same one.",
       .oracle = "A data race on the list, or lock misuse: the walk took the lock of an anon_vma "
                 "that was its own root; meanwhile the memory has become a child's anon_vma, whose "
                 "list is guarded by another root's lock, and that is the lock it would give back.",
       .run = WalkVersusForkElsewhere,
       .default_generation = Generation::kG5,
       .bugs = {{.fix = Fix::kKh37, .violation = "data race", .until = Generation::kG5}}},
      {.name = "TriedLockVersusForkElsewhere",
       .claim = "A walk that gets the lock at once holds the lock that guards the list it reads.",
       .oracle =
           "As WalkVersusForkElsewhere. The anon_vma has a count whenever somebody's anon_vma is "
           "in its "
           "memory, so that the count does not tell whose. Under sc the failure is lock misuse, as "
           "it "
           "was reported. Under rc11 a use after free comes first: the walk, which has taken the "
           "lock, does not see that the count has gone, and the freer does not see that the lock "
           "is "
           "taken. Against that both sides would need a whole barrier. The kernel's freer has one, "
           "but whoever takes a lock need only acquire, which the kernel's comment trusts to do; "
           "where a trylock is more, as on x86, it is right.",
       .run = WalkVersusForkElsewhere,
       .since = Generation::kG6,
       .default_generation = Generation::kG6,
       .bugs = {{.fix = Fix::kKh52, .violation = "use after free"}},
       .expectations = {{"G9 without KH-52", "use after free"}}},
      {.name = "RecycledPin",
       .claim = "A migration counts the anon_vma of its page, and no other that lives in the same "
                "memory.",
       .oracle = "A data race, a second free or lock misuse: the page was mapped when it was "
                 "looked at, but not any more when the anon_vma was counted; whoever lives there "
                 "then is not kept by the count as it should be.",
       .run = RecycledPin,
       .default_generation = Generation::kG5,
       .bugs = {{.fix = Fix::kKh43, .violation = "use after free", .until = Generation::kG5}},
       .expectations = {{"G4", "double free"}}},
      {.name = "WalkVersusFaultElsewhere",
       .claim = "An anon_vma that was just allocated can be changed only under its lock.",
       .oracle = "A data race on the list: a walk that found the anon_vma in its former life holds "
                 "its lock and reads the list, to which a fault that believes to be alone adds. "
                 "(KH-37 hides the mistake: the walk then "
                 "learns that its page is gone before it reads the list.)",
       .run = WalkVersusFaultElsewhere,
       .default_generation = Generation::kG0,
       .bugs = {{.fix = Fix::kKh04, .violation = "data race", .until = Generation::kG4}},
       .expectations = {{"G3 without KH-04", "data race"},
                        {"G6..G9 without KH-04"},
                        {"G5 without KH-04"},
                        {"G5 without KH-04 without KH-37", "data race"}}},
      {.name = "FaultVersusNeighbourFault",
       .claim = "Who finds an anon_vma through a VMA also finds what was stored in it before.",
       .oracle = "A data race: the pointer to the anon_vma is published without order. From G5 on "
                 "a neighbour's fault may read the new pointer and the old root of a recycled "
                 "anon_vma, and take a lock that guards nothing. The gap is older than roots: in "
                 "every generation the neighbour need not see the constructor's work on a new "
                 "anon_vma, its lock included. Needs a weak memory model.",
       .run = FaultVersusNeighbourFault,
       .default_generation = Generation::kG5,
       .bugs = {{.fix = Fix::kKh108, .violation = "data race"}},
       .expectations = {{"G0..G9 with KH-108"}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

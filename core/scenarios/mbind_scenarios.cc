// Does mbind, which splits a VMA and moves its pages, do harm to relatives who share the anon_vma?
// What it does alone: mapping_scenarios.cc.
//
// A process of two pages and its child; the first binds its second page while the child is busy
// there, or while something comes from its first page.
#include "core/mm/mempolicy.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/mbind.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

void BindSecondPage(Mm& mm) {
  Mempolicy* const policy = MpolNew(1);
  const bool done = Mbind(mm, 1, 2, *policy);
  ksync::Check(done, "mbind found no memory");
  const bool bound = MpolEqual(FindVma(Resting(mm), 1)->vm_policy.Read(), policy);
  const bool alone = FindVma(Resting(mm), 0)->vm_policy.Read() == nullptr;
  ksync::Check(bound && alone, "mbind did not do what it says");
  MpolPut(policy);
}

// A process that has written the second of its two pages.
Mm& NewBinder(World& world) {
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Store(mm, 1, kParents);
  return mm;
}

// The page is in the swap cache: back in memory for the parent, who may move it, and not yet for
// the child, who touches it.
void MbindVersusSwapIn(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = NewBinder(world);
  Mm& child = *DupMm(parent);
  Evict(parent, 1);
  CheckReads(parent, 1, kParents);

  ksync::Thread fault([&child] { CheckReads(child, 1, kParents); }, "swap-in");
  BindSecondPage(parent);
  fault.Join();

  CheckReads(parent, 1, kParents);
  CheckReads(child, 1, kParents);
  ExitAll(world, {&child, &parent});
}

// The child forks: the anon_vma gets another user. The page is the parent's alone, so it moves.
void MbindVersusFork(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = NewBinder(world);
  Mm& child = *DupMm(parent);
  Store(child, 1, kChilds);

  Mm* grandchild = nullptr;
  ksync::Thread fork([&] { grandchild = DupMm(child); }, "fork");
  BindSecondPage(parent);
  fork.Join();

  CheckReads(parent, 1, kParents);
  CheckReads(*grandchild, 1, kChilds);
  ExitAll(world, {grandchild, &child, &parent});
}

// The child exits, and leaves the page to the parent.
void MbindVersusExit(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = NewBinder(world);
  Mm& child = *DupMm(parent);

  ksync::Thread exit([&child] { Mmput(child); }, "exit");
  BindSecondPage(parent);
  exit.Join();

  CheckReads(parent, 1, kParents);
  ExitAll(world, {&parent});
}

// The first page is migrated: a walk that must not miss meets the split.
void MbindVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& mm = NewBinder(world);
  Touch(mm, 0, from);
  Migration migration(from, to);
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");

  ksync::Thread bind([&mm] { BindSecondPage(mm); }, "mbind");
  migration.Finish();
  bind.Join();

  ksync::Check(Resting(mm).page_table[0].Read().Maps(to), "a walk missed a migration entry");
  CheckReads(mm, 1, kParents);
  ExitAll(world, {&mm});
}

Scenario Row(const char* name, const char* claim, void (*run)(const Kernel&)) {
  return {.name = name,
          .claim = claim,
          .oracle =
              "The range has its policy and the rest has none; each process reads what it "
              "wrote; the structure is valid at the end.",
          .run = run,
          .newest_only = true};
}

}  // namespace

std::vector<Scenario> MbindScenarios() {
  return {
      Row("MbindVersusSwapIn", "A relative may bring a page back from swap while mbind moves it.",
          MbindVersusSwapIn),
      Row("MbindVersusFork", "A relative may fork while mbind moves a page.", MbindVersusFork),
      Row("MbindVersusExit", "A relative may exit while mbind would move a page.", MbindVersusExit),
      Row("MbindVersusMigration", "The split of an mbind loses no page that is being migrated.",
          MbindVersusMigration),
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

// Forks that fail, and forks that could be cheaper: what does a fork leave, in the parent or in the
// child, that nobody asked for?
#include <algorithm>

#include "core/mm/at_rest.h"
#include "core/mm/mempolicy.h"
#include "core/rmap/validate_change.h"
#include "core/rmap/walk.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mremap.h"
#include "core/vmops/munmap.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr std::uint32_t kWritten = 7;

// Maps and writes one page, whose VMA has a policy.
void MapWithPolicy(Mm& mm, VirtualPage address) {
  Vma* const vma = MmapAnonymous(mm, address, address + 1);
  vma->vm_policy.Write(MpolNew(1));
  Store(mm, address, kWritten);
}

// Returns: the child; null if memory ran out.
Mm* ForkUnderPressure(World& world, Mm& parent) {
  world.FailAllocations(true);
  Mm* const child = DupMm(parent);
  world.FailAllocations(false);
  return child;
}

void ForkPolicyLeak(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MapWithPolicy(parent, 0);
  if (Mm* const child = ForkUnderPressure(world, parent)) Mmput(*child);
  Mmput(parent);
}

// Two forks of a process with two VMAs, in both of which each allocation may fail.
void ForkOutOfMemory(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MapWithPolicy(parent, 0);
  MapWithPolicy(parent, 2);

  for (int i = 0; i < 2; ++i) {
    const Snapshot before({&parent});
    Mm* const child = ForkUnderPressure(world, parent);
    if (child == nullptr) {
      CheckUnbroken(before.BrokenBy("a fork"));
      Validate({&parent});
      continue;
    }
    Validate({&parent, child});
    CheckReads(*child, 2, kWritten);
    Mmput(*child);
  }
  CheckReads(parent, 0, kWritten);
  ExitAll(world, {&parent});
}

// A process forks while one of its threads touches a VMA for the first time.
void ForkVersusFault(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);

  Mm* child = nullptr;
  ksync::Thread fork([&] { child = DupMm(parent); }, "fork");
  Touch(parent, 0, page);
  fork.Join();

  Validate({&parent, child});
  ExitAll(world, {child, &parent});
}

// A process forks while one of its threads unmaps what there is.
void ForkVersusMunmap(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Store(parent, 0, kWritten);

  Mm* child = nullptr;
  ksync::Thread fork([&] { child = DupMm(parent); }, "fork");
  ksync::Check(Munmap(parent, 0, 1), "munmap failed with memory enough");
  fork.Join();

  if (FindVma(Resting(*child), 0) != nullptr) CheckReads(*child, 0, kWritten);
  Validate({&parent, child});
  ExitAll(world, {child, &parent});
}

// What somebody does to his address space, of two touched pages, beside a fork.
enum class Beside { kSplit, kMerge, kMove, kFork, kCount };

void Prepare(Mm& mm, Beside what) {
  if (what == Beside::kMerge) Protect(mm, 1, 2, kVmRead);
}

// Returns: the child, if that is what is done.
Mm* Do(Mm& mm, Beside what) {
  switch (what) {
    case Beside::kFork:
      return DupMm(mm);
    case Beside::kMove: {
      const bool moved = Mremap(mm, {1, 1}, {3, 1});
      ksync::Check(moved, "mremap found no memory");
      return nullptr;
    }
    default:
      Protect(mm, 1, 2, what == Beside::kSplit ? kVmRead : kVmAccess);
      return nullptr;
  }
}

// A process forks, while another thread of it, or its older child, changes VMAs or forks as well.
void ForkKeepsOrder(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 2);
  for (VirtualPage address : {0, 1}) Touch(parent, address, world.AddPage());
  const auto what =
      static_cast<Beside>(ksync::Choose(static_cast<std::uint32_t>(Beside::kCount), "beside"));
  Prepare(parent, what);
  Mm& older = *DupMm(parent);
  Mm& other = ksync::Choose(2, "by the older child") == 1 ? older : parent;

  Mm* others_child = nullptr;
  ksync::Thread beside([&] { others_child = Do(other, what); }, "beside");
  Mm* const child = DupMm(parent);
  beside.Join();

  CheckForkOrder(parent, *child);
  std::vector<Mm*> mms = {&parent, &older, child};
  if (others_child != nullptr) {
    CheckForkOrder(other, *others_child);
    mms.push_back(others_child);
  }
  ExitAll(world, mms);
}

// Memory fails under a page while its process forks: whom to kill?
void ForkVersusMemoryFailure(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, page);
  AttachTask(parent);

  Mm* child = nullptr;
  ksync::Thread fork([&] { child = DupMm(parent); }, "fork");
  const std::vector<const Mm*> found = CollectProcsAnon(page);
  fork.Join();

  const auto times = std::count(found.begin(), found.end(), &parent);
  ksync::Check(times == 1, "a process that maps a page once is not found once");
  DetachTask(parent);
  ExitAll(world, {child, &parent});
}

// Reclaim takes a page while its process forks.
void ReclaimVersusFork(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Store(parent, 0, kWritten);
  Page& page = *IsolatePage(parent, 0);

  Mm* child = nullptr;
  ksync::Thread fork([&] { child = DupMm(parent); }, "fork");
  ShrinkPage(page);
  fork.Join();

  PutPage(page);
  CheckReads(parent, 0, kWritten);
  CheckReads(*child, 0, kWritten);
  Validate({&parent, child});
  ExitAll(world, {child, &parent});
}

// Reclaim takes a page that two share, while one of them exits.
void ReclaimVersusExit(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Store(parent, 0, kWritten);
  Mm& child = *DupMm(parent);
  Page& page = *IsolatePage(parent, 0);

  ksync::Thread exit([&child] { Mmput(child); }, "exit");
  ShrinkPage(page);
  exit.Join();

  PutPage(page);
  CheckReads(parent, 0, kWritten);
  Validate({&parent});
  ExitAll(world, {&parent});
}

constexpr char kOracle[] =
    "Rule I13 broken: a process reads what was not written last. Or another rule, a swap slot "
    "stays "
    "in use for nobody, or something is freed too early or never.";

}  // namespace

std::vector<Scenario> ForkScenarios() {
  return {
      {.name = "ForkPolicyLeak",
       .claim = "A fork that runs out of memory drops the policy that it has copied.",
       .oracle = "A leaked policy: it was copied before the chain, and the chain needs memory.",
       .run = ForkPolicyLeak,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh15, .violation = "leak"},
                {.fix = Fix::kKh16, .violation = "leak", .shown = false}}},
      {.name = "ForkOutOfMemory",
       .claim = "Wherever a fork runs out of memory, nothing has changed, and the next fork works.",
       .oracle = "Rule I9 broken, or leaks of VMAs, links, anon_vmas and policies; the structure "
                 "is validated after "
                 "each fork, and what was written is read. Sequential, each allocation may fail.",
       .run = ForkOutOfMemory,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh16, .violation = "failed check"},
                {.fix = Fix::kKh15, .violation = "leak", .shown = false}}},
      {.name = "ForkVersusFault",
       .claim = "A fork copies a whole chain, or none, although another thread of the parent "
                "links a VMA for the first time.",
       .oracle = "A data race on the links of a chain, or a rule is broken: the child maps a page "
                 "and is not linked to its anon_vma. mmap_sem keeps the two apart.",
       .run = ForkVersusFault},
      {.name = "ForkVersusMunmap",
       .claim = "A fork copies a whole VMA, or none, although another thread of the parent unmaps "
                "it.",
       .oracle =
           "A data race on the links of a chain, or a rule is broken: the child has a link to "
           "what is freed, or reads what was not written. mmap_sem keeps the two apart.",
       .run = ForkVersusMunmap},
      {.name = "ForkKeepsOrder",
       .claim =
           "Walks visit a parent before the child that it has just forked, whoever else splits, "
           "merges, moves or forks meanwhile.",
       .oracle =
           "Rule I6 broken, for a VMA that both have: a walk would have seen the child before "
           "the ptes came, and the parent after. (Without KH-19 rule I5.)",
       .run = ForkKeepsOrder,
       .bugs = {{.fix = Fix::kKh19, .violation = "failed check", .shown = false}}},
      {.name = "ForkVersusMemoryFailure",
       .claim = "A walk finds a mapping once, whoever forks.",
       .oracle = "A process that is to be killed is found twice: the child's VMA was on the list "
                 "while it still named the parent's mm.",
       .run = ForkVersusMemoryFailure,
       .default_generation = Generation::kG4,
       .bugs = {{.fix = Fix::kKh29, .violation = "failed check"}}},
      {.name = "ReclaimVersusFork",
       .claim = "A page that is reclaimed during a fork comes back to parent and child.",
       .oracle = kOracle,
       .run = ReclaimVersusFork},
      {.name = "ReclaimVersusExit",
       .claim = "A page that is reclaimed while one who shares it exits comes back to the other.",
       .oracle = kOracle,
       .run = ReclaimVersusExit},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

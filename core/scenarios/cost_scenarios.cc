// What does a walk cost, in VMAs that it looks at, and what do chains cost, in memory?
//
// The walk is one which must not miss, and so looks at all VMAs of the page's anon_vma that cover
// the page. Memory is counted in the sizes that links and VMAs have on a machine of 64 bits.
// Sequential: the structure decides both.
#include "core/rmap/walk.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr int kChildren = 3;

// Returns: how many VMAs a full walk for the page that is mapped there looks at.
int WalkCost(Mm& mm, VirtualPage address) {
  Page& page = *IsolatePage(mm, address);
  int visited = 0;
  {
    const ksync::Guard lock(page.lock);
    visited = RemoveMigrationPtes(page, page, false).visited;
  }
  PutPage(page);
  return visited;
}

// A process with as many pages as it has children; each of them has written all of its own pages.
struct Family {
  explicit Family(World& world) : parent(world.NewMm()) {
    MmapAnonymous(parent, 0, kChildren);
    for (VirtualPage address = 0; address < kChildren; ++address) Store(parent, address, 0);
    for (int i = 0; i < kChildren; ++i) children.push_back(DupMm(parent));
    for (Mm* child : children) {
      for (VirtualPage address = 0; address < kChildren; ++address) Store(*child, address, 1);
    }
  }
  void Exit() {
    for (Mm* child : children) Mmput(*child);
    Mmput(parent);
  }

  Mm& parent;
  std::vector<Mm*> children;
};

int CostOfAllPages(Mm& mm) {
  int cost = 0;
  for (VirtualPage address = 0; address < kChildren; ++address) cost += WalkCost(mm, address);
  return cost;
}

void SiblingWalkCost(const Kernel& kernel) {
  World world(kernel);
  Family family(world);
  int cost = CostOfAllPages(family.parent);
  for (Mm* child : family.children) {
    const int childs = CostOfAllPages(*child);
    ksync::Check(childs == kChildren, "a walk for a child's own page looks at its relatives");
    cost += childs;
  }
  constexpr int kPages = kChildren * (kChildren + 1);
  ksync::Check(cost <= 2 * kPages, "a walk looks at more than two VMAs on average");
  family.Exit();
}

void ParentWalkCost(const Kernel& kernel) {
  World world(kernel);
  Family family(world);
  const int cost = WalkCost(family.parent, 0);
  ksync::Check(cost <= 2, "a walk for the parent's own page looks at all children");
  family.Exit();
}

// A process, its child, its grandchild and so on; each writes the one page there is.
void DescendantWalkCost(const Kernel& kernel) {
  constexpr int kProcesses = 4;
  World world(kernel);
  std::vector<Mm*> line = {&world.NewMm()};
  MmapAnonymous(*line[0], 0, 1);
  Store(*line[0], 0, 0);
  while (line.size() < kProcesses) {
    line.push_back(DupMm(*line.back()));
    Store(*line.back(), 0, 1);
  }

  int cost = 0;
  for (Mm* mm : line) cost += WalkCost(*mm, 0);
  ksync::Check(cost <= 2 * kProcesses, "a walk looks at more than two VMAs on average");
  ExitAll(world, line);
}

// What a program is soon after its start: text, which nobody writes, data, and a stack.
Mm& NewProgram(World& world) {
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1, kVmRead);
  MmapAnonymous(mm, 1, 2);
  MmapAnonymous(mm, 3, 4, kVmAccess | kVmGrowsDown);
  Store(mm, 1, 0);
  Store(mm, 3, 0);
  return mm;
}

// Fails the run if links need more than a third of the memory that VMAs need.
void CheckThird(const std::vector<Mm*>& mms) {
  constexpr int kLinkBytes = 48;
  constexpr int kVmaBytes = 176;
  int links = 0;
  int vmas = 0;
  for (const Mm* mm : mms) {
    for (const Vma* vma = FirstVma(Resting(*mm)); vma != nullptr;
         vma = NextVma(Resting(*mm), *vma)) {
      const AnonVmaChains& chain = vma->anon_vma_chain;
      for (auto* node = chain.First(); node != nullptr; node = chain.After(*node)) ++links;
      ++vmas;
    }
  }
  ksync::Check(3 * links * kLinkBytes <= vmas * kVmaBytes,
               "links need more than a third of the memory that VMAs need");
}

// Make runs a shell, which runs two compilers and has just forked to run a third. Of what the
// others inherited exec has left nothing.
void BuildChainMemory(const Kernel& kernel) {
  World world(kernel);
  Mm& make = NewProgram(world);
  Mm& shell = NewProgram(world);
  Mm& first = NewProgram(world);
  Mm& second = NewProgram(world);
  Mm& third = *DupMm(shell);

  CheckThird({&make, &shell, &first, &second, &third});
  ExitAll(world, {&third, &second, &first, &shell, &make});
}

// A daemon that forks and exits, whose child writes and does the same.
void DaemonChainMemory(const Kernel& kernel) {
  constexpr int kGenerations = 3;
  World world(kernel);
  Mm* daemon = &NewProgram(world);
  for (int generation = 0; generation < kGenerations; ++generation) {
    Mm& child = *DupMm(*daemon);
    Mmput(*daemon);
    daemon = &child;
    Store(*daemon, 1, 0);
  }

  CheckThird({daemon});
  ExitAll(world, {daemon});
}

// Children write to a page that their parent never touched.
void AnchorOfExclusivePage(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 2);
  Store(parent, 0, 0);
  Mm& first = *DupMm(parent);
  Mm& second = *DupMm(parent);

  for (Mm* child : {&first, &second}) {
    Store(*child, 1, 1);
    const int cost = WalkCost(*child, 1);
    ksync::Check(cost == 1, "a walk for a page that only one maps looks at its relatives");
  }
  ExitAll(world, {&first, &second, &parent});
}

// The same, where the parent's VMA shares the anon_vma of the VMA before it.
void ForkOfNeighbours(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1, kVmAccess);
  MmapAnonymous(parent, 1, 3, kVmRead);
  Store(parent, 0, 0);
  Touch(parent, 1, page);
  Mm& child = *DupMm(parent);

  Touch(child, 2, world.AddPage());
  const int cost = WalkCost(child, 2);
  ksync::Check(cost == 1, "a walk for a page that only one maps looks at its relatives");
  ExitAll(world, {&child, &parent});
}

// A page that a child has from its parent.
void InheritedAnchorIsOwn(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, page);
  Mm& child = *DupMm(parent);

  const AnonVma* const anchor = ToAnonVma(page.mapping.Read());
  const bool is_own = FindVma(Resting(child), 0)->anon_vma.Read() == anchor;
  ksync::Check(is_own, "a page's anchor is not the anon_vma of a VMA that maps it");
  ExitAll(world, {&child, &parent});
}

}  // namespace

std::vector<Scenario> CostScenarios() {
  return {
      {.name = "SiblingWalkCost",
       .claim = "A walk for a child's own page looks at one VMA; the average over all pages of the "
                "family is at most two.",
       .oracle = "The VMAs that walks look at are counted. Before chains every walk looks at the "
                 "whole family. Sequential.",
       .run = SiblingWalkCost,
       .default_generation = Generation::kG3,
       .bugs = {{.fix = Fix::kKh21, .violation = "failed check"}},
       .expectations = {{"G0", "failed check"}}},
      {.name = "ParentWalkCost",
       .claim = "A walk for a page that only the parent still maps looks at no more than two VMAs.",
       .oracle = "The VMAs are counted: each child stays on the list of the parent's anon_vma, "
                 "whether or not it maps a page of it. Refuted everywhere. Sequential.",
       .run = ParentWalkCost,
       .expectations = {{"G0..G9", "failed check"}}},
      {.name = "DescendantWalkCost",
       .claim = "A walk looks at two VMAs on average, even if children have children.",
       .oracle = "The VMAs are counted: the page of each process is looked for in all its "
                 "descendants, so a line of four makes two and a half. Refuted everywhere. "
                 "Sequential.",
       .run = DescendantWalkCost,
       .expectations = {{"G0..G9", "failed check"}}},
      {.name = "BuildChainMemory",
       .claim = "In a build, links take no more than a third of the memory that VMAs take.",
       .oracle = "Both are counted, at 48 and 176 bytes (2.6.34, x86-64), at a moment when one of "
                 "five processes has forked and not yet become its program. Sequential.",
       .run = BuildChainMemory},
      {.name = "DaemonChainMemory",
       .claim = "The same for a daemon whose parent has exited, and the parent's parent.",
       .oracle = "Both are counted: four links for each VMA that is written to, whose ancestors "
                 "are all gone; three where they are reused. Before chains there is nothing to "
                 "count. Refuted everywhere else. Sequential.",
       .run = DaemonChainMemory,
       .expectations = {{"G1..G9", "failed check"}}},
      {.name = "AnchorOfExclusivePage",
       .claim = "A page that is new in a child is anchored at the child's own anon_vma.",
       .oracle = "A walk for it looks at the child's relatives, because the page was anchored at "
                 "the oldest anon_vma like one that is shared. Sequential.",
       .run = AnchorOfExclusivePage,
       .since = Generation::kG1,
       .default_generation = Generation::kG3,
       .bugs = {{.fix = Fix::kKh21, .violation = "failed check"}}},
      {.name = "ForkOfNeighbours",
       .claim = "A child has an anon_vma of its own for each VMA, even if the parent's VMAs share "
                "one.",
       .oracle =
           "A walk for the child's new page looks at the parent: the fork took the VMA before "
           "the parent's for the one before the child's, and gave the child the parent's "
           "anon_vma. Sequential.",
       .run = ForkOfNeighbours,
       .since = Generation::kG1,
       .bugs = {{.fix = Fix::kKh81, .violation = "failed check"}}},
      {.name = "InheritedAnchorIsOwn",
       .claim = "The anchor of a page is the anon_vma of each VMA that maps it.",
       .oracle = "The two are compared. It was true until there were chains. Sequential.",
       .run = InheritedAnchorIsOwn,
       .expectations = {{"G1..G9", "failed check"}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

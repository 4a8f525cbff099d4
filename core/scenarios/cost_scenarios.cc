// What does a walk cost, in VMAs that it looks at?
//
// The cost counted is that of a walk which must not miss, and so looks at all VMAs of the page's
// anon_vma that cover the page. Sequential: the structure decides it.
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
    visited = RemoveMigrationPtes(page, page).visited;
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
  const bool is_own = FindVma(child, 0)->anon_vma.Read() == anchor;
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

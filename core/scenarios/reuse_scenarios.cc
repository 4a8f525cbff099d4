// Do chains stop growing, and is what they reuse really free? Forks and exits, one after the other:
// these need one thread only.
#include "core/rmap/validate_change.h"
#include "core/rmap/walk.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

Mm& Fork(Mm& parent) {
  Mm& child = *DupMm(parent);
  CheckForkOrder(parent, child);
  return child;
}

// A daemon that forks and exits, and whose child goes on so.
void ForkForEver(const Kernel& kernel) {
  constexpr int kGenerations = 6;
  // The root, where the first page is; the process's own; and one between, whose process has gone.
  constexpr int kLinksMax = 3;
  World world(kernel);
  Mm* daemon = &world.NewMm();
  MmapAnonymous(*daemon, 0, 1);
  Touch(*daemon, 0, world.AddPage());

  for (int generation = 0; generation < kGenerations; ++generation) {
    Mm& child = Fork(*daemon);
    Mmput(*daemon);
    daemon = &child;
    CheckUnbroken(BrokenGrowth(*daemon, kLinksMax));
  }

  AtRest(world, {daemon});
  Mmput(*daemon);
}

// Make starts a shell, which starts two compilers; all of them live at once.
void ShortForkTree(const Kernel& kernel) {
  World world(kernel);
  Mm& make = world.NewMm();
  MmapAnonymous(make, 0, 2);
  Touch(make, 0, world.AddPage());
  Mm& shell = Fork(make);
  Touch(shell, 1, world.AddPage());
  Mm& first = Fork(shell);
  Mm& second = Fork(shell);

  CheckUnbroken(BrokenGrowth(make, 1));
  CheckUnbroken(BrokenGrowth(shell, 2));
  CheckUnbroken(BrokenGrowth(first, 3));
  CheckUnbroken(BrokenGrowth(second, 3));
  AtRest(world, {&make, &shell, &first, &second});
  for (Mm* mm : {&first, &second, &shell, &make}) Mmput(*mm);
}

// A VMA of three pages, the first of which is never touched, becomes two VMAs, and one again.
void SplitInTwo(Mm& mm) { Protect(mm, 0, 1, kVmRead); }
void MergeTheTwo(Mm& mm) { Protect(mm, 0, 1, kVmAccess); }

// What is left of the twelve operations.
struct Processes {
  Mm& forker;  // Wrote `written` in its upper VMA, of an anon_vma that is its own.
  Mm& child;   // Maps it, too.
  Mm& uncle;   // Its parent's generation.
  Page& written;
};

// Twelve operations by at most four processes. An anon_vma whose process has gone is adopted by a
// grandchild, so that the anon_vma of the process between them, a leaf, is in the grandchild's
// chain. When that process has gone as well, two VMAs of a fork may both adopt the leaf.
Processes ReuseALeaf(World& world) {
  Mm& p0 = world.NewMm();
  MmapAnonymous(p0, 0, 3);
  Touch(p0, 2, world.AddPage());
  Mm& p1 = Fork(p0);
  Mm& p2 = Fork(p1);
  Mmput(p1);
  Mm& p3 = Fork(p2);  // Adopts the anon_vma of p1.
  Mmput(p0);
  SplitInTwo(p2);  // Two VMAs have its anon_vma, which protects that for one more fork.
  SplitInTwo(p3);
  Mm& p4 = Fork(p3);
  Mmput(p2);
  Page& page = world.AddPage();
  Touch(p4, 1, page);
  Mm& p5 = Fork(p4);  // Both VMAs adopt the anon_vma of p2.
  MergeTheTwo(p5);
  return {.forker = p4, .child = p5, .uncle = p3, .written = page};
}

void LeafReusedTwice(const Kernel& kernel) {
  World world(kernel);
  const Processes processes = ReuseALeaf(world);

  AtRest(world, {&processes.uncle, &processes.forker, &processes.child});
  for (Mm* mm : {&processes.child, &processes.forker, &processes.uncle}) Mmput(*mm);
}

void LeafReusedTwiceThenWalk(const Kernel& kernel) {
  World world(kernel);
  const Processes processes = ReuseALeaf(world);
  Mmput(processes.forker);

  const int found = PageReferenced(processes.written).found;

  ksync::Check(found == 1, "a walk missed a mapping of a page at rest");
  for (Mm* mm : {&processes.child, &processes.uncle}) Mmput(*mm);
}

}  // namespace

std::vector<Scenario> ReuseScenarios() {
  return {
      {.name = "ForkForEver",
       .claim = "A daemon whose parent exits after each fork has no longer chains in its sixth "
                "generation than in its second.",
       .oracle = "Rule I12 broken: each generation leaves an anon_vma behind, which every later "
                 "one is linked to, because pages might still be anchored there. Before the "
                 "chains there was one anon_vma for all. Sequential.",
       .run = ForkForEver,
       .bugs = {{.fix = Fix::kKh30, .violation = "failed check"}}},
      {.name = "ShortForkTree",
       .claim = "Of processes that live at once, the chains are as long as the line of their "
                "ancestors.",
       .oracle = "Rule I12 broken. This is the workload for which the cost of chains was "
                 "estimated; ForkForEver is the one that was not thought of. Sequential.",
       .run = ShortForkTree,
       .since = Generation::kG0,
       .bugs = {{.fix = Fix::kKh19, .violation = "failed check", .shown = false}}},
      {.name = "LeafReusedTwice",
       .claim = "An anon_vma that a VMA uses is not given to another one.",
       .oracle = "Rule I3 broken: the count adds children and VMAs, so an anon_vma that one VMA "
                 "adopted looks like one with one child and is adopted again. Two VMAs have one "
                 "anon_vma and different chains (I4); when they are merged, the anchor of a page "
                 "is lost. Twelve operations, sequential; there is no shorter way.",
       .run = LeafReusedTwice,
       .since = Generation::kG3,
       .bugs = {{.fix = Fix::kKh88, .violation = "failed check"}}},
      {.name = "LeafReusedTwiceThenWalk",
       .claim = "A walk finds a page's anon_vma alive, whichever process it was adopted from.",
       .oracle = "A use after free in the walk: as LeafReusedTwice, and the process whose anon_vma "
                 "the lost anchor was has exited. Sequential.",
       .run = LeafReusedTwiceThenWalk,
       .since = Generation::kG3,
       .bugs = {{.fix = Fix::kKh88, .violation = "use after free"}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

// Who may keep a page for himself, and what the rmap is told: races of write faults with walks and
// with those who bring pages back.
#include "core/rmap/validate.h"
#include "core/rmap/walk.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/mmap.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/split.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// A page is back from swap for the child; it writes to it, while the parent brings it back too.
void ReuseUnderPageLock(const Kernel& kernel) {
  World world(kernel);
  WriterAndChild pair(world);
  Evict(pair.parent, 0);
  Load(*pair.child, 0);

  ksync::Thread other([&pair] { Load(pair.parent, 0); }, "parent");
  Store(*pair.child, 0, kChilds);
  other.Join();

  pair.CheckBothRead(kParents, kChilds);
  pair.Exit(world);
}

// The parent has copied its page, and so left the old one to the child, who writes to it while a
// walk that takes no page lock looks for it.
void ReuseVersusWalk(const Kernel& kernel) {
  World world(kernel);
  WriterAndChild pair(world);
  Page& page = *IsolatePage(*pair.child, 0);
  Store(pair.parent, 0, kParents);

  int found = 0;
  ksync::Thread walk([&] { found = PageReferenced(page).found; }, "walk");
  Store(*pair.child, 0, kChilds);
  walk.Join();

  ksync::Check(found == 1, "a walk missed a mapping");
  PutPage(page);
  pair.CheckBothRead(kParents, kChilds);
  pair.Exit(world);
}

// Reclaim takes a shared page while the child copies it, to write elsewhere on it.
void ReclaimVersusCopy(const Kernel& kernel) {
  World world(kernel);
  WriterAndChild pair(world);
  Page& page = *IsolatePage(pair.parent, 0);

  ksync::Thread copy([&pair] { Touch(*pair.child, 0, Access::kWrite); }, "copy");
  ShrinkPage(page);
  copy.Join();

  PutPage(page);
  pair.CheckBothRead(kParents, kParents);
  pair.Exit(world);
}

// Splits the one VMA of an mm, which keeps its upper half.
void SplitBelow(Mm& mm) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  const bool done = SplitVma(*FindVma(mm, 1), 1, NewVma::kBelow);
  ksync::Check(done, "a split found no memory");
}

// Reclaim asks for a page while its VMA is split below it.
void PageReferencedVersusSplit(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Store(mm, 1, kParents);
  Page& page = *IsolatePage(mm, 1);

  ksync::Thread split([&mm] { SplitBelow(mm); }, "split");
  const int found = PageReferenced(page).found;
  split.Join();

  ksync::Check(found == 1, "a walk missed a mapping");
  PutPage(page);
  ExitAll(world, {&mm});
}

// Reclaim asks for a page, and takes it, while its VMA is split below it.
void PageReferencedMayMiss(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Store(mm, 1, kParents);
  Page& page = *IsolatePage(mm, 1);

  ksync::Thread split([&mm] { SplitBelow(mm); }, "split");
  const int found = PageReferenced(page).found;
  ksync::Check(found <= 1, "a walk found more mappings than there are");
  ShrinkPage(page);
  split.Join();

  PutPage(page);
  CheckReads(mm, 1, kParents);
  Validate({&mm});
  ExitAll(world, {&mm});
}

constexpr char kDataOracle[] =
    "Rule I13 broken: a process reads what was not written last. Or another rule at the end.";

}  // namespace

std::vector<Scenario> ReusePageScenarios() {
  return {
      {.name = "ReuseUnderPageLock",
       .claim = "A write fault that counts the users of a page under its lock may keep the page "
                "and anchor it anew.",
       .oracle = kDataOracle,
       .run = ReuseUnderPageLock,
       .bugs = {{.fix = Fix::kKh20, .violation = "failed check", .shown = false}}},
      {.name = "ReuseVersusWalk",
       .claim = "A walk finds a page that is anchored anew meanwhile, by its old anchor or by its "
                "new one.",
       .oracle = "The mapping is not found, or what is walked was freed: the walk reads the "
                 "mapping word once, and takes no page lock. The child is linked to both.",
       .run = ReuseVersusWalk},
      {.name = "ReclaimVersusCopy",
       .claim = "A page that is reclaimed while it is copied is copied as it was written.",
       .oracle = kDataOracle,
       .run = ReclaimVersusCopy},
      {.name = "PageReferencedVersusSplit",
       .claim = "A walk for reclaim finds a page although the VMA's boundaries move.",
       .oracle = "The mapping is not found: start and offset did not belong together. That is no "
                 "bug, because nobody promised it: see PageReferencedMayMiss.",
       .run = PageReferencedVersusSplit,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh25,
                 .violation = "failed check",
                 .until = Generation::kG7,
                 .shown = false},
                RaceInTree(Fix::kKh25)}},
      {.name = "PageReferencedMayMiss",
       .claim = "A walk for reclaim that misses a page, because the VMA's boundaries move, does no "
                "harm: the page stays.",
       .oracle = kDataOracle,
       .run = PageReferencedMayMiss},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

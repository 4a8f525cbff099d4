// Does a lock keep what it promises to who holds it? Rule I11: who holds the lock of a walk sees no
// half of a change. Rule I10: who holds mmap_sem, even shared, keeps the anon_vma it has seen.
//
// The ranges are a family: a row for each operation that moves a boundary. In each all VMAs share
// one anon_vma, and a thread that comes from a page, as walks do, looks at every VMA on the list
// while the other moves the boundary. It is judged by the rule alone; what comes of a broken one is
// told elsewhere (boundary_scenarios.cc, merge_scenarios.cc).
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/rmap/chain.h"
#include "core/rmap/page_lock.h"
#include "core/rmap/validate.h"
#include "core/rmap/validate_change.h"
#include "core/rmap/world.h"
#include "core/scenarios/protect_cases.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mremap.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/stack.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr Family kWhole = {
    .prefix = "WholeIn",
    .claim =
        "Who holds the lock of a walk finds that the start of a VMA and its offset belong "
        "together, and so do the end of a VMA and the start of the next, while another thread "
        "moves them.",
};

// What moves a boundary.
struct Change {
  const char* name;
  std::string what;  // "a VMA that ...".
  std::function<void(World&, Mm&)> prepare;
  std::function<void(Mm&)> run;
  std::vector<Bug> bugs = {};
  VirtualPage from = 0;                      // The page from which the walk comes; it stays mapped.
  std::vector<VirtualPage> distances = {0};  // From offset to start, of any VMA.
  std::vector<Expectation> expectations = {};
  bool both_stay = false;  // Whether the first two VMAs are neighbours before and afterwards.
};

// Asks what the lock of a walk from the page guards. `lower` and `upper` may be null.
void CheckWhole(Page& page, const Change& change, const Vma* lower, const Vma* upper) {
  const LockedAnonVma locked = PageLockAnonVma(page);
  ksync::Check(static_cast<bool>(locked), "a walk finds no anon_vma for a mapped page");
  CheckUnbroken(BrokenRanges(*locked.anon_vma, change.distances));
  if (upper != nullptr) CheckUnbroken(BrokenBoundary(*lower, *upper));
  PageUnlockAnonVma(page, locked);
}

void WatchWhile(const Kernel& kernel, const Change& change) {
  World world(kernel, {.virtual_pages = 6});
  Mm& mm = world.NewMm();
  change.prepare(world, mm);
  Page& page = Resting(mm).page_table[change.from].Read().page();
  const Vma* const lower = FirstVma(Resting(mm));
  const Vma* const upper = change.both_stay ? NextVma(Resting(mm), *lower) : nullptr;

  ksync::Thread other([&] { change.run(mm); }, "boundary");
  CheckWhole(page, change, lower, upper);
  other.Join();

  Validate({&mm});
  Mmput(mm);
}

// Touches every page that is mapped from `start` on.
void TouchAll(World& world, Mm& mm, VirtualPage start = 0) {
  for (VirtualPage address = start; address < Resting(mm).page_table.size(); ++address) {
    if (FindVma(Resting(mm), address) != nullptr) Touch(mm, address, world.AddPage());
  }
}

Change Protects(const char* name, const char* what, const ProtectCase& one, std::vector<Bug> bugs) {
  const auto prepare = [&one](World& world, Mm& mm) {
    Map(mm, one.areas);
    TouchAll(world, mm);
  };
  const auto run = [wanted = one.request](Mm& mm) {
    Protect(mm, wanted.start, wanted.end, wanted.rights);
  };
  return {.name = name, .what = what, .prepare = prepare, .run = run, .bugs = std::move(bugs)};
}

// As Protects, where a boundary moves between two VMAs that stay. From `touched` on every page was
// touched before.
Change MovesBoundary(const char* name, const char* what, const ProtectCase& one,
                     VirtualPage touched, std::vector<Bug> bugs) {
  Change change = Protects(name, what, one, std::move(bugs));
  change.prepare = [&one, touched](World& world, Mm& mm) {
    Map(mm, one.areas);
    TouchAll(world, mm, touched);
  };
  change.from = touched;
  change.both_stay = true;
  return change;
}

// The middle one of three pages was unmapped, so that its neighbours have one anon_vma, and is
// mapped again. The rights are those of the neighbours.
Change FillsGap(const char* name, const char* what, Rights below, Rights above,
                std::vector<Bug> bugs) {
  const auto prepare = [below, above](World& world, Mm& mm) {
    const std::array<Area, 3> areas = {{{0, 1, below}, {1, 2, kVmAccess}, {2, 3, above}}};
    Map(mm, areas);
    TouchAll(world, mm);
    Unmap(mm, 1, 2);
  };
  const auto run = [](Mm& mm) {
    const Vma* const vma = MmapRegion(mm, {.start = 1, .end = 2});
    ksync::Check(vma != nullptr, "mmap found no memory");
  };
  return {.name = name, .what = what, .prepare = prepare, .run = run, .bugs = std::move(bugs)};
}

// A VMA of three touched pages loses some. `from`: one that it keeps.
Change Unmaps(const char* name, const char* what, PageRange range, VirtualPage from,
              std::vector<Bug> bugs) {
  const auto prepare = [](World& world, Mm& mm) {
    MmapAnonymous(mm, 0, 3);
    TouchAll(world, mm);
  };
  const auto run = [range](Mm& mm) { Unmap(mm, range.start, range.end()); };
  return {.name = name,
          .what = what,
          .prepare = prepare,
          .run = run,
          .bugs = std::move(bugs),
          .from = from};
}

// Requires: allocations do not fail.
void Move(Mm& mm, PageRange from, PageRange to) {
  const bool done = Mremap(mm, from, to);
  ksync::Check(done, "mremap found no memory");
}

// A page of two moves from `home` to address 4 + home. `returns`: that was before, and now it moves
// back to where the VMA was cut.
Change Moves(const char* name, const char* what, VirtualPage home, bool returns,
             std::vector<Bug> bugs) {
  const PageRange here = {home, 1};
  const PageRange there = {4 + home, 1};
  const auto prepare = [=](World& world, Mm& mm) {
    MmapAnonymous(mm, 0, 2);
    TouchAll(world, mm);
    if (returns) Move(mm, here, there);
  };
  const auto run = [=](Mm& mm) { returns ? Move(mm, there, here) : Move(mm, here, there); };
  return {.name = name,
          .what = what,
          .prepare = prepare,
          .run = run,
          .bugs = std::move(bugs),
          .from = 1 - home,
          .distances = {0, 4}};
}

Change GrowsHeap() {
  const auto grow = [](Mm& mm, VirtualPage end) {
    const bool done = Brk(mm, 0, end);
    ksync::Check(done, "brk found no memory");
  };
  const auto prepare = [grow](World& world, Mm& mm) {
    grow(mm, 1);
    TouchAll(world, mm);
  };
  const auto run = [grow](Mm& mm) { grow(mm, 2); };
  return {.name = "Brk",
          .what = "a heap that grows",
          .prepare = prepare,
          .run = run,
          .bugs = {RaceInTree(Fix::kKh25)}};
}

Change GrowsStack() {
  const auto prepare = [](World& world, Mm& mm) {
    MmapAnonymous(mm, 3, 4, kVmAccess | kVmGrowsDown);
    TouchAll(world, mm);
  };
  const auto run = [](Mm& mm) {
    const ksync::SharedGuard mmap_sem(mm.mmap_sem);
    const bool done = ExpandStack(*FirstVma(mm), 2);
    ksync::Check(done, "a stack found no memory to grow");
  };
  return {.name = "StackGrowth",
          .what = "a stack that grows",
          .prepare = prepare,
          .run = run,
          .from = 3};
}

// Of two VMAs that are joined, then, it is the upper one that stays: its start moves.
Change WithKh70(Change change) {
  change.expectations = {{"G9 with KH-70"}};
  return change;
}

std::vector<Change> Changes() {
  const std::vector<Bug> start = {
      {.fix = Fix::kKh25, .violation = "failed check", .until = Generation::kG7},
      RaceInTree(Fix::kKh25)};
  const std::vector<Bug> end = {RaceInTree(Fix::kKh25)};
  std::vector<Bug> neighbour = {{.fix = Fix::kKh26,
                                 .violation = "failed check",
                                 .until = Generation::kG7,
                                 .generation = Generation::kG5},
                                RaceInTree(Fix::kKh26)};
  neighbour.insert(neighbour.end(), start.begin(), start.end());
  return {
      FillsGap("MergeCase1", "a VMA that grows over a gap and the next VMA", kVmAccess, kVmAccess,
               end),
      FillsGap("MergeCase2", "a VMA that grows up into a gap", kVmAccess, kVmRead, end),
      FillsGap("MergeCase3", "a VMA that grows down into a gap", kVmRead, kVmAccess, start),
      MovesBoundary("MergeCase4", "a VMA that gives its tail to the next", kCase4, 0, start),
      MovesBoundary("MergeCase4Untouched",
                    "a VMA that was never touched and gives its tail to the next", kCase4, 2,
                    neighbour),
      MovesBoundary("MergeCase5", "a VMA that takes the head of the next", kCase5, 0, start),
      Protects("MergeCase6", "a VMA that swallows the next two", kCase6, end),
      Protects("MergeCase7", "a VMA that swallows the next", kCase7, end),
      WithKh70(Protects("MergeCase8", "two VMAs that are joined with the properties of the upper",
                        kCase8, end)),
      Protects("SplitBelow", "a split whose new VMA is the lower half", kSplitBelow, start),
      Protects("SplitAbove", "a split whose new VMA is the upper half", kSplitAbove, end),
      Protects("SplitInThree", "a VMA whose middle is cut out", kSplitInThree, start),
      Unmaps("MunmapHead", "a VMA whose head is unmapped", {0, 1}, 1, start),
      Unmaps("MunmapMiddle", "a VMA whose middle is unmapped", {1, 1}, 0, start),
      Unmaps("MunmapTail", "a VMA whose tail is unmapped", {2, 1}, 0, end),
      GrowsHeap(),
      GrowsStack(),
      Moves("MremapHead", "a VMA whose head moves away", 0, false, start),
      Moves("MremapTail", "a VMA whose tail moves away, and the copy", 1, false,
            {{.fix = Fix::kKh28, .violation = "failed check", .generation = Generation::kG7},
             {.fix = Fix::kKh25,
              .violation = "data race",
              .from = Generation::kG8,
              .shown = false,
              .generation = Generation::kG8}}),
      Moves("MremapBackBelow", "a VMA to which a page comes back from below", 0, true, start),
      Moves("MremapBackAbove", "a VMA to which a page comes back from above", 1, true, end),
  };
}

constexpr char kOracle[] =
    "Rule I11 broken, for a VMA on the list of the page's anon_vma or for two neighbours; or a "
    "data "
    "race on a tree of VMAs.";

Scenario MemberOf(Change change) {
  const Generation shown = change.bugs.empty() || change.bugs[0].from >= Generation::kG8
                               ? NewestGeneration()
                               : Generation::kG1;
  return {.name = std::string(kWhole.prefix) + change.name,
          .claim = "Seen whole under the lock of a walk: " + change.what + ".",
          .oracle = kOracle,
          .run = [change](const Kernel& kernel) { WatchWhile(kernel, change); },
          .default_generation = shown,
          .bugs = change.bugs,
          .expectations = change.expectations,
          .family = &kWhole};
}

// A process that shares the page of its stack with a child.
struct Relatives {
  explicit Relatives(World& its_world) : world(its_world), mm(world.NewMm()) {
    stack = MmapAnonymous(mm, 2, 4, kVmAccess | kVmGrowsDown);
  }

  World& world;
  Mm& mm;
  Vma* stack;
  Page& page = world.AddPage();
  Mm* child = nullptr;
};

void Share(Relatives& all) {
  Touch(all.mm, 3, all.page);
  all.child = DupMm(all.mm);
}
void ShareAndEvict(Relatives& all) {
  Share(all);
  GetPage(all.page);
  ShrinkPage(all.page);
  PutPage(all.page);
}

// What another thread does to a process, while one of its own holds mmap_sem.
struct Meanwhile {
  void (*prepare)(Relatives&);
  void (*run)(Relatives&);
};

constexpr std::array<Meanwhile, 8> kMeanwhile = {{
    {[](Relatives&) {}, [](Relatives& all) { Touch(all.mm, 3, all.page); }},
    {Share, [](Relatives& all) { Touch(all.mm, 3, Access::kWrite); }},
    {ShareAndEvict, [](Relatives& all) { Touch(all.mm, 3, Access::kWrite); }},
    {Share, [](Relatives& all) { Touch(all.mm, 1, Access::kRead); }},
    {Share, [](Relatives& all) { Protect(all.mm, 3, 4, kVmRead); }},
    {Share, [](Relatives& all) { ShrinkPage(all.page); }},
    {Share,
     [](Relatives& all) {
       Migration migration(all.page, *all.world.pages().back());
       migration.Begin();
       migration.Finish();
     }},
    {Share, [](Relatives& all) { Touch(*all.child, 3, Access::kWrite); }},
}};

// A fault of one thread relies on the anon_vma that it has seen, whoever else faults, walks, or
// would like to change the VMA.
void AnonVmaStays(const Kernel& kernel) {
  World world(kernel);
  Relatives all(world);
  world.AddPage();
  const Meanwhile& meanwhile = kMeanwhile[ksync::Choose(kMeanwhile.size(), "meanwhile")];
  meanwhile.prepare(all);

  ksync::Thread other([&] { meanwhile.run(all); }, "meanwhile");
  {
    const ksync::SharedGuard mmap_sem(all.mm.mmap_sem);
    const bool prepared = AnonVmaPrepare(*all.stack);
    ksync::Check(prepared, "a fault found no memory");
    const HeldAnonVma held(*all.stack);
    CheckUnbroken(held.Broken());
  }
  other.Join();

  if (all.child != nullptr) Mmput(*all.child);
  ExitAll(world, {&all.mm});
}

}  // namespace

std::vector<Scenario> HeldScenarios() {
  std::vector<Scenario> all;
  for (Change& change : Changes()) all.push_back(MemberOf(std::move(change)));
  all.push_back({.name = "AnonVmaStays",
                 .claim = "Once a VMA has an anon_vma, who holds mmap_sem finds it there, even if "
                          "only shared, and whoever faults, grows, walks or writes beside him.",
                 .oracle =
                     "Rule I10 broken. A fault reads the pointer, and later anchors a page by "
                     "reading it again.",
                 .run = AnonVmaStays});
  return all;
}

}  // namespace rmap::inline KSYNC_BACKEND

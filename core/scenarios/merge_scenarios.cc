// The eight cases of vma_merge and the shapes of a split, each against the migration of a page of
// every VMA that takes part; and alone, with memory that may run out.
//
// In the first kind the pages are all touched and share one anon_vma, and the checker chooses which
// of them is migrated. In the second it chooses the case, which pages are touched, and which
// allocation fails.
#include <array>
#include <functional>
#include <span>

#include "core/rmap/validate_change.h"
#include "core/rmap/world.h"
#include "core/scenarios/protect_cases.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mprotect.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr std::array<const ProtectCase*, 6> kProtectCases = {&kCase4, &kCase5, &kCase6,
                                                             &kCase7, &kCase8, &kSplitInThree};

void TouchAll(World& world, Mm& mm, const Area& area) {
  for (VirtualPage address = area.start; address < area.end; ++address) {
    Touch(mm, address, world.AddPage());
  }
}

// From below, or from above: who is touched first is elsewhere on the list of those that share the
// anon_vma, and so is visited sooner or later than the others.
void TouchAll(World& world, Mm& mm, std::span<const Area> areas) {
  const bool from_above = ksync::Choose(2, "touched from above") == 1;
  for (std::size_t i = 0; i < areas.size(); ++i) {
    TouchAll(world, mm, areas[from_above ? areas.size() - 1 - i : i]);
  }
}

// Migrates the page at `address` while `change` runs on another thread; then touches it, if it is
// still mapped and may be, and ends.
void MigrateWhile(World& world, Mm& mm, VirtualPage address, const std::function<void()>& change) {
  Page& from = Resting(mm).page_table[address].Read().page();
  Migration migration(from, world.AddPage());
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");
  ksync::Thread other(change, "merge");
  migration.Finish();
  other.Join();

  const Vma* const vma = FindVma(Resting(mm), address);
  if (vma != nullptr && vma->vm_flags.Read() != 0) Touch(mm, address, world.AddPage());
  Validate({&mm});
  Mmput(mm);
}

// One of the pages that are mapped.
VirtualPage ChoosePage(const Mm& mm) {
  std::vector<VirtualPage> mapped;
  for (VirtualPage address = 0; address < Resting(mm).page_table.size(); ++address) {
    if (!Resting(mm).page_table[address].Read().IsNone()) mapped.push_back(address);
  }
  return mapped[ksync::Choose(static_cast<std::uint32_t>(mapped.size()), "page")];
}

void ProtectVersusMigration(const Kernel& kernel, const ProtectCase& one) {
  World world(kernel);
  Mm& mm = world.NewMm();
  Map(mm, one.areas);
  TouchAll(world, mm, one.areas);
  const VirtualPage address = ChoosePage(mm);
  MigrateWhile(world, mm, address, [&mm, wanted = one.request] {
    Protect(mm, wanted.start, wanted.end, wanted.rights);
  });
}

// The middle one of three pages is unmapped, so that its neighbours have one anon_vma; then it is
// mapped again. `rights` are those of the first page.
void MapVersusMigration(const Kernel& kernel, Rights rights_below, Rights rights_above) {
  World world(kernel);
  Mm& mm = world.NewMm();
  const std::array<Area, 3> areas = {
      {{0, 1, rights_below}, {1, 2, kVmAccess}, {2, 3, rights_above}}};
  Map(mm, areas);
  TouchAll(world, mm, areas);
  Unmap(mm, 1, 2);
  const VirtualPage address = ChoosePage(mm);
  MigrateWhile(world, mm, address, [&mm] {
    const Vma* const vma = MmapRegion(mm, {.start = 1, .end = 2});
    ksync::Check(vma != nullptr, "mmap found no memory");
  });
}

void MergeCase1VersusMigration(const Kernel& kernel) {
  MapVersusMigration(kernel, kVmAccess, kVmAccess);
}
void MergeCase2VersusMigration(const Kernel& kernel) {
  MapVersusMigration(kernel, kVmAccess, kVmRead);
}
void MergeCase3VersusMigration(const Kernel& kernel) {
  MapVersusMigration(kernel, kVmRead, kVmAccess);
}
void MergeCase4VersusMigration(const Kernel& kernel) { ProtectVersusMigration(kernel, kCase4); }
void MergeCase5VersusMigration(const Kernel& kernel) { ProtectVersusMigration(kernel, kCase5); }
void MergeCase6VersusMigration(const Kernel& kernel) { ProtectVersusMigration(kernel, kCase6); }
void MergeCase7VersusMigration(const Kernel& kernel) { ProtectVersusMigration(kernel, kCase7); }
void MergeCase8VersusMigration(const Kernel& kernel) { ProtectVersusMigration(kernel, kCase8); }
void SplitInThreeVersusMigration(const Kernel& kernel) {
  ProtectVersusMigration(kernel, kSplitInThree);
}

void MunmapVersusMigration(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  const std::array<Area, 1> all = {{{0, 3, kVmAccess}}};
  Map(mm, all);
  TouchAll(world, mm, all);
  const VirtualPage address = ChoosePage(mm);
  MigrateWhile(world, mm, address, [&mm] { Unmap(mm, 1, 2); });
}

// A page that nobody may touch is migrated while the VMA below, whose pages may be touched, loses
// its rights too and the two are joined.
void MergeCase8Protection(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  const std::array<Area, 2> areas = {{{0, 1, kVmAccess}, {1, 2, kVmRead}}};
  Map(mm, areas);
  TouchAll(world, mm, areas);
  Protect(mm, 1, 2, 0);
  MigrateWhile(world, mm, 1, [&mm] { Protect(mm, 0, 1, 0); });
}

void TouchSome(World& world, Mm& mm, VirtualPage end) {
  for (VirtualPage address = 0; address < end; ++address) {
    if (FindVma(Resting(mm), address) == nullptr) continue;
    if (ksync::Choose(2, "touched") == 1) Touch(mm, address, world.AddPage());
  }
}

// Each page has the rights that its area had or, if they were changed, those asked for.
void CheckRights(const Mm& mm, const ProtectCase& one, bool changed) {
  for (const Area& area : one.areas) {
    for (VirtualPage address = area.start; address < area.end; ++address) {
      const bool asked = changed && address >= one.request.start && address < one.request.end;
      const Rights expected = asked ? one.request.rights : area.rights;
      const Vma* const vma = FindVma(Resting(mm), address);
      ksync::Check(vma != nullptr, "mprotect unmapped a page");
      ksync::Check(vma->vm_page_prot.Read() == expected, "a page has other rights than it should");
    }
  }
}

void MergeKeepsTheRules(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  const ProtectCase& one = *kProtectCases[ksync::Choose(kProtectCases.size(), "case")];
  Map(mm, one.areas);
  TouchSome(world, mm, 3);
  const Snapshot before({&mm}, Cuts::kAreNotSeen);
  world.FailAllocations(true);
  const bool done = Mprotect(mm, one.request.start, one.request.end, one.request.rights);
  world.FailAllocations(false);
  if (!done) CheckUnbroken(before.BrokenBy("mprotect"));
  CheckRights(mm, one, done);
  Validate({&mm});
  Mmput(mm);
}

// A new mapping closes the gap between a VMA that was never touched and one that was.
void ImporterIsNoChild(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  Vma* const untouched = MmapAnonymous(mm, 0, 1);
  MmapAnonymous(mm, 2, 3);
  Touch(mm, 2, world.AddPage());

  ksync::Check(MmapRegion(mm, {.start = 1, .end = 2}) == untouched, "nothing was merged");

  Validate({&mm});
  Mmput(mm);
}

constexpr char kMissed[] =
    "The page is touched at the end, and must not be found under a migration entry whose page is "
    "not locked; and the rules must hold (an index that was computed from half a change breaks "
    "I1). The page is one of those that are mapped, each in turn.";

Scenario Versus(const char* name, const char* claim, void (*run)(const Kernel&),
                std::vector<Bug> bugs = {}) {
  return {.name = name,
          .claim = claim,
          .oracle = kMissed,
          .run = run,
          .default_generation = Generation::kG1,
          .bugs = std::move(bugs)};
}

// The merges and splits against a migration.
std::vector<Scenario> VersusMigration() {
  const std::vector<Bug> needs_lock = {
      {.fix = Fix::kKh25, .violation = "failed check", .until = Generation::kG7},
      RaceInTree(Fix::kKh25)};
  // Where a VMA is swallowed whole no address changes. But in G1 walks look away from it as soon as
  // it goes, though they may have visited the VMA that swallows it before that had its range.
  const std::vector<Bug> looks_away = {
      {.fix = Fix::kKh25, .violation = "failed check", .until = Generation::kG1},
      RaceInTree(Fix::kKh25)};
  return {
      Versus("MergeCase1VersusMigration",
             "A VMA that grows over a gap and the next VMA loses no page that is being migrated.",
             MergeCase1VersusMigration, looks_away),
      Versus("MergeCase2VersusMigration",
             "A VMA that grows up into a gap loses no page that is being migrated.",
             MergeCase2VersusMigration),
      Versus("MergeCase3VersusMigration",
             "A VMA that grows down into a gap loses no page that is being migrated.",
             MergeCase3VersusMigration, needs_lock),
      Versus("MergeCase4VersusMigration",
             "A VMA that gives its tail to the next loses no page that is being migrated, nor "
             "does the next.",
             MergeCase4VersusMigration, needs_lock),
      Versus("MergeCase5VersusMigration",
             "A VMA that takes the head of the next loses no page that is being migrated, nor "
             "does the next.",
             MergeCase5VersusMigration, needs_lock),
      Versus("MergeCase6VersusMigration",
             "A VMA that swallows the next two loses no page that is being migrated.",
             MergeCase6VersusMigration, looks_away),
      Versus("MergeCase7VersusMigration",
             "A VMA that swallows the next loses no page that is being migrated.",
             MergeCase7VersusMigration, looks_away),
      Versus("MergeCase8VersusMigration",
             "Two VMAs of which the upper one gives the properties lose no page that is being "
             "migrated when they are joined.",
             MergeCase8VersusMigration, looks_away),
      Versus("SplitInThreeVersusMigration",
             "A VMA whose middle is cut out loses no page that is being migrated.",
             SplitInThreeVersusMigration, needs_lock),
      Versus("MunmapVersusMigration",
             "A VMA whose middle is unmapped loses no other page that is being migrated.",
             MunmapVersusMigration, needs_lock),
  };
}

}  // namespace

std::vector<Scenario> MergeScenarios() {
  std::vector<Scenario> all = VersusMigration();
  const std::vector<Scenario> others = {
      {.name = "MergeCase8Protection",
       .claim = "A page that is put back gets no right that its VMA never had.",
       .oracle = "Rule I13 broken: the lower VMA was extended over the page before it had the "
                 "rights that both were to have, and the migration asked it. mprotect then "
                 "changed the ptes of the range it was called for, not this one.",
       .run = MergeCase8Protection,
       .bugs = {{.fix = Fix::kKh70, .violation = "failed check"}}},
      {.name = "MergeKeepsTheRules",
       .claim = "Whatever mprotect joins or splits, whichever pages were touched before, and "
                "whether memory runs out or not: the rules hold, and each page has the rights "
                "that mprotect says it has.",
       .oracle = "A rule is broken (I9 if it failed), a page has other rights than mprotect "
                 "reported, or memory is "
                 "touched that was freed. Sequential.",
       .run = MergeKeepsTheRules,
       .bugs = {{.fix = Fix::kKh17, .violation = "failed check"},
                {.fix = Fix::kKh27, .violation = "use after free", .shown = false},
                {.fix = Fix::kKh33, .violation = "failed check", .shown = false},
                {.fix = Fix::kKh67, .violation = "failed check", .shown = false}},
       .newest_only = true},
      {.name = "ImporterIsNoChild",
       .claim = "A VMA that gets its first anon_vma by a merge gets the one of the VMA that it "
                "swallows, and is counted there.",
       .oracle = "BUG at exit: the clone took the VMA for a child, which has no anon_vma to be "
                 "counted at, and vma_adjust gave it one afterwards. Sequential.",
       .run = ImporterIsNoChild,
       .default_generation = Generation::kG9,
       .bugs = {{.fix = Fix::kKh66, .violation = "failed check"},
                {.fix = Fix::kKh17, .violation = "failed check", .shown = false}}},
  };
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace rmap::inline KSYNC_BACKEND

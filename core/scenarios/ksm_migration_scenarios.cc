// A page that two processes share moves: because its memory is about to be removed, for which ksmd
// waits; or, since 3.9, at any time.
#include "core/scenarios/ksm_equals.h"
#include "core/scenarios/scenarios.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mremap.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Moves a page as far as it can be moved, and gives up the reference.
void MigratePage(const Machine& machine, Page& page, bool offlining = false) {
  Page* const to = AllocPage(machine);
  GetPage(*to);
  Migration migration(page, *to, Copying::kAtOnce, offlining);
  migration.Begin();
  migration.Finish();
  PutPage(page);
  PutPage(*to);
}

// Two who share a page, and that page, with a reference for who migrates it.
struct Movable : Equals {
  explicit Movable(const Kernel& kernel) : Equals(kernel) {
    Merge();
    page = IsolatePage(first, 0);
  }

  void Migrate(bool offlining) { MigratePage(world.machine(), *page, offlining); }

  // The memory of the page is removed, while `act` is done.
  template <typename Act>
  void MeetRemoval(Act act) {
    ksync::Thread removal(
        [this] {
          ksm.MemoryGoingOffline();
          Migrate(/*offlining=*/true);
          ksm.MemoryOffline();
        },
        "removal");
    act();
    removal.Join();
  }

  Page* page = nullptr;
};

void KsmRemovalVersusWrite(const Kernel& kernel) {
  Movable movable(kernel);
  movable.MeetRemoval([&] { Store(movable.second, 0, kOther); });
  movable.CheckBothRead(kEqual, kOther);
  movable.ExitBoth();
}

void KsmRemovalVersusFork(const Kernel& kernel) {
  Movable movable(kernel);
  Mm* child = nullptr;
  movable.MeetRemoval([&] { child = DupMm(movable.second); });
  movable.CheckBothRead(kEqual, kEqual);
  CheckReads(*child, 0, kEqual);
  movable.Exit({child, &movable.first, &movable.second});
}

void KsmRemovalVersusExit(const Kernel& kernel) {
  Movable movable(kernel);
  movable.MeetRemoval([&] { Mmput(movable.second); });
  CheckReads(movable.first, 0, kEqual);
  movable.Exit({&movable.first});
}

void KsmRemovalVersusMove(const Kernel& kernel) {
  Movable movable(kernel);
  movable.MeetRemoval([&] {
    const bool moved = Mremap(movable.second, {0, 1}, {2, 1});
    ksync::Check(moved, "mremap found no memory");
  });
  CheckReads(movable.first, 0, kEqual);
  CheckReads(movable.second, 2, kEqual);
  movable.ExitBoth();
}

void KsmRemovalVersusUnmergeable(const Kernel& kernel) {
  Movable movable(kernel);
  movable.MeetRemoval([&] {
    const bool done = movable.ksm.MadviseUnmergeable(movable.second, 0, 1);
    ksync::Check(done, "madvise found no memory");
  });
  CheckNotMerged(movable.second);
  movable.CheckBothRead(kEqual, kEqual);
  movable.ExitBoth();
}

// ksmd comes by while the memory of what they share is removed.
void KsmRemovalVersusKsmd(const Kernel& kernel) {
  Movable movable(kernel);
  movable.ksm.DoScan(1);  // To the end of the round.
  movable.MeetRemoval([&] { movable.ksm.DoScan(1); });
  movable.CheckBothRead(kEqual, kEqual);
  movable.ExitBoth();
}

// A page moves that ksmd is about to merge.
void KsmMergeVersusMigration(const Kernel& kernel) {
  Equals equals(kernel);
  Page* const page = IsolatePage(equals.second, 0);
  equals.MeetKsmd([&] { MigratePage(equals.world.machine(), *page); });
  equals.CheckBothRead(kEqual, kEqual);
  equals.ksm.DoScan(kAllPages);
  equals.ksm.DoScan(kAllPages);
  equals.CheckBothRead(kEqual, kEqual);
  equals.ExitBoth();
}

// ksmd comes to a third page of that content.
void KsmMigrationVersusSearch(const Kernel& kernel) {
  Movable movable(kernel);
  movable.ksm.DoScan(1);  // To the end of the round.
  Mm& third = NewMergeableWriter(movable.world, movable.ksm, kEqual);
  movable.ksm.DoScan(2);
  ksync::Thread ksmd([&movable] { movable.ksm.DoScan(1); }, "ksmd");
  movable.Migrate(/*offlining=*/false);
  ksmd.Join();
  movable.CheckBothRead(kEqual, kEqual);
  CheckReads(third, 0, kEqual);
  movable.Exit({&movable.first, &movable.second, &third});
}

// A merged page can be isolated, and so be migrated. The walk that is to take the entries away does
// not find them.
KsmLack NoWalk() { return {KsmState::kSwappable, KsmState::kUpgradeInPlace, "failed check"}; }

// It moves at any time, and who has come to the old page by its node shares that.
KsmLack MovesUnderKsmd() { return {KsmState::kRmapWalk, KsmState::kRmapWalk, "failed check"}; }

}  // namespace

std::vector<Scenario> KsmMigrationScenarios() {
  const char* const reads = "What each reads afterwards; a rule of rest.";
  return {
      {.name = "KsmRemovalVersusWrite",
       .claim = "Who writes to a shared page whose memory is removed has written.",
       .oracle = reads,
       .run = KsmRemovalVersusWrite,
       .since_state = KsmState::kFirstRelease,
       .lacks = {NoWalk()}},
      {.name = "KsmRemovalVersusFork",
       .claim = "A child that is made meanwhile has the page, or an entry that is found.",
       .oracle = "A migration entry is left.",
       .run = KsmRemovalVersusFork,
       .since_state = KsmState::kFirstRelease,
       .lacks = {NoWalk()}},
      {.name = "KsmRemovalVersusExit",
       .claim = "One who shares the page may exit meanwhile.",
       .oracle = reads,
       .run = KsmRemovalVersusExit,
       .since_state = KsmState::kFirstRelease,
       .lacks = {NoWalk()}},
      {.name = "KsmRemovalVersusMove",
       .claim = "One who shares the page may move his meanwhile.",
       .oracle = "A migration entry is left, or a merged page cannot be found.",
       .run = KsmRemovalVersusMove,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh09,
                 .violation = "failed check",
                 .shown = false,
                 .from_state = KsmState::kRmapWalk},
                {.fix = Fix::kKh59,
                 .violation = "failed check",
                 .shown = false,
                 .from_state = KsmState::kRmapWalk}},
       .lacks = {NoWalk()}},
      {.name = "KsmRemovalVersusUnmergeable",
       .claim =
           "Where madvise forbade merging, nothing is merged when it has returned, also if the "
           "page moved just then.",
       .oracle = "A page that is.",
       .run = KsmRemovalVersusUnmergeable,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh59,
                 .violation = "failed check",
                 .generation = Generation::kG8,
                 .from_state = KsmState::kRmapWalk}},
       .lacks = {NoWalk()}},
      {.name = "KsmRemovalVersusKsmd",
       .claim = "ksmd waits while memory is removed, and then finds the page where it is.",
       .oracle = reads,
       .run = KsmRemovalVersusKsmd,
       .since_state = KsmState::kFirstRelease,
       .lacks = {NoWalk(), MovesUnderKsmd()}},
      {.name = "KsmMergeVersusMigration",
       .claim = "A page may move while it is merged.",
       .oracle = reads,
       .run = KsmMergeVersusMigration,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMigrationVersusSearch",
       .claim = "Who comes to a page by its node while the page moves does not take the node for "
                "stale.",
       .oracle = "Use after free; what each reads afterwards.",
       .run = KsmMigrationVersusSearch,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh60, .violation = "use after free"}},
       .lacks = {NoWalk(), MovesUnderKsmd()}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

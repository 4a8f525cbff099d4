// May a page that is locked in memory be taken, and does it stay longer than somebody wants it to?
// mlock, munlock and the exit of who has locked, against reclaim and against those who copy.
//
// A parent has written a page that its child shares and has not locked: what the parent's mark on
// the page leaves behind, the child would suffer.
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/mlock.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

void Lock(Mm& mm) {
  const bool done = Mlock(mm, 0, 1);
  ksync::Check(done, "mlock found no memory");
}

void Unlock(Mm& mm) {
  const bool done = Munlock(mm, 0, 1);
  ksync::Check(done, "munlock found no memory");
}

struct Sharers : WriterAndChild {
  explicit Sharers(World& world) : WriterAndChild(world), page(IsolatePage(parent, 0)) {}

  // `act` meets reclaim, which gives up its reference to the page.
  template <typename Act>
  void MeetReclaim(Act act) {
    ksync::Thread reclaim([this] { ShrinkPage(*page); }, "reclaim");
    act();
    reclaim.Join();
    PutPage(*page);
  }

  Page* const page;  // With a reference, for who reclaims it.
};

// mlock, which faults the page in, meets reclaim.
void LockVersusReclaim(const Kernel& kernel) {
  World world(kernel);
  Sharers family(world);

  family.MeetReclaim([&] {
    Lock(family.parent);
    CheckReads(family.parent, 0, kParents);
  });
  const Pte pte = Resting(family.parent).page_table[0].Read();
  ksync::Check(pte.IsPresent(), "reclaim took a page after mlock had returned");
  const bool taken = SwapOut(family.parent, 0);
  ksync::Check(!taken, "reclaim took a page that is locked");
  CheckReads(*family.child, 0, kParents);
  family.Exit(world);
}

// munlock meets reclaim.
void UnlockVersusReclaim(const Kernel& kernel) {
  World world(kernel);
  Sharers family(world);
  Lock(family.parent);

  family.MeetReclaim([&] { Unlock(family.parent); });
  AtRest(world, {&family.parent, family.child});
  family.CheckBothRead(kParents, kParents);
  family.Exit(world);
}

// The only one who has locked the page exits.
void ExitOfLockedVersusReclaim(const Kernel& kernel) {
  World world(kernel);
  Sharers family(world);
  Lock(family.parent);

  family.MeetReclaim([&] { Mmput(family.parent); });
  CheckReads(*family.child, 0, kParents);
  ExitAll(world, {family.child});
}

// The child locks the page, and reclaim marks it. Then the child copies it...
void LockAndMark(Sharers& family) {
  Lock(*family.child);
  const bool taken = ShrinkPage(*family.page);
  ksync::Check(!taken && family.page->mlocked.Read(), "reclaim did not mark a locked page");
  PutPage(*family.page);
}

// ...while the parent, who has locked it too, unlocks it.
void UnlockVersusCopy(const Kernel& kernel) {
  World world(kernel);
  Sharers family(world);
  Lock(family.parent);
  LockAndMark(family);

  ksync::Thread copy([&family] { Store(*family.child, 0, kChilds); }, "copy");
  Unlock(family.parent);
  copy.Join();

  family.CheckBothRead(kParents, kChilds);
  family.Exit(world);
}

// ...while the parent locks it, who has it back from swap.
void LockVersusCopy(const Kernel& kernel) {
  World world(kernel);
  Sharers family(world);
  LockAndMark(family);
  CheckReads(family.parent, 0, kParents);

  ksync::Thread copy([&family] { Store(*family.child, 0, kChilds); }, "copy");
  Lock(family.parent);
  copy.Join();

  const bool taken = SwapOut(family.parent, 0);
  ksync::Check(!taken, "reclaim took a page that is locked");
  family.CheckBothRead(kParents, kChilds);
  family.Exit(world);
}

// A parent, whose pages stay in memory, copies a page that reclaim asks for.
void MunlockVersusReclaim(const Kernel& kernel) {
  World world(kernel);
  Sharers family(world);
  Lock(family.parent);

  family.MeetReclaim([&] { Store(family.parent, 0, kChilds); });
  family.CheckBothRead(kChilds, kParents);
  family.Exit(world);
}

constexpr char kMarkOracle[] =
    "A mapped page is marked as locked, and no locked VMA maps it (rule C6); or a process reads "
    "what it did not write.";

}  // namespace

std::vector<Scenario> MlockScenarios() {
  return {
      {.name = "LockVersusReclaim",
       .claim = "When mlock has returned the page is in memory, and stays there.",
       .oracle = "The page is not mapped although nobody was asked for it after mlock, or reclaim "
                 "takes it later. A walk reads the VMA's flag under the pte lock, which mlock "
                 "takes when it looks for the page.",
       .run = LockVersusReclaim},
      {.name = "UnlockVersusReclaim",
       .claim = "When munlock has returned, the page may be reclaimed.",
       .oracle = "A mapped page is marked as locked, and no locked VMA maps it (rule C6): reclaim "
                 "saw the VMA locked, and marked the page after munlock had unmarked it. Until "
                 "3.12 the page lock is against that, then that the flag is read again under "
                 "mmap_sem.",
       .run = UnlockVersusReclaim},
      {.name = "ExitOfLockedVersusReclaim",
       .claim = "The same when who has locked it exits.",
       .oracle = "As before: an exit munlocks without mmap_sem, so that to ask again under it does "
                 "not help (KH-109).",
       .run = ExitOfLockedVersusReclaim,
       .bugs = {{.fix = Fix::kKh109, .violation = "failed check", .from = Generation::kG9}}},
      {.name = "UnlockVersusCopy",
       .claim = "Of two who have locked a page, one may unlock it while the other copies it.",
       .oracle = kMarkOracle,
       .run = UnlockVersusCopy},
      {.name = "LockVersusCopy",
       .claim =
           "Of two who share a page, one may lock it while the other, who has locked it, copies "
           "it.",
       .oracle = "Reclaim takes the page. The mark goes with the copy, and the walk that would set "
                 "it again may find mmap_sem taken: that the VMA is locked must be enough.",
       .run = LockVersusCopy,
       .since = Generation::kG6},
      {.name = "MunlockVersusReclaim",
       .claim = "A page that no locked VMA maps can be reclaimed.",
       .oracle = "A mapped page is marked as locked, but no locked VMA maps it: the write fault "
                 "took the mark away while the pte was still there, and reclaim, which walks over "
                 "a locked VMA, set it again.",
       .run = MunlockVersusReclaim,
       .default_generation = Generation::kG5,
       .bugs = {{.fix = Fix::kKh45, .violation = "failed check"}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

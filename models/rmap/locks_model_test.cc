// The lock mistakes of the kernel's history, each found by what is seen of locks when its repair is
// taken out, and not with it; and how the rule for a VMA's boundaries changed.
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "core/history/kernel.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/locks/lock_claim.h"
#include "models/locks/lock_observer.h"
#include "models/locks/lock_order.h"
#include "models/locks/lock_verdict.h"
#include "models/rmap/fields.h"
#include "models/rmap/scenarios.h"

namespace models {
namespace {

struct Watched {
  Observations seen;
  Report report;
};

Watched Watch(const std::string& scenario, const std::string& kernel_name) {
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(kernel_name);
  EXPECT_TRUE(kernel.ok()) << kernel_name;
  Watched watched;
  for (const RmapScenario& known : RmapScenarios()) {
    if (known.name != scenario) continue;
    LockObserver observer(watched.seen, {scenario, "rc11"});
    Options options;
    options.observer = &observer;
    options.stop_at_failure = false;
    watched.report = Check(options, [&] { known.run(*kernel); });
  }
  EXPECT_GT(watched.seen.executions, 0u) << scenario;
  return watched;
}

LockVocabulary Vocabulary() {
  LockVocabulary vocabulary{RmapLockNames(), {}};
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    vocabulary.generations.push_back(info.name);
  }
  for (const rmap::FixInfo& info : rmap::Fixes()) vocabulary.repairs.push_back(info.id);
  vocabulary.fields = RmapFieldNames();
  return vocabulary;
}

LockVerdict VerdictOf(const std::string& claim, const Watched& watched) {
  const LockClaims parsed = ParseLockClaims(claim, Vocabulary());
  EXPECT_EQ(parsed.claims.size(), 1u) << claim;
  return Judge(parsed.claims.at(0), watched.seen).verdict;
}

bool HasCycle(const Watched& watched) {
  for (const OrderProblem& problem : FindOrderProblems(watched.seen)) {
    if (problem.mistake == OrderMistake::kCycle && !problem.gated) return true;
  }
  return false;
}

constexpr char kFilesFirst[] = "order i_mmap_lock > anon_vma->lock";

TEST(LocksOfHistory, Kh02TakesFileLocksUnderAnonVmaLocks) {
  const Watched without = Watch("TakeAllLocksVersusAdjust", "G0 without KH-02");
  EXPECT_TRUE(HasCycle(without));
  EXPECT_EQ(VerdictOf(kFilesFirst, without), LockVerdict::kViolated);
  EXPECT_EQ(without.report.failure_kind, FailureKind::kDeadlock);
  const Watched with = Watch("TakeAllLocksVersusAdjust", "G0");
  EXPECT_FALSE(HasCycle(with));
  EXPECT_EQ(VerdictOf(kFilesFirst, with), LockVerdict::kHolds);
}

constexpr char kStartIsGuarded[] =
    "field vma.vm_start: common lock for readers with anon_vma->lock";
constexpr char kOffsetIsGuarded[] =
    "field vma.vm_pgoff: common lock for readers with anon_vma->lock";

TEST(LocksOfHistory, Kh26MovesTheNeighboursStartWithoutItsLock) {
  EXPECT_EQ(VerdictOf(kStartIsGuarded, Watch("BoundaryDownVersusMigration", "G5")),
            LockVerdict::kViolated);
  EXPECT_EQ(VerdictOf(kStartIsGuarded, Watch("BoundaryDownVersusMigration", "G5 with KH-26")),
            LockVerdict::kHolds);
}

// A walk comes upon a copy that has not got its place yet, whatever lock the neighbour's start
// needs.
TEST(LocksOfHistory, Kh28PlacesACopyThatIsOnTheLists) {
  EXPECT_EQ(VerdictOf(kStartIsGuarded, Watch("MremapVersusMigration", "G5 with KH-26")),
            LockVerdict::kViolated);
  EXPECT_EQ(VerdictOf(kStartIsGuarded, Watch("WholeInMremapHead", "G5 with KH-26")),
            LockVerdict::kViolated);
  EXPECT_EQ(VerdictOf(kStartIsGuarded, Watch("WholeInMremapHead", "G5 with KH-26 with KH-28")),
            LockVerdict::kHolds);
  EXPECT_EQ(VerdictOf(kOffsetIsGuarded, Watch("WholeInMremapTail", "G5 with KH-26")),
            LockVerdict::kViolated);
  EXPECT_NE(VerdictOf(kOffsetIsGuarded, Watch("WholeInMremapTail", "G5 with KH-26 with KH-28")),
            LockVerdict::kViolated);
}

TEST(LocksOfHistory, Kh37WalksAListUnderAnothersLock) {
  constexpr char kListIsGuarded[] = "field anon_vma.head: read anon_vma->lock";
  EXPECT_EQ(VerdictOf(kListIsGuarded, Watch("WalkVersusForkElsewhere", "G5 without KH-37")),
            LockVerdict::kViolated);
  EXPECT_NE(VerdictOf(kListIsGuarded, Watch("WalkVersusForkElsewhere", "G5")),
            LockVerdict::kViolated);
}

TEST(LocksOfHistory, Kh57WalksAChainWithoutTheLock) {
  constexpr char kLinkIsGuarded[] = "field avc.rb: read anon_vma->lock";
  EXPECT_EQ(VerdictOf(kLinkIsGuarded, Watch("ValidateMmUnlocked", "G8 without KH-57")),
            LockVerdict::kViolated);
  EXPECT_EQ(VerdictOf(kLinkIsGuarded, Watch("ValidateMmUnlocked", "G8")), LockVerdict::kHolds);
}

// Who splits a huge page changes what walks rely on, and must not do it beside another split.
TEST(LocksOfHistory, Kh58SplitsAHugePageUnderAWalkersLock) {
  constexpr char kMarkIsGuarded[] =
      "field pmd.splitting: write anon_vma->lock(W) and pte lock; read pte lock";
  constexpr char kPageIsGuarded[] = "field page.trans_huge: write anon_vma->lock(W)";
  for (const char* kernel : {"G8", "G9"}) {
    const Watched without = Watch("HugeSplitVersusSplit", std::string(kernel) + " without KH-58");
    EXPECT_EQ(VerdictOf(kMarkIsGuarded, without), LockVerdict::kViolated) << kernel;
    EXPECT_EQ(VerdictOf(kPageIsGuarded, without), LockVerdict::kViolated) << kernel;
    EXPECT_EQ(without.report.failure_kind, FailureKind::kCheckFailed) << kernel;
  }
  for (const char* kernel : {"G6", "G7", "G8", "G9"}) {
    const Watched with = Watch("HugeSplitVersusSplit", kernel);
    EXPECT_EQ(VerdictOf(kPageIsGuarded, with), LockVerdict::kHolds) << kernel;
    // The second split looks at no mark any more; an exit does.
    EXPECT_EQ(VerdictOf(kMarkIsGuarded, with), LockVerdict::kNotExercised) << kernel;
    EXPECT_EQ(VerdictOf(kMarkIsGuarded, Watch("HugeSplitVersusExit", kernel)), LockVerdict::kHolds)
        << kernel;
  }
}

TEST(LocksOfHistory, Kh64SleepsInAReadSideSection) {
  const Watched without = Watch("WalksVersusExit", "G6");
  EXPECT_EQ(without.report.failure_kind, FailureKind::kLockMisuse);
  EXPECT_NE(without.report.failure.find("inside a read-side section"), std::string::npos);
  EXPECT_EQ(Watch("WalksVersusExit", "G6 with KH-64").report.failure_kind, FailureKind::kNone);
}

TEST(LocksOfHistory, Kh68TakesALockOfHugetlbfsUnderThatOfAnotherFile) {
  constexpr char kHugetlbFirst[] = "order hugetlb i_mmap_lock > i_mmap_lock";
  for (const char* kernel : {"G8", "G9"}) {
    const Watched without = Watch("TakeAllLocksVersusHugetlbFault", kernel);
    EXPECT_TRUE(HasCycle(without)) << kernel;
    EXPECT_EQ(VerdictOf(kHugetlbFirst, without), LockVerdict::kViolated) << kernel;
    EXPECT_EQ(without.report.failure_kind, FailureKind::kDeadlock) << kernel;
  }
  const Watched with = Watch("TakeAllLocksVersusHugetlbFault", "G9 with KH-68");
  EXPECT_FALSE(HasCycle(with));
  EXPECT_EQ(VerdictOf(kHugetlbFirst, with), LockVerdict::kHolds);
  // Until 3.6 only who takes all locks holds two of these.
  EXPECT_FALSE(HasCycle(Watch("TakeAllLocksVersusHugetlbFault", "G7")));
}

TEST(LocksOfHistory, Kh69GivesBackALockThatItDoesNotHave) {
  const Watched without = Watch("ExpandStackUnlocked", "G8");
  EXPECT_EQ(without.report.failure_kind, FailureKind::kLockMisuse);
  EXPECT_EQ(Watch("ExpandStackUnlocked", "G8 with KH-69").report.failure_kind, FailureKind::kNone);
}

// Exit takes itself for the last user of mmap_sem, and a walk comes and tries it.
TEST(LocksOfHistory, Kh109TriesALockThatExitDoesNotTake) {
  constexpr char kExitIsLast[] = "field vma.vm_flags: write mmap_sem(W) or last user";
  for (const char* kernel : {"G0", "G5", "G9"}) {
    EXPECT_EQ(VerdictOf(kExitIsLast, Watch("ExitOfLockedVersusReclaim", kernel)),
              LockVerdict::kViolated)
        << kernel;
  }
  const Watched with = Watch("ExitOfLockedVersusReclaim", "G9 with KH-109");
  EXPECT_EQ(VerdictOf(kExitIsLast, with), LockVerdict::kHolds);
  EXPECT_EQ(VerdictOf("field vma.vm_flags: write mmap_sem(W)", with), LockVerdict::kViolated);
}

// Split-below stores the start and the offset of a VMA that a migration walks to.
TEST(LocksOfHistory, TheBoundaryLockWentAndCameBack) {
  for (const char* kernel : {"G1", "G2", "G3", "G4"}) {
    const Watched watched = Watch("SplitBelowVersusMigration", kernel);
    EXPECT_EQ(VerdictOf(kStartIsGuarded, watched), LockVerdict::kViolated) << kernel;
    EXPECT_EQ(VerdictOf(kOffsetIsGuarded, watched), LockVerdict::kViolated) << kernel;
  }
  for (const char* kernel : {"G0", "G5", "G6", "G7", "G8", "G9"}) {
    const Watched watched = Watch("SplitBelowVersusMigration", kernel);
    EXPECT_EQ(VerdictOf(kStartIsGuarded, watched), LockVerdict::kHolds) << kernel;
    EXPECT_EQ(VerdictOf(kOffsetIsGuarded, watched), LockVerdict::kHolds) << kernel;
  }
}

bool Sleeps(const Watched& watched) {
  for (const OrderProblem& problem : FindOrderProblems(watched.seen)) {
    if (problem.mistake == OrderMistake::kSleepsUnderSpinning) return true;
  }
  return false;
}

// Who may sleep for the anon_vma's lock does so before tasklist_lock.
TEST(LocksOfHistory, MemoryFailureTurnedItsOrderWhenTheLockBeganToSleep) {
  constexpr char kTasksFirst[] = "order tasklist_lock > anon_vma->lock";
  constexpr char kTasksLast[] = "order anon_vma->lock > tasklist_lock";
  EXPECT_EQ(VerdictOf(kTasksFirst, Watch("MemoryFailureVersusExit", "G5")), LockVerdict::kHolds);
  for (const char* kernel : {"G6", "G7", "G8", "G9"}) {
    const Watched watched = Watch("MemoryFailureVersusExit", kernel);
    EXPECT_EQ(VerdictOf(kTasksLast, watched), LockVerdict::kHolds) << kernel;
    EXPECT_FALSE(Sleeps(watched)) << kernel;
  }
}

// Nobody else holds two of them, so that this is all that tests the claim.
TEST(OrderClaims, TwoFilesLocksAreNestedByWhoTakesThemAll) {
  for (const char* kernel : {"G0", "G5", "G9"}) {
    EXPECT_EQ(VerdictOf("nest i_mmap_lock", Watch("TakeAllLocksOfTwoFiles", kernel)),
              LockVerdict::kHolds)
        << kernel;
  }
}

// What the first executions of each scenario come upon is what the words of claims are.
TEST(FieldNames, AreThoseOfTheScenarios) {
  constexpr std::uint64_t kExecutions = 3;
  std::set<std::string> met;
  for (const RmapScenario& scenario : RmapScenarios()) {
    const bool is_one_of_many = scenario.family != nullptr;
    const auto kernels = is_one_of_many ? std::vector{rmap::Kernel().WithAll()}
                                        : rmap::modelled::NotedKernels(scenario);
    for (const rmap::Kernel& kernel : kernels) {
      Observations seen;
      LockObserver observer(seen, {scenario.name, "rc11"});
      Options options;
      options.observer = &observer;
      options.executions_max = is_one_of_many ? 1 : kExecutions;
      Check(options, [&] { scenario.run(kernel); });
      for (const SeenField& field : seen.fields()) met.insert(field.name);
    }
  }
  for (const std::string& name : RmapFieldNames()) {
    EXPECT_EQ(met.erase(name), 1u) << "nobody comes upon " << name;
  }
  for (const std::string& name : met) ADD_FAILURE() << "not in fields.h: " << name;
}

// The file of claims is well-formed, names a source for each, and contradicts no rank.
TEST(OrderClaims, TheFileIsSound) {
  std::ostringstream text;
  text << std::ifstream("docs/locking/order.claims").rdbuf();
  const LockClaims parsed = ParseLockClaims(text.str(), Vocabulary());
  EXPECT_TRUE(parsed.mistakes.empty())
      << parsed.mistakes[0].line << ": " << parsed.mistakes[0].message;
  EXPECT_GT(parsed.claims.size(), 50u);
  for (const LockClaim& claim : parsed.claims) EXPECT_NE(claim.source, "") << claim.text;
}

}  // namespace
}  // namespace models

// Planted faults, one for each way in which a round can go wrong: whoever watches must survive all
// of them, and say what happened, in which round, during which steps.
//
// The test is its own worker: main() is below. Which fault a worker has is in its environment.
#include "stress/workload/watcher.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/sync/native_control.h"
#include "gtest/gtest.h"
#include "stress/workload/campaign.h"
#include "stress/workload/worker.h"

namespace workload {
namespace {

constexpr char kFault[] = "PLANTED_FAULT";
constexpr char kTwoMistakes[] = "two mistakes";
constexpr char kAlwaysHangs[] = "always hangs";
constexpr std::uint64_t kFaultyRound = 7;

// What goes wrong.

void BreakRule() { ksync::Check(false, "I7: a link is on one list only"); }
void LoseData() { ksync::Check(false, "I13: what a process wrote is lost"); }
void Crash() { raise(SIGSEGV); }
void Abort() { CHECK(1 + 1 == 3, "arithmetic"); }
void Hang() {
  while (true) std::this_thread::yield();
}
// Each has what the other wants.
void Deadlock() {
  static constexpr ksync::LockClass kClass{"planted lock", 1};
  ksync::SpinLock one(kClass);
  ksync::SpinLock other(kClass);
  ksync::Atomic<int> ready(0);
  const auto take = [&ready](ksync::SpinLock& first, ksync::SpinLock& second)
                        ABSL_NO_THREAD_SAFETY_ANALYSIS {
                          first.Lock();
                          ready.FetchAdd(1, ksync::relaxed);
                          ready.WaitUntilEqual(2, ksync::relaxed);
                          second.Lock();
                        };
  ksync::Thread thread([&] { take(other, one); });
  take(one, other);
}
void Leak() { ksync::New<int>(1); }
void Exit() { _exit(9); }
void MisuseLock() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  static constexpr ksync::LockClass kClass{"planted lock", 1};
  ksync::SpinLock lock(kClass);
  lock.Unlock();
}

// What only this sanitizer sees, and what that is called.
#if defined(KSYNC_UNDER_TSAN)
constexpr char kSeen[] = "data race";
void BeSeen() {
  ksync::Plain<int> field(0, "field");
  ksync::Thread thread([&field] { field.Write(1); });
  field.Write(2);
}
#elif defined(__SANITIZE_ADDRESS__)
constexpr char kSeen[] = "use after free";
void BeSeen() {
  volatile int* volatile number = new int(1);
  delete number;
  *number = 2;
}
#elif defined(RMAPCHECK_UBSAN)
constexpr char kSeen[] = "undefined behaviour";
void BeSeen() {
  volatile int most = std::numeric_limits<int>::max();
  most = most + 1;
}
#else
#define NO_SANITIZER
#endif

struct Planted {
  const char* name;
  void (*fault)();
  const char* rule;
};

constexpr Planted kPlanted[] = {
    {"broken rule", BreakRule, "I7"},
    {"lost data", LoseData, "I13"},
    {"crash", Crash, "crash: SIGSEGV"},
    {"abort", Abort, "broken invariant"},
    {"hang", Hang, "hang"},
    {"deadlock", Deadlock, "deadlock"},
    {"leak", Leak, "leak"},
    {"exit", Exit, "exit"},
    {"lock misuse", MisuseLock, "lock misuse"},
#ifndef NO_SANITIZER
    {kSeen, BeSeen, kSeen},
#endif
};

// Two mistakes that break no rule with a number; one of them in each third round.
void MakeTwoMistakes(const rmap::Script& script, const Board& board) {
  if (SizeOf(script).steps == 0) return;
  ksync::Check(board.round() % 3 != 0, "an accident");
  const std::string message = absl::StrCat("the mistake of ", SizeOf(script).steps, " steps");
  ksync::Check(false, message.c_str());
}

// A round that does nothing but its steps, and in one round what was planted.
void PlayPlanted(const rmap::Kernel&, const rmap::Script& script, Board& board,
                 ksync::Watchdog& watchdog) {
  const char* const name = getenv(kFault);
  if (name != nullptr && strcmp(name, kTwoMistakes) == 0) MakeTwoMistakes(script, board);
  if (name != nullptr && strcmp(name, kAlwaysHangs) == 0 && SizeOf(script).steps > 0) Hang();
  for (const rmap::Phase& phase : script.phases) {
    for (const rmap::Steps& steps : phase.threads) {
      for (const rmap::Step& step : steps) {
        board.Begin(0, 0, step);
        for (const Planted& planted : kPlanted) {
          const bool now = name != nullptr && strcmp(name, planted.name) == 0;
          if (now && board.round() == kFaultyRound && step.verb == rmap::Verb::kFork) {
            planted.fault();
          }
        }
        board.End(0);
        watchdog.Progress();
      }
    }
  }
}

Campaign Short() {
  Campaign campaign;
  campaign.kernel = "G9 with all";
  campaign.mix = Profiles()[0].mix;
  campaign.rounds_max = 20;
  campaign.seconds = 60;
  campaign.shrink_seconds = 0;
  campaign.hang_seconds = 60;
  return campaign;
}

// What stands still is told soon; whatever does not may take as long as the machine makes it.
Campaign ShortWith(const Planted& planted) {
  Campaign campaign = Short();
  const bool hangs = planted.fault == Hang || planted.fault == Deadlock;
  if (hangs) campaign.hang_seconds = 1;
  return campaign;
}

class WatcherTest : public testing::TestWithParam<Planted> {
 protected:
  ~WatcherTest() override { unsetenv(kFault); }
};

TEST_F(WatcherTest, WithoutFaultAllRoundsAreRun) {
  const Results results = RunCampaign(Short());
  EXPECT_TRUE(results.failures.empty());
  EXPECT_EQ(results.rounds, 20u);
  EXPECT_GT(results.coverage.Operations(), 1000u);
}

TEST_P(WatcherTest, ThePlantedFaultIsReported) {
  setenv(kFault, GetParam().name, 1);
  const Results results = RunCampaign(ShortWith(GetParam()));
  ASSERT_EQ(results.failures.size(), 1u);
  const Failure& failure = results.failures[0].failure;
  EXPECT_EQ(failure.rule, GetParam().rule) << failure.report;
  EXPECT_EQ(failure.round, kFaultyRound);
  ASSERT_FALSE(failure.last_steps.empty());
  const std::string& last = failure.last_steps.back();
  if (failure.rule == "leak") return;  // It is seen when the round has ended.
  EXPECT_NE(last.find("fork"), std::string::npos) << last;
  EXPECT_NE(last.find("under way"), std::string::npos) << last;
}

// The rounds behind the failing one are run by the next worker.
TEST_P(WatcherTest, TheRunGoesOn) {
  setenv(kFault, GetParam().name, 1);
  Campaign campaign = ShortWith(GetParam());
  campaign.failures_max = 5;
  const Results results = RunCampaign(campaign);
  EXPECT_EQ(results.failures.size(), 1u);
  EXPECT_EQ(results.rounds, 20u);
}

INSTANTIATE_TEST_SUITE_P(Planted, WatcherTest, testing::ValuesIn(kPlanted),
                         [](const testing::TestParamInfo<Planted>& info) {
                           std::string name = info.param.name;
                           std::erase(name, ' ');
                           return name;
                         });

TEST_F(WatcherTest, AnInterruptEndsTheRun) {
  setenv(kFault, "hang", 1);
  std::uint64_t rounds = 0;
  Guidance guidance;
  guidance.tell = [&rounds](const Progress& progress) { rounds = progress.rounds; };
  guidance.is_interrupted = [&rounds] { return rounds == kFaultyRound; };
  Campaign campaign = Short();
  campaign.hang_seconds = 1000;
  const Results results = RunCampaign(campaign, guidance);
  EXPECT_TRUE(results.interrupted);
  EXPECT_TRUE(results.failures.empty());
  EXPECT_EQ(results.rounds, kFaultyRound) << "what is known is kept";
}

// Whether the only child has ended, whoever asked.
bool NoChildRuns() {
  siginfo_t child{};
  return waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) != 0 || child.si_pid != 0;
}

// The user's signal comes when the last worker has ended and nobody waits for anything any more.
TEST_F(WatcherTest, AnInterruptAfterTheLastRoundIsTold) {
  Guidance guidance;
  guidance.is_interrupted = NoChildRuns;
  const Results results = RunCampaign(Short(), guidance);
  EXPECT_TRUE(results.interrupted);
  EXPECT_EQ(results.rounds, 20u);
}

// What fails while the user's signal is under way is not lost by it.
TEST_F(WatcherTest, AnInterruptAfterAFailureKeepsIt) {
  setenv(kFault, "broken rule", 1);
  Guidance guidance;
  guidance.is_interrupted = NoChildRuns;
  Campaign campaign = Short();
  campaign.failures_max = 2;
  const Results results = RunCampaign(campaign, guidance);
  EXPECT_TRUE(results.interrupted);
  ASSERT_EQ(results.failures.size(), 1u);
  EXPECT_EQ(results.failures[0].failure.rule, "I7");
}

// Its watcher ended before it could ask to be ended with it.
TEST_F(WatcherTest, AWorkerThatNobodyWatchesDoesNothing) {
  const SharedBoard board;
  board->job.kernel.Set("G9 with all");
  board->job.rounds = 1;
  board->job.deadline = std::numeric_limits<std::int64_t>::max();
  board->job.watcher = getpid();  // Not this process's parent.
  std::string program = "program";
  std::string word = WorkerWord(dup(board.descriptor()));
  char* words[] = {program.data(), word.data()};
  EXPECT_EQ(RunAsWorker(2, words, PlayPlanted), 0);
  EXPECT_EQ(board->rounds_done(), 0u);
  prctl(PR_SET_PDEATHSIG, 0);
}

// The failure that is made smaller is the one that was found, though another is seen first.
TEST_F(WatcherTest, OneMistakeDoesNotBecomeAnother) {
  setenv(kFault, kTwoMistakes, 1);
  Campaign campaign = Short();
  campaign.first_round = kFaultyRound;
  campaign.shrink_seconds = 60;
  const Results results = RunCampaign(campaign);
  ASSERT_EQ(results.failures.size(), 1u);
  const FoundFailure& found = results.failures[0];
  EXPECT_EQ(found.failure.rule, "check");
  ASSERT_TRUE(found.shrunk.has_value());
  EXPECT_EQ(SizeOf(found.shrunk->script).steps, 1u);
  EXPECT_TRUE(absl::StartsWith(found.shrunk_message, "the mistake of 1 steps"))
      << found.shrunk_message;
  ASSERT_EQ(found.seen_instead.size(), 1u);
  EXPECT_TRUE(absl::StartsWith(found.seen_instead[0], "an accident")) << found.seen_instead[0];
}

// One hang of the run's length would take all the time there is.
TEST_F(WatcherTest, AHangIsMadeSmaller) {
  setenv(kFault, kAlwaysHangs, 1);
  Campaign campaign = Short();
  campaign.hang_seconds = 4;
  campaign.shrink_seconds = 4;
  const Results results = RunCampaign(campaign);
  ASSERT_EQ(results.failures.size(), 1u);
  const FoundFailure& found = results.failures[0];
  EXPECT_EQ(found.failure.rule, "hang");
  ASSERT_TRUE(found.shrunk.has_value());
  EXPECT_LT(SizeOf(found.shrunk->script).steps, SizeOf(found.script).steps);
}

}  // namespace
}  // namespace workload

int main(int argc, char** argv) {
  const auto code = workload::RunAsWorker(argc, argv, workload::PlayPlanted);
  if (code.has_value()) return *code;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

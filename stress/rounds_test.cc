// That rounds notice what they say: objects that are left over, rounds that do not count, a budget.
// Every second one is perturbed, and afterwards none is. Which round it was is always told.
#include "stress/rounds.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/check.h"
#include "core/sync/native_control.h"
#include "core/sync/sync.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace stress {
namespace {

// At night, too, the rounds here are those of the short form: first seeds that are drawn have no
// expected value.
[[maybe_unused]] const int kShortForm =
    unsetenv("RMAPCHECK_STRESS_SECONDS") + unsetenv("RMAPCHECK_STRESS_SEED");

TEST(RunRoundsTest, RunsAsManyAsPlanned) {
  int runs = 0;
  const RoundsDone done = RunRounds({.rounds = 7}, [&runs] { ++runs; });
  EXPECT_EQ(runs, 7);
  EXPECT_EQ(done.rounds, 7);
  EXPECT_EQ(done.counted, 7);
}

TEST(RunRoundsTest, GoesOnUntilTheBudgetIsSpent) {
  const absl::Time begin = absl::Now();
  const RoundsDone done = RunRounds({.rounds = 1, .budget = absl::Milliseconds(50)}, [] {});
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(50));
  EXPECT_GT(done.rounds, 1);
}

TEST(RunRoundsTest, PerturbsEveryOtherRound) {
  int perturbed = 0;
  RunRounds({.rounds = 10}, [&perturbed] {
    const ksync::Marked<int> field{0, "field"};
    for (int i = 0; i < 10; ++i) field.Read();
    perturbed += ksync::CountChaos().operations > 0;
  });
  EXPECT_EQ(perturbed, 5);
  ksync::Marked<int>(0, "field").Write(1);
  EXPECT_EQ(ksync::CountChaos().operations, 0u) << "no knob is left turned";
}

TEST(RunRoundsTest, DoesNotCountWhatBreaksAnAssume) {
  int round = 0;
  const RoundsDone done = RunRounds({.rounds = 9}, [&round] { ksync::Assume(++round % 3 != 0); });
  EXPECT_EQ(done.counted, 6);
}

int* leaked = nullptr;

TEST(RunRoundsTest, FailsByWhatIsLeftOver) {
  EXPECT_NONFATAL_FAILURE(RunRounds({.rounds = 1}, [] { leaked = ksync::New<int>(1); }),
                          "objects were not given back");
  ksync::Delete(leaked);
}

TEST(RunRoundsTest, StopsInTheRoundThatLeaks) {
  int round = 0;
  RoundsDone done;
  EXPECT_NONFATAL_FAILURE(done = RunRounds({.rounds = 9},
                                           [&round] {
                                             if (++round == 4) leaked = ksync::New<int>(1);
                                           }),
                          "in round 3, seed 3, perturbed, of RunRoundsTest.StopsInTheRoundThat");
  EXPECT_EQ(done.rounds, 4);
  ksync::Delete(leaked);
}

// What a round that does not count leaves behind is no leak, not of a later round either.
TEST(RunRoundsTest, LooksForLeaksBesideRoundsThatDoNotCount) {
  int round = 0;
  const RoundsDone done = RunRounds({.rounds = 4}, [&round] {
    if (++round != 2) return;
    leaked = ksync::New<int>(1);
    ksync::Assume(false);
  });
  EXPECT_EQ(done.counted, 3);
  ksync::Delete(leaked);
}

TEST(RunRoundsTest, SeedsAreCountedUpFromTheOneThatIsSet) {
  const auto choices = [](const char* seed, int rounds) {
    setenv("RMAPCHECK_STRESS_SEED", seed, 1);
    std::vector<std::uint64_t> chosen;
    RunRounds({.rounds = rounds}, [&chosen] { chosen.push_back(ksync::Choose(1'000'000)); });
    unsetenv("RMAPCHECK_STRESS_SEED");
    return chosen;
  };
  const std::vector<std::uint64_t> first = choices("40", 4);
  EXPECT_EQ(choices("43", 1).front(), first.back());
  EXPECT_NE(first[0], first[1]);
}

class RunRoundsDeathTest : public testing::Test {
 protected:
  // Threads make fork-style death tests unsafe.
  RunRoundsDeathTest() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }

  // Runs nine rounds, with `mistake` on a thread of its own in the fourth.
  static void Rounds(void (*mistake)()) {
    int round = 0;
    RunRounds({.rounds = 9}, [&round, mistake] {
      if (++round == 4) ksync::Thread thread(mistake);
    });
  }
  static constexpr char kBehind[] = "(.|\n)*ended in round 3, seed 3, perturbed, of RunRoundsDeath";
};

TEST_F(RunRoundsDeathTest, FailedChecksNameTheRound) {
  EXPECT_DEATH(Rounds([] { ksync::Check(false, "planted"); }), std::string("planted") + kBehind);
  EXPECT_DEATH(Rounds([] { CHECK(false, "planted"); }), std::string("planted") + kBehind);
}

TEST_F(RunRoundsDeathTest, LockMisuseNamesTheRound) {
  EXPECT_DEATH(Rounds([] {
                 constexpr static ksync::LockClass kClass{"lock", 0};
                 ksync::SpinLock lock(kClass);
                 lock.AssertHeld();
               }),
               std::string("lock misuse") + kBehind);
}

TEST_F(RunRoundsDeathTest, CrashesNameTheRound) {
  EXPECT_DEATH(Rounds([] {
                 volatile int* volatile nowhere = nullptr;
                 *nowhere = 1;
               }),
               "ended in round 3, seed 3, perturbed, of RunRoundsDeath");
}

#ifdef KSYNC_UNDER_TSAN
TEST_F(RunRoundsDeathTest, ThreadSanitizerNamesTheRound) {
  EXPECT_DEATH(Rounds([] {
                 ksync::Plain<int> field(0, "field");
                 ksync::Thread thread([&field] { field.Write(1); });
                 field.Write(2);
               }),
               std::string("data race") + kBehind);
}
#endif

#ifdef __SANITIZE_ADDRESS__
TEST_F(RunRoundsDeathTest, AddressSanitizerNamesTheRound) {
  EXPECT_DEATH(Rounds([] {
                 volatile int* volatile number = new int(1);
                 delete number;
                 *number = 2;
               }),
               std::string("heap-use-after-free") + kBehind);
}
#endif

}  // namespace
}  // namespace stress

// That rounds notice what they say: objects that are left over, rounds that do not count, a budget.
// Every second one is perturbed, and afterwards none is.
#include "stress/rounds.h"

#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/sync/native_control.h"
#include "core/sync/sync.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace stress {
namespace {

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

}  // namespace
}  // namespace stress

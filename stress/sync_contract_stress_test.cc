// The contract of core/sync on real threads: every scenario of the table, many rounds. Its twin
// under the checker is models/sync_contract_model_test.cc; //models:twins_test compares the names.
//
// Rounds find what is likely; run with --config=tsan, they also find what only happened to go well.
// The second half shows that the scenarios can fail at all, on locks with a planted fault.
#include <cstdlib>
#include <iterator>
#include <string>

#include "core/sync/sync.h"
#include "core/sync/testing/contract.h"
#include "core/sync/testing/planted.h"
#include "gtest/gtest.h"
#include "stress/rounds.h"

namespace ksync::inline KSYNC_BACKEND {
namespace {

constexpr int kRounds = 500;
constexpr int kSpinsMax = 1 << 16;  // Some 20 microseconds: longer than the longest scenario.
constexpr double kShareOfANight = 0.05;

class SyncContractStress : public testing::TestWithParam<contract::Scenario> {};

TEST_P(SyncContractStress, Holds) {
  const stress::RoundsPlan plan = {
      .rounds = kRounds,
      .budget = stress::NightlyPart(std::size(contract::kContract), kShareOfANight),
      .spins_max = kSpinsMax};
  const stress::RoundsDone done = stress::RunRounds(plan, GetParam().run);
  EXPECT_GT(done.counted, done.rounds / 10) << "hardly any round counted: the test proves nothing";
}

INSTANTIATE_TEST_SUITE_P(Contract, SyncContractStress, testing::ValuesIn(contract::kContract),
                         [](const auto& info) { return std::string(info.param.name); });

// A fault must end the process: by Check, or by ThreadSanitizer in the builds that have it.
class SyncContractFaultDeathTest : public testing::Test {
 protected:
  SyncContractFaultDeathTest() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }

  // Runs until the fault shows, which ends the process; or ends it well, which fails the test.
  static void Provoke(void (*scenario)()) {
    stress::RunRounds({.rounds = 20'000, .spins_max = kSpinsMax}, scenario);
    std::exit(0);
  }
};

TEST_F(SyncContractFaultDeathTest, LockThatNeverWaits) {
  EXPECT_DEATH(Provoke(&contract::LockWaitsForTheHolder<contract::LockThatNeverWaits>),
               "a second thread waits for the holder|data race");
  EXPECT_DEATH(Provoke(&contract::TryLockFailsWhileHeld<contract::LockThatNeverWaits>),
               "TryLock fails while the lock is held|data race");
}

TEST_F(SyncContractFaultDeathTest, LockThatForgetsReaders) {
  EXPECT_DEATH(Provoke(&contract::WriterWaitsForSharedHolder<contract::LockThatForgetsReaders>),
               "a writer waits for the shared holder|data race");
}

TEST_F(SyncContractFaultDeathTest, CacheThatRebuilds) {
  EXPECT_DEATH(Provoke(&contract::SlabObjectsAreBuiltOnce<contract::CacheThatRebuilds>),
               "a reused object keeps its contents");
}

// On the machine, exclusion without order is not noticed; ThreadSanitizer notices.
#ifdef KSYNC_UNDER_TSAN
TEST_F(SyncContractFaultDeathTest, LockThatOrdersNothing) {
  EXPECT_DEATH(Provoke(&contract::ExcludesOthers<contract::LockThatOrdersNothing>), "data race");
}
#endif

}  // namespace
}  // namespace ksync::inline KSYNC_BACKEND

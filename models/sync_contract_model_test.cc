// The contract of core/sync under the checker: every scenario of the table, every execution. Its
// twin on real threads is stress/sync_contract_stress_test.cc.
//
// The second half shows that the scenarios can fail at all, on locks with a planted fault.
#include <string>

#include "core/sync/sync.h"
#include "core/sync/testing/contract.h"
#include "core/sync/testing/planted.h"
#include "gtest/gtest.h"
#include "models/check.h"

namespace models {
namespace {

namespace contract = ksync::contract;

class SyncContractModel : public testing::TestWithParam<contract::Scenario> {};

TEST_P(SyncContractModel, Holds) {
  const Report report = Check(Options{}, GetParam().run);
  EXPECT_EQ(report.verdict, Verdict::kHolds) << report;
  EXPECT_TRUE(report.exhaustive) << report;
  EXPECT_GT(report.executions, 0u);
}

INSTANTIATE_TEST_SUITE_P(Contract, SyncContractModel, testing::ValuesIn(contract::kContract),
                         [](const auto& info) { return std::string(info.param.name); });

Verdict VerdictOf(void (*scenario)()) { return Check(Options{}, scenario).verdict; }

TEST(SyncContractModelFault, LockThatNeverWaits) {
  using Lock = contract::LockThatNeverWaits;
  EXPECT_EQ(VerdictOf(&contract::ExcludesOthers<Lock>), Verdict::kViolated);
  EXPECT_EQ(VerdictOf(&contract::LockWaitsForTheHolder<Lock>), Verdict::kViolated);
  EXPECT_EQ(VerdictOf(&contract::LockPassesMessages<Lock>), Verdict::kViolated);
  EXPECT_EQ(VerdictOf(&contract::TryLockFailsWhileHeld<Lock>), Verdict::kViolated);
  EXPECT_EQ(VerdictOf(&contract::TryLockExcludesOthers<Lock>), Verdict::kViolated);
  EXPECT_EQ(VerdictOf(&contract::IsLockedTells<Lock>), Verdict::kViolated);
}

TEST(SyncContractModelFault, LockThatLooksThenTakes) {
  using Lock = contract::LockThatLooksThenTakes;
  EXPECT_EQ(VerdictOf(&contract::ExcludesOthers<Lock>), Verdict::kViolated);
  EXPECT_EQ(VerdictOf(&contract::LockPassesMessages<Lock>), Verdict::kViolated);
}

TEST(SyncContractModelFault, LockThatOrdersNothing) {
  using Lock = contract::LockThatOrdersNothing;
  EXPECT_EQ(VerdictOf(&contract::ExcludesOthers<Lock>), Verdict::kViolated);
  EXPECT_EQ(VerdictOf(&contract::LooksFreeAfterTheHolder<Lock>), Verdict::kViolated);
  EXPECT_EQ(VerdictOf(&contract::LockPassesMessages<Lock>), Verdict::kViolated);
}

TEST(SyncContractModelFault, LockThatForgetsReaders) {
  using Lock = contract::LockThatForgetsReaders;
  EXPECT_EQ(VerdictOf(&contract::SharedHolderSeesWholeSections<Lock>), Verdict::kViolated);
  EXPECT_EQ(VerdictOf(&contract::WriterWaitsForSharedHolder<Lock>), Verdict::kViolated);
}

TEST(SyncContractModelFault, CacheThatRebuilds) {
  EXPECT_EQ(VerdictOf(&contract::SlabObjectsAreBuiltOnce<contract::CacheThatRebuilds>),
            Verdict::kViolated);
}

// One execution cannot tell that each value is chosen; their number can.
TEST(SyncContractModelChoice, EachValueOnce) {
  const Report report = Check(Options{}, [] { ksync::Choose(3, "one of three"); });
  EXPECT_EQ(report.verdict, Verdict::kHolds);
  EXPECT_EQ(report.executions, 3u);
}

TEST(SyncContractModelChoice, AssumeLeavesOneOfTwo) {
  const Report report = Check(Options{}, &contract::AssumeEndsAnExecution);
  EXPECT_EQ(report.executions, 1u);
  EXPECT_EQ(report.blocked, 1u);
}

}  // namespace
}  // namespace models

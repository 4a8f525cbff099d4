// That the oracle can fail: scripts that nobody runs, with made-up values read. What it says of
// right values is asked in passing; that no right run is blamed, by the random scripts of stress.
#include "core/scripts/oracle.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "core/scripts/phase_use.h"
#include "core/scripts/script_text.h"
#include "gtest/gtest.h"

namespace rmap {
namespace {

constexpr char kHead[] = "pages 4\nphase\nthread\nstart P0\nmap P0 0..4 rw\nwrite P0 1\n";
constexpr Value kFirst = 3;  // What the head writes: its third step.

class OracleTest : public testing::Test {
 protected:
  // The head, then the phases given.
  void Begin(const std::string& phases) {
    const absl::StatusOr<Script> script = ParseScript(kHead + phases);
    ASSERT_TRUE(script.ok()) << script.status();
    script_ = *script;
    oracle_.emplace(script_);
    BeginPhase(0);
    for (std::uint32_t step = 0; step < 3; ++step) Done({0, 0, step});
  }
  void BeginPhase(std::uint32_t phase) {
    oracle_->BeginPhase(phase, UsesIn(script_.phases[phase], ProcessCount(script_)));
  }
  const Step& At(const Place& place) const {
    return script_.phases[place.phase].threads[place.thread][place.step];
  }
  void Done(const Place& place, Outcome outcome = Outcome::kDone) {
    oracle_->Ended(place, At(place), outcome);
  }
  std::string Reads(const Place& place, Value value) {
    return oracle_->BrokenRead(place, At(place), value);
  }
  std::string AtRest(std::uint32_t process, const std::vector<Value>& contents) {
    return oracle_->BrokenAtRest(process, contents, 0);
  }
  // The end of the head, in order.
  void Rest() {
    ASSERT_EQ(oracle_->BrokenReads(), "");
    ASSERT_EQ(AtRest(0, {0, kFirst, 0, 0}), "");
  }

  Script script_;
  std::optional<Oracle> oracle_;
};

TEST_F(OracleTest, KnowsWhatOneThreadWrote) {
  Begin("read P0 1\nread P0 2\n");
  EXPECT_EQ(Reads({0, 0, 3}, kFirst), "");
  EXPECT_EQ(Reads({0, 0, 3}, kFreshValue),
            "I13: P0 has at 1 zero, but should have what \"write P0 1\" wrote in phase 1");
  EXPECT_EQ(Reads({0, 0, 4}, kFirst),
            "I13: P0 has at 2 what \"write P0 1\" wrote in phase 1, but should have zero");
  EXPECT_EQ(Reads({0, 0, 4}, 77), "I13: P0 has at 2 77, which nobody wrote, but should have zero");
}

TEST_F(OracleTest, LooksAtEveryAddressAtRest) {
  Begin("");
  EXPECT_EQ(AtRest(0, {0, kFirst, 0, 0}), "");
  EXPECT_NE(AtRest(0, {0, 0, 0, 0}), "");
  EXPECT_NE(AtRest(0, {0, kFirst, kFirst, 0}), "");
}

TEST_F(OracleTest, FollowsMovesUnmappingsAndTheHeap) {
  Begin(
      "move P0 1..2 -> 3..4\nread P0 3\nread P0 1\nunmap P0 3..4\nread P0 3\nheap P0 2..3\n"
      "write P0 2\nheap P0 2..2\nread P0 2\n");
  Done({0, 0, 3});
  EXPECT_EQ(Reads({0, 0, 4}, kFirst), "");
  EXPECT_NE(Reads({0, 0, 5}, kFirst), "");
  Done({0, 0, 6});
  EXPECT_NE(Reads({0, 0, 7}, kFirst), "");
  for (std::uint32_t step = 8; step < 11; ++step) Done({0, 0, step});
  EXPECT_NE(Reads({0, 0, 11}, oracle_->ValueOf({0, 0, 9})), "");
  EXPECT_EQ(Reads({0, 0, 11}, kFreshValue), "");
}

TEST_F(OracleTest, DoesNotKnowHowFarAFailedStepCame) {
  Begin("map P0 1..2 rw\nread P0 1\nread P0 1\nread P0 1\n");
  Done({0, 0, 3}, Outcome::kNoMemory);
  EXPECT_EQ(Reads({0, 0, 4}, kFreshValue), "");
  EXPECT_NE(Reads({0, 0, 5}, kFirst), "") << "it was zero already";
}

TEST_F(OracleTest, KeepsAChildFromItsParentsWrites) {
  Begin("fork P0 -> P1\nwrite P0 1\nread P1 1\nread P0 1\n");
  Done({0, 0, 3});
  Done({0, 0, 4});
  const Value second = oracle_->ValueOf({0, 0, 4});
  EXPECT_EQ(Reads({0, 0, 5}, kFirst), "");
  EXPECT_NE(Reads({0, 0, 5}, second), "");
  EXPECT_EQ(Reads({0, 0, 6}, second), "");
}

TEST_F(OracleTest, AllowsWhatSeveralThreadsMayHaveWrittenAndNothingElse) {
  Begin("phase\nthread\nwrite P0 1\nread P0 1\nthread\nwrite P0 1\nwrite P0 2\n");
  Rest();
  BeginPhase(1);
  const Value mine = oracle_->ValueOf({1, 0, 0});
  const Value others = oracle_->ValueOf({1, 1, 0});
  EXPECT_EQ(Reads({1, 0, 1}, mine), "");
  EXPECT_EQ(Reads({1, 0, 1}, others), "");
  EXPECT_NE(Reads({1, 0, 1}, oracle_->ValueOf({1, 1, 1})), "") << "of another address";
  EXPECT_NE(Reads({1, 0, 1}, kFreshValue), "");
  EXPECT_EQ(AtRest(0, {0, others, 0, 0}), "");
}

TEST_F(OracleTest, LetsValuesFlowThroughConcurrentMovesAndForks) {
  Begin("phase\nthread\nmove P0 1..2 -> 3..4\nthread\nfork P0 -> P1\nread P1 3\nwrite P0 2\n");
  Rest();
  BeginPhase(1);
  EXPECT_EQ(Reads({1, 1, 1}, kFirst), "");
  EXPECT_EQ(Reads({1, 1, 1}, kFreshValue), "");
  EXPECT_NE(Reads({1, 1, 1}, oracle_->ValueOf({1, 1, 2})), "") << "never at 1 or 3";
}

TEST_F(OracleTest, SeesHalfOfWhatOneThreadWritesFromAnother) {
  Begin("phase\nthread\nwrite P0 1\nthread\nread P0 1\n");
  Rest();
  BeginPhase(1);
  EXPECT_EQ(Reads({1, 1, 0}, kFirst), "");
  EXPECT_EQ(Reads({1, 1, 0}, oracle_->ValueOf({1, 0, 0})), "");
  EXPECT_NE(Reads({1, 1, 0}, kFreshValue), "");
  Done({1, 0, 0});
  EXPECT_NE(AtRest(0, {0, kFirst, 0, 0}), "") << "the write is lost";
}

TEST_F(OracleTest, ForgivesZeroWhereMemoryFailed) {
  Begin("phase\nthread\nread P0 1\nthread\npoison P0 1\n");
  Rest();
  BeginPhase(1);
  EXPECT_EQ(Reads({1, 0, 0}, kFreshValue), "") << "not known yet";
  oracle_->Poisoned({1, 1, 0}, kFirst);
  EXPECT_EQ(oracle_->BrokenReads(), "");
  EXPECT_EQ(AtRest(0, {0, 0, 0, 0}), "");
}

TEST_F(OracleTest, DoesNotForgiveZeroWhereOtherMemoryFailed) {
  Begin("phase\nthread\nread P0 1\nthread\npoison P0 1\n");
  Rest();
  BeginPhase(1);
  EXPECT_EQ(Reads({1, 0, 0}, kFreshValue), "");
  oracle_->Poisoned({1, 1, 0}, kFreshValue);
  EXPECT_TRUE(absl::StartsWith(oracle_->BrokenReads(), "I13: P0 has at 1 zero"));
  EXPECT_NE(AtRest(0, {0, 0, 0, 0}), "");
}

TEST_F(OracleTest, ForgivesNothingWhereNoMemoryCanFail) {
  Begin("phase\nthread\nread P0 1\nthread\nmigrate P0 1\n");
  Rest();
  BeginPhase(1);
  EXPECT_NE(Reads({1, 0, 0}, kFreshValue), "");
}

}  // namespace
}  // namespace rmap

// Endings are given their names. The texts are those that the tools of the pinned compilers print,
// shortened.
#include "stress/workload/failure.h"

#include <signal.h>

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace workload {
namespace {

constexpr int kExit = 0x100;  // An exit code of one, as waitpid() has it.

std::string RuleOfText(const std::string& text) {
  Ending ending;
  ending.status = kExit;
  ending.stderr_text = text;
  return FailureOf(ending).value_or(Failure{.rule = "none"}).rule;
}

TEST(FailureTest, WhoEndsWellHasNotFailed) { EXPECT_FALSE(FailureOf(Ending{}).has_value()); }

TEST(FailureTest, ABrokenRuleIsCalledByItsName) {
  Ending ending;
  ending.status = kToldOnBoard << 8;
  ending.message = "I13: what a process wrote is lost";
  ending.place = "core/scripts/oracle.cc:12";
  const std::optional<Failure> failure = FailureOf(ending);
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->rule, "I13");
  EXPECT_EQ(failure->message, "I13: what a process wrote is lost (core/scripts/oracle.cc:12)");
}

TEST(FailureTest, AnotherBrokenClaimIsACheck) {
  Ending ending;
  ending.status = kToldOnBoard << 8;
  for (const char* message : {"Impossible", "a slot is used by nobody", "C", "I-13"}) {
    ending.message = message;
    EXPECT_EQ(FailureOf(ending)->rule, "check") << message;
  }
}

TEST(FailureTest, SanitizersAreUnderstood) {
  EXPECT_EQ(RuleOfText("==1==ERROR\nSUMMARY: AddressSanitizer: heap-use-after-free a.cc:3 in F"),
            "use after free");
  EXPECT_EQ(RuleOfText("SUMMARY: AddressSanitizer: 24 byte(s) leaked in 1 allocation(s)."), "leak");
  EXPECT_EQ(RuleOfText("SUMMARY: ThreadSanitizer: data race core/rmap/walk.cc:31 in Walk"),
            "data race");
  EXPECT_EQ(RuleOfText("SUMMARY: ThreadSanitizer: heap-use-after-free a.cc:3 in F"),
            "use after free");
  EXPECT_EQ(RuleOfText("SUMMARY: ThreadSanitizer: lock-order-inversion (potential deadlock) a.cc"),
            "deadlock");
  EXPECT_EQ(RuleOfText("SUMMARY: AddressSanitizer: SEGV a.cc:3 in F"), "segv");
  EXPECT_EQ(RuleOfText("a.cc:3:1: runtime error: shift exponent 64 is too large"),
            "undefined behaviour");
}

TEST(FailureTest, TheNativeBackEndIsUnderstood) {
  EXPECT_EQ(RuleOfText("a.cc:3: lock misuse: anon_vma->lock given back by a thread that"),
            "lock misuse");
  EXPECT_EQ(RuleOfText("a.cc:3: CHECK(count > 0) failed: there is nothing"), "broken invariant");
}

TEST(FailureTest, ADeathIsCalledByItsSignal) {
  Ending ending;
  ending.status = SIGSEGV;
  EXPECT_EQ(FailureOf(ending)->rule, "crash: SIGSEGV");
  ending.status = kExit;
  EXPECT_EQ(FailureOf(ending)->rule, "exit");
}

TEST(FailureTest, WhoMovesNoMoreHangs) {
  Ending ending;
  ending.status = SIGKILL;
  ending.was_hung = true;
  EXPECT_EQ(FailureOf(ending)->rule, "hang");
  EXPECT_EQ(FailureOf(ending)->message, "nothing moves any more");
}

// What a thread was doing, and where it stood, comes with everything.
TEST(FailureTest, TheReportIsKept) {
  Ending ending;
  ending.status = SIGABRT;
  ending.stderr_text = "first\nsecond\n";
  EXPECT_EQ(FailureOf(ending)->report, "first\nsecond\n");
}

}  // namespace
}  // namespace workload

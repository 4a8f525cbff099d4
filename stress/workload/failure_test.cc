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

std::string KindOfMessage(const std::string& message) {
  Ending ending;
  ending.status = kToldOnBoard << 8;
  ending.message = message;
  ending.place = "a.cc:12";
  return FailureOf(ending)->kind;
}

std::string KindOfText(const std::string& text) {
  Ending ending;
  ending.status = kExit;
  ending.stderr_text = text;
  return FailureOf(ending)->kind;
}

// A race of two places, as ThreadSanitizer tells it.
std::string Race(const std::string& one, const std::string& other) {
  return "WARNING: ThreadSanitizer: data race (pid=1)\n  Write of size 8 at 0x7b by thread T1:\n"
         "    #0 ksync::native::Plain<int>::Write(int) core/sync/native.h:31 (stress+0x1)\n"
         "    #1 rmap::native::One() " +
         one +
         " (stress+0x2)\n    #2 rmap::native::Run() core/scripts/run_script.cc:7 (stress+0x3)\n\n"
         "  Previous read of size 8 at 0x7b by thread T2:\n    #0 rmap::native::Other() " +
         other +
         " (stress+0x4)\n\n  Location is heap block, allocated by thread T3:\n"
         "    #0 rmap::native::Fork() core/mm/fork.cc:3 (stress+0x5)\n"
         "SUMMARY: ThreadSanitizer: data race core/sync/native.h:31 in Write\n";
}

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

// Numbers change when a script is made smaller; what went wrong does not.
TEST(FailureTest, AKindIsAMessageWithoutItsNumbers) {
  EXPECT_EQ(KindOfMessage("I13: P0 has at 1 zero, not what \"write P0 1\" wrote in phase 12"),
            KindOfMessage("I13: P3 has at 0x1f zero, not what \"write P3 7\" wrote in phase 1"));
  EXPECT_EQ(KindOfMessage("I4: mm#1 [3..5) and mm#2"), KindOfMessage("I4: mm#12 [3) and mm#0"));
  EXPECT_NE(KindOfMessage("the folio is mapped"), KindOfMessage("the anon_vma has users"));
  EXPECT_NE(KindOfMessage("I1: a migration entry is left"), KindOfMessage("I1: a walk is short"));
  EXPECT_EQ(KindOfMessage("leak: left behind: 3 page, 1 vma"),
            KindOfMessage("leak: left behind: 1 page"));
  EXPECT_NE(KindOfMessage("leak: left behind: 3 page"), KindOfMessage("leak: left behind: 3 vma"));
}

TEST(FailureTest, ARaceIsOfTwoPlaces) {
  const std::string race = KindOfText(Race("core/rmap/walk.cc:31", "core/mm/exit.cc:5"));
  EXPECT_EQ(race, "data race: core/mm/exit.cc:5 and core/rmap/walk.cc:31");
  Ending ending;
  ending.status = kExit;
  ending.stderr_text = Race("core/rmap/walk.cc:31", "core/mm/exit.cc:5");
  EXPECT_TRUE(
      FailureOf(ending)->message.ends_with("; at core/mm/exit.cc:5 and core/rmap/walk.cc:31"));
  EXPECT_EQ(race, KindOfText(Race("core/mm/exit.cc:5", "core/rmap/walk.cc:31")));
  EXPECT_NE(race, KindOfText(Race("core/mm/exit.cc:5", "core/rmap/walk.cc:32")));
}

// Somebody said that something failed; that the process ended well all the same changes nothing.
TEST(FailureTest, WhatIsOnTheBoardIsAFailure) {
  Ending ending;
  ending.message = "I7: a link is on one list only";
  ASSERT_TRUE(FailureOf(ending).has_value());
  EXPECT_EQ(FailureOf(ending)->rule, "I7");
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
  EXPECT_EQ(RuleOfText("SUMMARY: AddressSanitizer: alloc-dealloc-mismatch a.cc:3 in F"),
            "alloc-dealloc-mismatch");
  const std::string shift = "a.cc:3:1: runtime error: shift exponent 64 is too large";
  EXPECT_EQ(RuleOfText(shift), "undefined behaviour");
  EXPECT_EQ(RuleOfText(shift + "\nSUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.cc:3"),
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
  EXPECT_EQ(RuleOfText("SUMMARY: AddressSanitizer: SEGV a.cc:3 in F"), "crash: SIGSEGV");
  EXPECT_EQ(RuleOfText("SUMMARY: ThreadSanitizer: BUS a.cc:3 in F"), "crash: SIGBUS");
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

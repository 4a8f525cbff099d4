// What is not decided, and why; and the shape of what is. Which executions the model allows is
// litmus/tests/lkmm's to say.
#include "litmus/lkmm/search.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "litmus/herd/compiler.h"
#include "litmus/herd/parser.h"

namespace lkmm {
namespace {

absl::StatusOr<Outcome> Searched(const std::string& text, const Limits& limits = {}) {
  const absl::StatusOr<herd::LitmusTest> test = herd::Parse(text, "t.litmus");
  if (!test.ok()) return test.status();
  const absl::StatusOr<herd::Code> frame = herd::CompileFrame(*test);
  if (!frame.ok()) return frame.status();
  return Search(*test, *frame, limits);
}

std::uint64_t Executions(const Outcome& outcome) {
  std::uint64_t executions = 0;
  for (const auto& [state, ending] : outcome.endings) executions += ending.executions;
  return executions;
}

// Returns: why a test with that one thread is not decided; empty if it is.
std::string Reason(const std::string& body, const std::string& initial = "") {
  const absl::StatusOr<Outcome> outcome = Searched(
      absl::StrCat("C t\n{", initial, "}\nP0(int *x, int *y, spinlock_t *l) {", body, "}"));
  return outcome.ok() ? "" : std::string(outcome.status().message());
}

TEST(SearchTest, WhatIsNotDecidedHasAReason) {
  EXPECT_EQ(Reason("smp_memb();"), "the function smp_memb in a kernel test");
  EXPECT_EQ(Reason("smp_mb(1);"), "t.litmus:3:36: expected 0 arguments of smp_mb, found 1");
  EXPECT_EQ(Reason("r = READ_ONCE(x);"),
            "t.litmus:3:50: expected what a pointer points to, such as *x");
  EXPECT_EQ(Reason("r = READ_ONCE(*y); s = READ_ONCE(*r);"), "dereferences what is no address");
  EXPECT_EQ(Reason("r = READ_ONCE(*(x + 2));"),
            "an address outside of all elements (`p + i` counts bytes, as for herd)");
  EXPECT_EQ(Reason("r = 1 / READ_ONCE(*x);"), "divides by zero");
  EXPECT_EQ(Reason("r = x->next;"), "members of structures");
  EXPECT_EQ(Reason("r = 1 && READ_ONCE(*x);"), "an access behind &&");
  EXPECT_EQ(Reason("r = 1 ? READ_ONCE(*x) : 2;"), "an access behind ?:");
  EXPECT_EQ(Reason("if (*x) { return; }"), "return, break or continue in a kernel test");
  EXPECT_EQ(Reason("spin_unlock(l);"), "a lock is unlocked by who does not hold it");
  EXPECT_EQ(Reason("spin_lock(l); r = READ_ONCE(*l);"),
            "a lock that is also accessed as a variable");
  std::string many;
  for (int i = 0; i < 65; ++i) many += "smp_mb(); ";
  EXPECT_EQ(Reason(many), "more than 64 events");
  EXPECT_EQ(Reason("r = READ_ONCE(*x);"), "");
}

TEST(SearchTest, AMistakeCountsOnlyWhereItCanHappen) {
  EXPECT_EQ(Reason("WRITE_ONCE(*y, x); r = READ_ONCE(*y); s = READ_ONCE(*r);"), "");
  EXPECT_EQ(Reason("r = READ_ONCE(*y); if (r) { s = READ_ONCE(*r); }"), "");
}

constexpr char kTwoCounters[] =
    "C t\n{}\nP0(atomic_t *x) { atomic_inc(x); }\nP1(atomic_t *x) { atomic_inc(x); }\nexists (x=2)";

TEST(SearchTest, LimitsAreTold) {
  EXPECT_EQ(Executions(*Searched(kTwoCounters)), 2u);
  Limits limits;
  limits.candidates_max = 1;
  EXPECT_EQ(Searched(kTwoCounters, limits).status().message(), "more than 1 candidate executions");
  limits = Limits();
  limits.seconds_max = 1e-9;
  EXPECT_EQ(Searched(kTwoCounters, limits)->limit_hit, "seconds_max");
}

TEST(SearchTest, LoopsThatLoadsDecideAreCut) {
  const char* const waits = "C t\n{}\nP0(int *x) { while (READ_ONCE(*x) == 0) { smp_rmb(); } }";
  const absl::StatusOr<Outcome> waiting = Searched(waits);
  EXPECT_TRUE(waiting->loop_cut);
  EXPECT_EQ(Executions(*waiting), 0u);
  const char* const counts =
      "C t\n{}\nP0(int *x) { for (i = 0; i < 5; i++) { WRITE_ONCE(*x, i); } }\nexists (x=4)";
  const absl::StatusOr<Outcome> counted = Searched(counts);
  EXPECT_FALSE(counted->loop_cut);
  EXPECT_EQ(Executions(*counted), 1u);
}

TEST(SearchTest, ValuesOutOfThinAirAreNotDecided) {
  const char* const copies =
      "C t\n{}\nP0(int *x, int *y) { r = *x; *y = r; }\nP1(int *x, int *y) { r = *y; *x = r; }";
  EXPECT_EQ(Searched(copies).status().message(), "an execution whose values come out of thin air");
}

}  // namespace
}  // namespace lkmm

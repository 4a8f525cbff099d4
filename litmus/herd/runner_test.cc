// What each construct of a litmus test does, by the states it ends in. Most bodies are one thread,
// so that there is one execution and its state is arithmetic.
#include "litmus/herd/runner.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "litmus/herd/report.h"

namespace herd {
namespace {

Answer Answered(const std::string& text, const RunOptions& options = RunOptions()) {
  const absl::StatusOr<Answer> answer = RunText(text, "t.litmus", options);
  EXPECT_TRUE(answer.ok()) << answer.status() << "\n" << text;
  return answer.ok() ? *answer : Answer();
}

// Returns: all states, with what `locations` names.
std::string States(const Answer& answer) {
  return absl::StrJoin(answer.states, " | ", [&](std::string* out, const FinalState& state) {
    absl::StrAppend(out, StateText(answer, state, false));
  });
}

// Returns: the states in which a body ends that is run alone; what it says of x and r.
std::string After(const std::string& body, const std::string& initial = "") {
  const Answer answer = Answered(absl::StrCat("C t\n{", initial, "}\nP0(int *x, int *y, int *a) {",
                                              body, "}\nlocations [0:r; x]\nforall (true)"));
  return answer.reason.empty() ? States(answer) : answer.reason;
}

TEST(RunnerTest, ArithmeticIsC) {
  EXPECT_EQ(After("r = 7 + 2 * 3 - 1;"), "0:r=12; [x]=0;");
  EXPECT_EQ(After("r = -7 / 2;"), "0:r=-3; [x]=0;");
  EXPECT_EQ(After("r = 7 % 4;"), "0:r=3; [x]=0;");
  EXPECT_EQ(After("r = 1 << 4 >> 1;"), "0:r=8; [x]=0;");
  EXPECT_EQ(After("r = 6 & 3;"), "0:r=2; [x]=0;");
  EXPECT_EQ(After("r = 6 | 3;"), "0:r=7; [x]=0;");
  EXPECT_EQ(After("r = 6 ^ 3;"), "0:r=5; [x]=0;");
  EXPECT_EQ(After("r = ~0;"), "0:r=-1; [x]=0;");
  EXPECT_EQ(After("r = !5 + !0;"), "0:r=1; [x]=0;");
}

TEST(RunnerTest, ComparisonsAreZeroOrOne) {
  EXPECT_EQ(After("r = (1 < 2) + 10 * (2 <= 2) + 100 * (2 > 3) + 1000 * (3 >= 3);"),
            "0:r=1011; [x]=0;");
  EXPECT_EQ(After("r = (-1 < 0) + 10 * (1 == 1) + 100 * (1 != 1);"), "0:r=11; [x]=0;");
}

TEST(RunnerTest, LazyOperatorsStopWhereTheyAreSettled) {
  EXPECT_EQ(After("r = 0 && (*x = 1);"), "0:r=0; [x]=0;");
  EXPECT_EQ(After("r = 2 && (*x = 3);"), "0:r=1; [x]=3;");
  EXPECT_EQ(After("r = 2 || (*x = 1);"), "0:r=1; [x]=0;");
  EXPECT_EQ(After("r = 0 || (*x = 0);"), "0:r=0; [x]=0;");
  EXPECT_EQ(After("r = 1 ? 4 : (*x = 1);"), "0:r=4; [x]=0;");
  EXPECT_EQ(After("r = 0 ? (*x = 1) : 5;"), "0:r=5; [x]=0;");
}

TEST(RunnerTest, AssignmentsAndSteps) {
  EXPECT_EQ(After("int r = 3; r += 4; r -= 1; r *= 5; r /= 2; r %= 8; r <<= 2; r >>= 1; r |= 1;"
                  "r &= 11; r ^= 1;"),
            "0:r=10; [x]=0;");
  EXPECT_EQ(After("*x = 4; *x += 2; r = *x;"), "0:r=6; [x]=6;");
  EXPECT_EQ(After("int q = 1; r = q++ + 10 * q; r += 100 * ++q;"), "0:r=321; [x]=0;");
  EXPECT_EQ(After("(*x)++; r = --*x; ++*x;"), "0:r=0; [x]=1;");
  EXPECT_EQ(After("int q, p = 2; r = q = p;"), "0:r=2; [x]=0;");
}

TEST(RunnerTest, RegistersNeedNoDeclarationAndBelongToTheFunction) {
  EXPECT_EQ(After("if (1) { int r = 3; }"), "0:r=3; [x]=0;");
  EXPECT_EQ(After("q = 2; r = q + nobody;"), "0:r=2; [x]=0;");
}

TEST(RunnerTest, RegistersMayBeInitialised) {
  EXPECT_EQ(After("r = r + q;", "0:r = 3; 0:q = 4;"), "0:r=7; [x]=0;");
  EXPECT_EQ(After("*p = 3;", "0:p = x;"), "0:r=0; [x]=3;");
}

TEST(RunnerTest, BranchesAndLoops) {
  EXPECT_EQ(After("if (0) r = 1; else r = 2;"), "0:r=2; [x]=0;");
  EXPECT_EQ(After("if (1) { r = 1; } else { r = 2; }"), "0:r=1; [x]=0;");
  EXPECT_EQ(After("for (int i = 0; i < 5; i++) r += i;"), "0:r=10; [x]=0;");
  EXPECT_EQ(After("int i = 5; while (i) { r += i; i--; }"), "0:r=15; [x]=0;");
  EXPECT_EQ(After("do { r++; } while (r < 3);"), "0:r=3; [x]=0;");
  EXPECT_EQ(After("for (;;) { r++; if (r == 4) break; if (r > 1) continue; q = 10; }  *x = q;"),
            "0:r=4; [x]=10;");
  EXPECT_EQ(After("r = 1; return; r = 2;"), "0:r=1; [x]=0;");
  EXPECT_EQ(After("while (1) { r++; while (1) { break; } if (r == 2) return; }"), "0:r=2; [x]=0;");
  EXPECT_EQ(After(";;{}{;}"), "0:r=0; [x]=0;");
  // The inner loop may spin, so it is counted; anew each time it is reached.
  EXPECT_EQ(
      After("for (int i = 0; i < 3; i++) { int j = 0; while (j < 2) { j += 1 + *y; } r += j; }"),
      "0:r=6; [x]=0;");
}

TEST(RunnerTest, ARegisterMayBeCalledAsWhatEndsALoop) {
  EXPECT_EQ(After("continue = 2; if (continue) { r = continue + break; }", "0:break = 3;"),
            "0:r=5; [x]=0;");
}

TEST(RunnerTest, BreakWithoutLoopIsAMistake) {
  const absl::StatusOr<Answer> answer =
      RunText("C t\n{}\nP0() {\n break;\n}", "t.litmus", RunOptions());
  EXPECT_EQ(answer.status().message(), "t.litmus:4:2: expected a loop around it");
}

TEST(RunnerTest, PointersAndArrays) {
  EXPECT_EQ(After("r = **a;", "a = x; x = 4;"), "0:r=4; [x]=4;");
  EXPECT_EQ(After("r = x;"), "0:r=x; [x]=0;");
  EXPECT_EQ(After("r = &*x;"), "0:r=x; [x]=0;");
  EXPECT_EQ(After("*&x = 2; r = x == &x;"), "0:r=1; [x]=2;");
  EXPECT_EQ(After("a[1] = 3; r = a[0] + a[1];", "int a[2] = {10, 20};"), "0:r=13; [x]=0;");
  EXPECT_EQ(After("int i = 1; r = a[i] + *a;", "int a[2] = {10, 20};"), "0:r=30; [x]=0;");
  EXPECT_EQ(After("r = *(x + (r ^ r));", "x = 6;"), "0:r=6; [x]=6;");
  EXPECT_EQ(After("r = NULL == 0 && true && !false;"), "0:r=1; [x]=0;");
  EXPECT_EQ(After("r = a[1] == &a[0];", "int a[2]; a[1] = 0;"), "0:r=0; [x]=0;");
  EXPECT_EQ(After("r = x + 4;"), "0:r=x+4; [x]=0;");
}

// Only a parameter is an address; another global's name is a register as any other.
TEST(RunnerTest, AGlobalThatIsNoParameterIsARegister) {
  const Answer answer = Answered(
      "C t\n{ y = 5; }\nP0(int *x) { *x = y; }\nP1(int *y) { r = *y; }\n"
      "locations [x; y; 0:y; 1:r] forall (true)");
  EXPECT_EQ(States(answer), "0:y=0; 1:r=5; [y]=5; [x]=0;");
}

// As in herd, and where ints have 32 bits.
TEST(RunnerTest, IntsHave32Bits) {
  EXPECT_EQ(After("r = 2147483647 + 1;"), "0:r=-2147483648; [x]=0;");
  EXPECT_EQ(After("r = 65536 * 65536 + 3;"), "0:r=3; [x]=0;");
  EXPECT_EQ(After("r = 0xffffffff; *x = r == -1;", "x = 0x80000000;"), "0:r=-1; [x]=1;");
  EXPECT_EQ(After("r = *x;", "x = 0x80000000;"), "0:r=-2147483648; [x]=-2147483648;");
  EXPECT_EQ(After("r = 4294967296;"), "a number that is no int: 4294967296");
  EXPECT_EQ(After("r = atomic_fetch_add(x, 1);", "x = 2147483647;"), "adds beyond an int");
  EXPECT_EQ(After("r = atomic_fetch_add(x, 1);", "x = 2147483646;"),
            "0:r=2147483646; [x]=2147483647;");
}

// C leaves open which operand comes first, and in herd they have no order.
TEST(RunnerTest, OpenOrdersAreUnsupportedWhereTheyCouldBeTold) {
  const auto reason = [](const std::string& body) {
    return Answered(absl::StrCat("C t\n{ int a[2]; }\nP0(int *x, int *y, int *a) {", body, "}"))
        .reason;
  };
  constexpr char kOpen[] = "two accesses in one expression, whose order C leaves open";
  EXPECT_EQ(reason("r = *x + *y * *x;"), "");
  EXPECT_EQ(reason("*x = *y; atomic_store(x, *y + 1);"), "");
  EXPECT_EQ(reason("r = *x && atomic_fetch_add(x, 1); r = *x ? *x : atomic_load(x);"), "");
  EXPECT_EQ(reason("r = atomic_load(x) + *y; r = *y + atomic_load(x);"), "");
  EXPECT_EQ(reason("r = atomic_load_explicit(x, memory_order_relaxed) +"
                   "atomic_load_explicit(y, memory_order_relaxed);"),
            "");
  EXPECT_EQ(reason("r = atomic_load_explicit(x, memory_order_relaxed) +"
                   "atomic_load_explicit(x, memory_order_relaxed);"),
            kOpen);
  EXPECT_EQ(reason("r = atomic_load(x) + atomic_load(y);"), kOpen);
  EXPECT_EQ(reason("r = *x + atomic_fetch_add(y, 1);"), kOpen);
  EXPECT_EQ(reason("r = *x + (*y = 1);"), kOpen);
  EXPECT_EQ(reason("r = *x + (*y)++;"), kOpen);
  EXPECT_EQ(reason("atomic_store(atomic_load(x), atomic_load(y));"), kOpen);
  EXPECT_EQ(reason("a[atomic_load(x)] = atomic_load(y);"), kOpen);
  EXPECT_EQ(reason("*x += atomic_load(y);"), "");
  EXPECT_EQ(reason("*x += atomic_fetch_add(y, 1);"), kOpen);
}

// So no load of y happens after the load of x here, and y races.
TEST(RunnerTest, APlainOperandIsNotOrderedBehindAnAcquire) {
  const auto races = [](const char* sum) {
    return Answered(absl::StrCat("C t\n{}\nP0(int *x, int *y) { *y = 1; atomic_store(x, 1); }\n"
                                 "P1(int *x, int *y) { if (atomic_load_explicit(x, "
                                 "memory_order_relaxed)) { r = ",
                                 sum, "; } }\nexists (1:r=1)"))
        .race;
  };
  EXPECT_TRUE(races("atomic_load(x) + *y"));
  EXPECT_TRUE(races("*y + atomic_load(x)"));
  EXPECT_FALSE(races("0; r = atomic_load(x); r = r + *y"));
}

TEST(RunnerTest, WhatIsUnsupportedHasAPlace) {
  const auto where = [](const char* body) {
    return Answered(absl::StrCat("C t\n{}\nP0(int *x) {\n  ", body, "\n}")).where;
  };
  EXPECT_EQ(where("r = x->next;"), "t.litmus:4:8");
  EXPECT_EQ(where("r = atomic_load_explicit(x, memory_order_consume);"), "t.litmus:4:31");
  EXPECT_EQ(where("r = 1 / *x;"), "t.litmus");
}

TEST(RunnerTest, WhatMeansNothingIsUnsupported) {
  EXPECT_EQ(After("r = *y;  r = *r;"), "dereferences what is no address");
  EXPECT_EQ(After("r = 1 / *y;"), "divides by zero");
  EXPECT_EQ(After("r = a[2];", "int a[2];"), "an address outside of all elements");
  EXPECT_EQ(After("r = x->next;"), "members of structures");
  EXPECT_EQ(After("int b[2];"), "an array on a thread's stack");
  EXPECT_EQ(After("r = nonsense(x);"), "the function nonsense");
  EXPECT_EQ(After("r = atomic_load_explicit(x, memory_order_consume);"), "memory_order_consume");
}

// herd lets nobody read there, so such executions do not count.
TEST(RunnerTest, BetweenTwoElementsThereIsNothing) {
  const Answer answer = Answered(
      "C t\n{ int a[2] = {5, 6}; }\nP0(int *x, int *a) { r = atomic_load(x); q = *(a + r); }\n"
      "P1(int *x) { atomic_store(x, 1); atomic_store(x, 4); }\nlocations [0:r; 0:q] exists "
      "(0:r=1)");
  EXPECT_EQ(States(answer), "0:q=5; 0:r=0; | 0:q=6; 0:r=4;");
  EXPECT_EQ(answer.observation, Observation::kNever);
  EXPECT_TRUE(answer.between_elements);
  EXPECT_FALSE(IsCertain(answer));
  EXPECT_EQ(AnswerJson(answer)["exhaustive"], false);
}

// What kernel tests come out as is in litmus/lkmm and litmus/tests/lkmm.
TEST(RunnerTest, AWordOfTheKernelsChoosesItsModel) {
  const auto model = [](const std::string& body) {
    return Answered(absl::StrCat("C t\n{}\nP0(int *x) {", body, "}")).memory_model;
  };
  EXPECT_EQ(model("r = READ_ONCE(*x);"), kKernelModel);
  EXPECT_EQ(model("if (*x) { while (*x) { smp_mb(); } }"), kKernelModel);
  EXPECT_EQ(model("r = atomic_fetch_add_relaxed(1, x);"), kKernelModel);
  EXPECT_EQ(model("r = atomic_fetch_add(x, 1);"), "rc11");
  EXPECT_EQ(model("r = *x;"), "rc11");
  EXPECT_EQ(Answered("C t\n{}\nP0(spinlock_t *l) { }").memory_model, kKernelModel);
  EXPECT_EQ(Answered("C t\n{ atomic_t v; }\nP0(int *v) { }").memory_model, kKernelModel);
  RunOptions options;
  options.as_kernel_test = true;
  EXPECT_EQ(RunText("C t\n{}\nP0(int *x) { r = *x; }", "t", options)->memory_model, kKernelModel);
}

TEST(RunnerTest, KernelTestsHaveLimitsToo) {
  const std::string test =
      "C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { r = READ_ONCE(*x); }\nexists "
      "(1:r=1)";
  RunOptions options;
  options.search.executions_max = 1;
  EXPECT_EQ(RunText(test, "t", options)->reason, "more than 1 candidate executions");
  options = RunOptions();
  options.search.interrupted = [] { return true; };
  EXPECT_EQ(RunText(test, "t", options)->limit_hit, "interrupt");
}

TEST(RunnerTest, EveryAtomicFunction) {
  const auto explicitly = [](const std::string& call) { return After(call, "x = 12; y = 3;"); };
  EXPECT_EQ(explicitly("r = atomic_load_explicit(x, memory_order_acquire);"), "0:r=12; [x]=12;");
  EXPECT_EQ(explicitly("atomic_store_explicit(x, 1, memory_order_release);"), "0:r=0; [x]=1;");
  EXPECT_EQ(explicitly("r = atomic_exchange_explicit(x, 1, memory_order_acq_rel);"),
            "0:r=12; [x]=1;");
  EXPECT_EQ(explicitly("r = atomic_fetch_add_explicit(x, 5, memory_order_relaxed);"),
            "0:r=12; [x]=17;");
  EXPECT_EQ(explicitly("r = atomic_fetch_sub_explicit(x, 5, memory_order_relaxed);"),
            "0:r=12; [x]=7;");
  EXPECT_EQ(explicitly("r = atomic_fetch_and_explicit(x, 6, memory_order_relaxed);"),
            "0:r=12; [x]=4;");
  EXPECT_EQ(explicitly("r = atomic_fetch_or_explicit(x, 3, memory_order_relaxed);"),
            "0:r=12; [x]=15;");
  EXPECT_EQ(explicitly("r = atomic_fetch_xor_explicit(x, 5, memory_order_relaxed);"),
            "0:r=12; [x]=9;");
  EXPECT_EQ(explicitly("atomic_store(x, atomic_load(y)); atomic_thread_fence(memory_order_seq_cst);"
                       "r = atomic_exchange(x, 4); r += atomic_fetch_add(x, 1);"
                       "atomic_signal_fence(memory_order_seq_cst);"),
            "0:r=7; [x]=5;");
  EXPECT_EQ(explicitly("atomic_init(x, 4); r = atomic_flag_test_and_set(x);"), "0:r=4; [x]=1;");
  EXPECT_EQ(explicitly("atomic_flag_clear_explicit(x, memory_order_release);"), "0:r=0; [x]=0;");
}

TEST(RunnerTest, CompareExchangeWritesWhatItFoundToWhereItExpected) {
  const char* const kStrong =
      "r = atomic_compare_exchange_strong_explicit(x, y, 7, memory_order_acq_rel, "
      "memory_order_relaxed);";
  EXPECT_EQ(After(kStrong, "x = 3; y = 3;"), "0:r=1; [x]=7;");
  EXPECT_EQ(After(absl::StrCat(kStrong, "r = 10 * *y + r;"), "x = 3; y = 4;"), "0:r=30; [x]=3;");
  EXPECT_EQ(
      After("int e = 4; r = atomic_compare_exchange_strong(x, &e, 7); r += 10 * e;", "x = 3;"),
      "0:r=30; [x]=3;");
  EXPECT_EQ(After("r = SCAS(x, y, 7);"), "0:r=1; [x]=7;");
}

TEST(RunnerTest, AWeakCompareExchangeMayFailForNoReason) {
  EXPECT_EQ(After("r = atomic_compare_exchange_weak(x, y, 7);"), "0:r=0; [x]=0; | 0:r=1; [x]=7;");
  EXPECT_EQ(After("r = atomic_compare_exchange_weak(x, y, 7);", "y = 1;"), "0:r=0; [x]=0;");
}

// Failing because the value is another one is no second way of failing.
TEST(RunnerTest, AWeakCompareExchangeFailsInOneWayWhereItMust) {
  const auto executions = [](const char* initial) {
    return Answered(absl::StrCat("C t\n{", initial,
                                 "}\nP0(atomic_int *x, int *y) { r = "
                                 "atomic_compare_exchange_weak(x, y, 7); }"))
        .executions;
  };
  EXPECT_EQ(executions("y = 0;"), 2u);
  EXPECT_EQ(executions("y = 1;"), 1u);
}

TEST(RunnerTest, ACompareExchangeHasTwoOrders) {
  const auto stale = [](const char* expected, const char* orders) {
    return Answered(absl::StrCat("C t\n{ e = ", expected,
                                 "; }\nP0(atomic_int *x, atomic_int *f) { "
                                 "atomic_store_explicit(x, 1, memory_order_relaxed); "
                                 "atomic_store_explicit(f, 1, memory_order_release); }\n"
                                 "P1(atomic_int *x, atomic_int *f, int *e) { "
                                 "atomic_compare_exchange_strong_explicit(f, e, 2, ",
                                 orders,
                                 "); if (atomic_load_explicit(f, memory_order_relaxed)) r = 1 + "
                                 "atomic_load_explicit(x, memory_order_relaxed); }\n"
                                 "filter (f != 1 \\/ e = 1) exists (1:r=1)"))
        .observation;
  };
  constexpr char kAcquireIfDone[] = "memory_order_acquire, memory_order_relaxed";
  constexpr char kAcquireIfNot[] = "memory_order_relaxed, memory_order_acquire";
  EXPECT_EQ(stale("1", kAcquireIfNot), Observation::kSometimes);  // Done, and orders nothing.
  EXPECT_EQ(stale("9", kAcquireIfNot), Observation::kNever);
  EXPECT_EQ(stale("9", kAcquireIfDone), Observation::kSometimes);
}

TEST(RunnerTest, WrongCallsAreMistakes) {
  const auto mistake = [](const std::string& call) {
    return std::string(
        RunText(absl::StrCat("C t\n{}\nP0(int *x) {\n", call, "\n}"), "t.litmus", RunOptions())
            .status()
            .message());
  };
  EXPECT_EQ(mistake("atomic_store(x);"),
            "t.litmus:4:1: expected 2 arguments of atomic_store, found 1");
  EXPECT_EQ(mistake("atomic_load_explicit(x, 3);"),
            "t.litmus:4:25: expected a memory order, such as memory_order_relaxed");
  EXPECT_EQ(mistake("1 = 2;"), "t.litmus:4:1: expected a place that can be assigned");
}

// Two threads -------------------------------------------------------------------------------------

std::string StoreBuffering(const std::string& order) {
  return absl::StrCat("C SB\n{}\nP0(atomic_int *x, atomic_int *y) { atomic_store_explicit(x, 1, ",
                      order, "); r = atomic_load_explicit(y, ", order,
                      "); }\nP1(atomic_int *x, atomic_int *y) { atomic_store_explicit(y, 1, ",
                      order, "); r = atomic_load_explicit(x, ", order,
                      "); }\nexists (0:r=0 /\\ 1:r=0)");
}

TEST(RunnerTest, OrdersMatter) {
  const Answer strong = Answered(StoreBuffering("memory_order_seq_cst"));
  EXPECT_EQ(strong.observation, Observation::kNever);
  EXPECT_EQ(strong.executions, 3u);
  const Answer weak = Answered(StoreBuffering("memory_order_relaxed"));
  EXPECT_EQ(weak.observation, Observation::kSometimes);
  EXPECT_EQ(weak.executions, 4u);
  EXPECT_EQ(weak.positive, 1u);
}

TEST(RunnerTest, PlainAccessesWithoutOrderRace) {
  const char* const kBodies[] = {
      "P0(int *x) { *x = 1; }\nP1(int *x) { r = *x; }",
      "P0(int *x) { *x = 1; }\nP1(atomic_int *x) { atomic_store(x, 2); }",
      "P0(atomic_int *x) { atomic_store(x, 1); }\nP1(int *x) { r = *x; }",
  };
  for (const char* body : kBodies) {
    EXPECT_TRUE(Answered(absl::StrCat("C t\n{}\n", body)).race) << body;
  }
  EXPECT_FALSE(Answered("C t\n{}\nP0(int *x) { r = *x; }\nP1(int *x) { r = *x; }").race);
  EXPECT_FALSE(
      Answered("C t\n{}\nP0(int *x) { r = *x; }\nP1(int *x) { r = atomic_load(x); }").race);
}

// herd counts the executions with a race as well; in them a plain read has more than one choice.
TEST(RunnerTest, ExecutionsWithARaceAreCountedWherePlainIsAsGoodAsRelaxed) {
  const Answer racy = Answered(
      "C t\n{}\nP0(int *x) { *x = 1; }\nP1(int *x) { r = *x; q = *x; }\n"
      "locations [1:r; 1:q] exists (1:r=1)");
  EXPECT_TRUE(racy.counts_races);
  EXPECT_EQ(racy.executions, 3u);
  EXPECT_EQ(States(racy), "1:q=0; 1:r=0; | 1:q=1; 1:r=0; | 1:q=1; 1:r=1;");
}

// A relaxed store behind the release store would pass the release on; a plain one does not.
TEST(RunnerTest, APlainStoreIsNoReleaseSequence) {
  const auto counts = [](const char* before, const char* store) {
    const Answer answer = Answered(absl::StrCat(
        "C t\n{}\nP0(int *x, atomic_int *f) { *x = 1; ", before, store,
        " }\nP1(int *x, atomic_int *f) { r = atomic_load_explicit(f, memory_order_acquire); "
        "q = *x; }"));
    EXPECT_TRUE(answer.race);
    return answer.counts_races;
  };
  EXPECT_TRUE(counts("", "*f = 2;"));
  EXPECT_FALSE(counts("atomic_store_explicit(f, 1, memory_order_release);", "*f = 2;"));
  EXPECT_TRUE(counts("atomic_load(f);", "*f = 2;"));
  EXPECT_TRUE(counts("atomic_init(f, 1);", "*f = 2;"));
  EXPECT_FALSE(counts("atomic_exchange(f, 1);", "*f = 2;"));
  EXPECT_FALSE(counts("atomic_thread_fence(memory_order_release);", "*f = 2;"));
  EXPECT_TRUE(counts("atomic_thread_fence(memory_order_release);",
                     "atomic_store_explicit(f, 2, memory_order_relaxed);"));
}

constexpr char kMessagePassing[] =
    "C MP\n{}\nP0(int *x, atomic_int *f) { *x = 1; atomic_store_explicit(f, 1, "
    "memory_order_release); }\nP1(int *x, atomic_int *f) { if (atomic_load_explicit(f, "
    "memory_order_acquire)) r = *x; }\nexists (1:r=1)";

TEST(RunnerTest, WhatIsOrderedDoesNotRace) {
  const Answer answer = Answered(kMessagePassing);
  EXPECT_FALSE(answer.race);
  EXPECT_EQ(answer.observation, Observation::kSometimes);
  EXPECT_EQ(answer.executions, 2u);
}

// psc goes from a seq_cst store to whatever happens after it, by way of an access of the same
// thread to another location; a plain one will do.
TEST(RunnerTest, SeqCstSeesPlainAccesses) {
  const auto observe = [](const char* between) {
    return Answered(absl::StrCat(
        "C t\n{}\nP0(atomic_int *x, int *p) { atomic_store(x, 1);", between,
        "atomic_store_explicit(x, 2, memory_order_release); }\n"
        "P1(atomic_int *x, atomic_int *y) { q = atomic_load_explicit(x, memory_order_acquire);"
        "r = atomic_load(y); }\n"
        "P2(atomic_int *x, atomic_int *y) { atomic_store(y, 1); r = atomic_load(x); }\n"
        "exists (1:q=2 /\\ 1:r=0 /\\ 2:r=0)"));
  };
  EXPECT_EQ(observe("*p = 1;").observation, Observation::kNever);
  EXPECT_EQ(observe("").observation, Observation::kSometimes);
}

TEST(RunnerTest, LocksExclude) {
  const Answer answer = Answered(
      "C t\n{}\nP0(int *x, mtx_t *m) { mtx_lock(m); (*x)++; mtx_unlock(m); }\n"
      "P1(int *x, mtx_t *m) { lock(m); (*x)++; unlock(m); }\nforall (x=2)");
  EXPECT_FALSE(answer.race);
  EXPECT_EQ(answer.observation, Observation::kAlways);
  EXPECT_EQ(answer.executions, 2u);
}

TEST(RunnerTest, SpinLoopsAreCutAsHerdDoes) {
  const char* const kWait =
      "C t\n{}\nP0(atomic_int *x) { atomic_store(x, 1); }\n"
      "P1(atomic_int *x) { while (atomic_load(x) == 0) { r++; } }\nlocations [1:r] forall (x=1)";
  RunOptions options;
  EXPECT_EQ(States(Answered(kWait, options)), "1:r=0; [x]=1; | 1:r=1; [x]=1; | 1:r=2; [x]=1;");
  EXPECT_TRUE(Answered(kWait, options).loop_cut);
  options.unroll_max = 0;
  EXPECT_EQ(States(Answered(kWait, options)), "1:r=0; [x]=1;");
}

TEST(RunnerTest, CountingLoopsAreNotCut) {
  const Answer answer = Answered(
      "C t\n{}\nP0(atomic_int *x) { for (int i = 0; i < 4; i++) atomic_store(x, i); }\n"
      "forall (x=3)");
  EXPECT_EQ(answer.observation, Observation::kAlways);
  EXPECT_FALSE(answer.loop_cut);
}

TEST(RunnerTest, TheFilterDiscardsBeforeCounting) {
  const std::string text = kMessagePassing;
  const std::string filtered =
      text.substr(0, text.find("exists")) + "filter (1:r=1)\nforall (1:r=1)";
  const Answer answer = Answered(filtered);
  EXPECT_EQ(answer.observation, Observation::kAlways);
  EXPECT_EQ(answer.executions, 1u);
}

// As by herd: a filter says which executions the test is about, such as those that got a lock.
TEST(RunnerTest, ARaceThatTheFilterDiscardsIsNone) {
  const auto answer = [](const std::string& filter) {
    return Answered(absl::StrCat(
        "C t\n{}\nP0(int *x, atomic_int *l) { *x = 1; atomic_store_explicit(l, 1, "
        "memory_order_release); }\nP1(int *x, atomic_int *l) { r = atomic_load_explicit(l, "
        "memory_order_acquire); q = *x; }\n",
        filter, "exists (1:q=0)"));
  };
  EXPECT_TRUE(answer("").race);
  EXPECT_TRUE(answer("filter (1:r=0)").race);
  EXPECT_TRUE(answer("filter (true)").race);
  const Answer discarded = answer("filter (1:r=1)");
  EXPECT_FALSE(discarded.race);
  EXPECT_EQ(discarded.failure, "");
  EXPECT_EQ(discarded.executions, 1u);
  EXPECT_EQ(discarded.observation, Observation::kNever);
}

// Where executions with a race cannot be counted, what the filter discards is not known.
TEST(RunnerTest, ARaceThatTheFilterMayDiscardIsSaid) {
  EXPECT_TRUE(
      Answered("C t\n{}\nP0(int *x) { atomic_thread_fence(memory_order_release); *x = 1; }\n"
               "P1(atomic_int *x) { r = atomic_load(x); }\nfilter (1:r=2) exists (x=1)")
          .race);
}

TEST(RunnerTest, QuestionsCompareWithAnything) {
  const auto observe = [](const std::string& question) {
    return Answered(absl::StrCat("C t\n{ int a[2] = {1, 2}; p = x; x = 1; }\n"
                                 "P0(int *x, int **p) { r = *p; q = 1; }\n",
                                 question))
        .observation;
  };
  for (const char* holds :
       {"0:r=x", "0:r=[p]", "p=&x", "a={1,2}", "not (a={1})", "a!={1,2,3}", "not (a=1)", "a[1]=2",
        "a[0]=0:q", "x=*x", "0:q=[x]", "0:r=0:r", "0:q=0:q", "not (a={2,1})", "x=2 => x=3",
        "x=2 \\/ x=1 /\\ true", "a != {1,1}", "~false"}) {
    EXPECT_EQ(observe(absl::StrCat("forall (", holds, ")")), Observation::kAlways) << holds;
    EXPECT_EQ(observe(absl::StrCat("exists (not (", holds, "))")), Observation::kNever) << holds;
  }
}

TEST(RunnerTest, MemoryModelsDiffer) {
  RunOptions options;
  std::string text = StoreBuffering("memory_order_relaxed");
  EXPECT_EQ(Answered(text, options).observation, Observation::kSometimes);
  options.search.memory_model = models::MemoryModelKind::kSc;
  EXPECT_EQ(Answered(text, options).observation, Observation::kNever);
}

TEST(RunnerTest, LimitsAreSaid) {
  RunOptions options;
  options.search.executions_max = 1;
  EXPECT_EQ(Answered(StoreBuffering("memory_order_relaxed"), options).limit_hit, "executions_max");
}

}  // namespace
}  // namespace herd

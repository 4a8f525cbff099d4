// What the parser makes of each part of a file, and the one line it says of a mistake.
// No engine: what the parts do when they are run is in runner_test.cc.
#include "litmus/herd/parser.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "litmus/herd/report.h"

namespace herd {
namespace {

// Returns: the test; fails if the text is none.
LitmusTest Parsed(const std::string& text) {
  const absl::StatusOr<LitmusTest> test = Parse(text, "t.litmus");
  EXPECT_TRUE(test.ok()) << test.status() << "\n" << text;
  return test.ok() ? *test : LitmusTest();
}

std::string Message(const std::string& text) {
  const absl::StatusOr<LitmusTest> test = Parse(text, "t.litmus");
  return test.ok() ? "no mistake" : std::string(test.status().message());
}

LitmusTest WithInitial(const std::string& initial) {
  return Parsed(absl::StrCat("C t\n{", initial, "}\nP0(int *x) { *x = 1; }\nexists (x=1)"));
}

std::string Question(const std::string& question) {
  return QuestionText(Parsed(absl::StrCat("C t\n{}\nP0(int *x) { *x = 1; }\n", question)));
}

Expression ExpressionIn(const std::string& text) {
  const LitmusTest test = Parsed(absl::StrCat("C t\n{}\nP0(int *x) { r = ", text, "; }"));
  return test.threads.at(0).body.at(0).expressions.at(0).operands.at(1);
}

// Returns: the expression with all parentheses.
std::string Bound(const Expression& expression) {
  if (expression.kind == Expression::Kind::kNumber) return absl::StrCat(expression.number);
  if (expression.kind == Expression::Kind::kName) return expression.text;
  std::string text = absl::StrCat("(", expression.text);
  for (const Expression& operand : expression.operands) {
    absl::StrAppend(&text, " ", Bound(operand));
  }
  return text + ")";
}

TEST(ParserTest, TheNameIsTheSecondWord) {
  EXPECT_EQ(Parsed("C SB+rlx-acq.[1]/x\n{}\nP0() { }").name, "SB+rlx-acq.[1]/x");
}

TEST(ParserTest, ThePreludeIsPassedBy) {
  const LitmusTest test = Parsed(
      "C t\n\"a { in a text\"\nCycle=Rfe PodRR\n(* a { (* in *) a comment *)\n// and { here\n"
      "{ x = 3; }\nP0(int *x) { }");
  ASSERT_EQ(test.initial.size(), 1u);
  EXPECT_EQ(test.initial[0].value.number, 3);
}

TEST(ParserTest, WhatThePreludeMayHaveABraceIn) {
  for (const char* prelude : {"\"a text of\ntwo { lines\"", "\n  \"a text { of one\"",
                              "\nCycle=Rfe { PodRR", "\nResult = { Never\nCycle = {"}) {
    const LitmusTest test = Parsed(absl::StrCat("C t ", prelude, "\n{ x = 3; }\nP0(int *x) { }"));
    ASSERT_EQ(test.initial.size(), 1u) << prelude;
    EXPECT_EQ(test.initial[0].value.number, 3);
  }
}

TEST(ParserTest, InitialValuesHaveManyForms) {
  const LitmusTest test = WithInitial(
      "x = 5; [y] = -6; int z = 0x10; _Atomic int w = 1; int u; v; atomic_int a = ATOMIC_INIT(2);"
      "int *p = &x; *q = x; r = y; int b[2] = {3, 4}; 0:r1 = 7; int 1:r2 = x; int [s] = 8;;");
  ASSERT_EQ(test.initial.size(), 14u);
  EXPECT_EQ(test.initial[13].place.name, "s");
  EXPECT_EQ(test.initial[13].value.number, 8);
  EXPECT_EQ(test.initial[0].place.name, "x");
  EXPECT_EQ(test.initial[1].value.number, -6);
  EXPECT_EQ(test.initial[2].value.number, 16);
  EXPECT_EQ(test.initial[3].type, "_Atomic int");
  EXPECT_EQ(test.initial[4].place.name, "u");
  EXPECT_EQ(test.initial[5].place.name, "v");
  EXPECT_EQ(test.initial[6].value.number, 2);
  for (int pointer : {7, 8, 9}) {
    EXPECT_EQ(test.initial[pointer].value.kind, StateValue::Kind::kAddress) << pointer;
  }
  EXPECT_EQ(test.initial[10].elements, 2);
  EXPECT_EQ(test.initial[10].value.values.at(1).number, 4);
  EXPECT_EQ(test.initial[11].place.thread, 0);
  EXPECT_EQ(test.initial[12].place.thread, 1);
  EXPECT_EQ(test.initial[12].place.name, "r2");
}

TEST(ParserTest, CommentsAreThoseOfTheirPart) {
  const LitmusTest test = Parsed(
      "C t\n{ (* x = 1; *) x = 2; // y\n}\nP0(int *x /* a */) { r = (*x); // no comment\n"
      "/* r = 3; */ }\n(* here (* too *) *)\nexists (* and *) (x=1)");
  EXPECT_EQ(test.initial.size(), 1u);
  EXPECT_EQ(test.threads[0].body.size(), 1u);
}

TEST(ParserTest, ParametersAreTypeAndName) {
  const LitmusTest test = Parsed(
      "C t\n{}\nvoid P0(volatile int* x, struct srcu_struct *s, int **p, int a[]) { }\n"
      "static void P1(void) { }\nvoid *P2(_Atomic(int) *x, atomic<int32_t>* y) { }");
  ASSERT_EQ(test.threads.size(), 3u);
  ASSERT_EQ(test.threads[2].parameters.size(), 2u);
  EXPECT_EQ(test.threads[2].parameters[0].name, "x");
  EXPECT_EQ(test.threads[2].parameters[1].name, "y");
  ASSERT_EQ(test.threads[0].parameters.size(), 4u);
  EXPECT_EQ(test.threads[0].parameters[0].name, "x");
  EXPECT_EQ(test.threads[0].parameters[1].name, "s");
  EXPECT_EQ(test.threads[0].parameters[2].name, "p");
  EXPECT_EQ(test.threads[0].parameters[3].name, "a");
  EXPECT_EQ(test.threads[1].number, 1);
  EXPECT_TRUE(test.threads[1].parameters.empty());
}

TEST(ParserTest, OperatorsBindAsInC) {
  EXPECT_EQ(Bound(ExpressionIn("a + b * c - d")), "(- (+ a (* b c)) d)");
  EXPECT_EQ(Bound(ExpressionIn("a | b ^ c & d == e")), "(| a (^ b (& c (== d e))))");
  EXPECT_EQ(Bound(ExpressionIn("a || b && c")), "(|| a (&& b c))");
  EXPECT_EQ(Bound(ExpressionIn("a << 1 < b")), "(< (<< a 1) b)");
  EXPECT_EQ(Bound(ExpressionIn("-a % !b")), "(% (- a) (! b))");
  EXPECT_EQ(Bound(ExpressionIn("(a - b) - (c - d)")), "(- (- a b) (- c d))");
  EXPECT_EQ(Bound(ExpressionIn("*x + 1")), "(+ (* x) 1)");
  EXPECT_EQ(Bound(ExpressionIn("a & &b")), "(& a (& b))");
  EXPECT_EQ(Bound(ExpressionIn("a ? b : c ? d : e")), "( a b ( c d e))");
}

TEST(ParserTest, CastsAreForgotten) {
  EXPECT_EQ(Bound(ExpressionIn("(int)a + (intptr_t)*(int **)b")), "(+ a (* b))");
  EXPECT_EQ(Bound(ExpressionIn("(struct foo *)a")), "a");
  EXPECT_EQ(Bound(ExpressionIn("(foo *)a")), "a");
  EXPECT_EQ(Bound(ExpressionIn("*(_Atomic(int) *)a")), "(* a)");
  EXPECT_EQ(Bound(ExpressionIn("(a) + 1")), "(+ a 1)");
}

TEST(ParserTest, QuestionsAreAsHerdWritesThem) {
  EXPECT_EQ(Question("exists (0:r1=1 /\\ x=2)"), "exists (0:r1=1 /\\ [x]=2)");
  EXPECT_EQ(Question("~exists P0:r1==1"), "~exists (0:r1=1)");
  EXPECT_EQ(Question("forall (x<>1 \\/ x != 2)"), "forall (not ([x]=1) \\/ not ([x]=2))");
  EXPECT_EQ(Question("exists (not (x=1))"), "exists (not ([x]=1))");
  EXPECT_EQ(Question("exists (0:r1=x /\\ 0:r2=0:r1 /\\ x=[y] /\\ y=*x)"),
            "exists (0:r1=x /\\ 0:r2=0:r1 /\\ [x]=[y] /\\ [y]=[x])");
  EXPECT_EQ(Question("exists (a={1,2})"), "exists ([a]={1,2})");
  EXPECT_EQ(Question("forall (true)"), "forall (true)");
  EXPECT_EQ(Question(""), "");
}

TEST(ParserTest, ConjunctionBindsLooserThanImplication) {
  EXPECT_EQ(Question("exists (x=1 \\/ x=2 /\\ x=3 => x=4)"),
            "exists ([x]=1 \\/ ([x]=2 /\\ ([x]=3 => [x]=4)))");
}

TEST(ParserTest, WhatStandsBehindTheQuestionIsPassedBy) {
  EXPECT_EQ(Question("exists (x=1)\n<<\nanything } (\n"), "exists ([x]=1)");
}

TEST(ParserTest, LocationsAndFilter) {
  const LitmusTest test = Parsed(
      "C t\n{}\nP0(int *x) { r1 = *x; }\nlocations [0:r1 int; x int*; a[1];]\nfilter (x=1)\nexists "
      "(x=1)");
  ASSERT_EQ(test.locations.size(), 3u);
  EXPECT_EQ(test.locations[2].index, 1);
  EXPECT_TRUE(test.filter.has_value());
}

TEST(ParserTest, MistakesSayWhereAndWhatWasExpected) {
  EXPECT_EQ(Message(""),
            "t.litmus:1:1: expected 'C', the language of the test, found the end of "
            "the file");
  EXPECT_EQ(Message("AArch64 t\n{}"),
            "t.litmus:1:1: expected 'C', the language of the test, found 'AArch64'");
  EXPECT_EQ(Message("C t\n"),
            "t.litmus:2:1: expected '{' and the initial state, found the end of the file");
  EXPECT_EQ(Message("C t\n{ x 5; }"), "t.litmus:2:5: expected ';' or '}', found '5'");
  EXPECT_EQ(Message("C t\n{ 5; }"),
            "t.litmus:2:3: expected a place with its initial value, or '}', found '5'");
  EXPECT_EQ(Message("C t\n{ x = ; }"), "t.litmus:2:7: expected a value, found ';'");
  EXPECT_EQ(Message("C t\n{}\nexists (x=1)"),
            "t.litmus:3:1: expected a thread, such as P0(atomic_int *x) { ... }, found 'exists'");
}

TEST(ParserTest, MistakesInBodies) {
  const auto in_body = [](const std::string& body) {
    return Message(absl::StrCat("C t\n{}\nP0(int *x) {\n", body, "\n}\n"));
  };
  EXPECT_EQ(in_body("*x = 1"), "t.litmus:5:1: expected ';', found '}'");
  EXPECT_EQ(in_body("r1 = ;"), "t.litmus:4:6: expected an expression, found ';'");
  EXPECT_EQ(in_body("r1 = f(1, );"), "t.litmus:4:11: expected an expression, found ')'");
  EXPECT_EQ(in_body("r1 = (1 + 2;"), "t.litmus:4:12: expected ')', found ';'");
  EXPECT_EQ(in_body("if r1 { }"), "t.litmus:4:4: expected '(', found 'r1'");
  EXPECT_EQ(in_body("if (r1) }"), "t.litmus:4:9: expected a statement, found '}'");
  EXPECT_EQ(in_body("goto out;"), "t.litmus:4:1: expected a statement, found 'goto'");
  EXPECT_EQ(in_body("do { } until (1);"),
            "t.litmus:4:8: expected 'while' and the condition of the loop, found 'until'");
  EXPECT_EQ(in_body("r1 = 99999999999999999999;"),
            "t.litmus:4:6: expected a number of 64 bits, found 99999999999999999999");
}

TEST(ParserTest, WhatIsTooDeepIsAMistake) {
  const auto in_body = [](const std::string& before, int times, const std::string& after) {
    std::string text = "C t\n{}\nP0(int *x) {\n";
    for (int i = 0; i < times; ++i) text += before;
    return Message(text + after);
  };
  EXPECT_TRUE(absl::StrContains(in_body("(", 100'000, "1;"), "expected less nesting"));
  EXPECT_TRUE(absl::StrContains(in_body("if (1) {", 100'000, ""), "expected less nesting"));
  EXPECT_TRUE(absl::StrContains(in_body("1 + ", 100'000, "1; }"), "expected a shorter expression"));
  EXPECT_TRUE(absl::StrContains(Message("C t\n" + std::string(100'000, '(') + "*"), "expected"));
  EXPECT_EQ(in_body("(", 100, "1" + std::string(100, ')') + "; }"), "no mistake");
}

TEST(ParserTest, MistakesInQuestions) {
  const auto in_question = [](const std::string& question) {
    return Message(absl::StrCat("C t\n{}\nP0(int *x) { }\n", question));
  };
  EXPECT_EQ(in_question("exists"),
            "t.litmus:4:7: expected a proposition, such as 0:r1=0 /\\ x=1, found the end of the "
            "file");
  EXPECT_EQ(in_question("exists (x)"), "t.litmus:4:10: expected '=' or '!=', found ')'");
  EXPECT_EQ(in_question("exists (x=1"), "t.litmus:4:12: expected ')', found the end of the file");
  EXPECT_EQ(in_question("exists (x=1) and more"),
            "t.litmus:4:14: expected the end of the file, found 'and'");
  EXPECT_EQ(in_question("locations [x"),
            "t.litmus:4:13: expected a place, or ']', found the end of the file");
}

}  // namespace
}  // namespace herd

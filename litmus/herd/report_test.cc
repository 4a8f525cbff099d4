// herd's lines, and ours between them; the JSON beside it.
// Tests are of two accesses, so that every line is known.
#include "litmus/herd/report.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace herd {
namespace {

Answer Answered(const std::string& text) {
  absl::StatusOr<Answer> answer = RunText(text, "t.litmus", RunOptions());
  EXPECT_TRUE(answer.ok()) << answer.status();
  answer->seconds = 0.25;
  return *answer;
}

constexpr char kThreads[] =
    "P0(atomic_int *x) { atomic_store(x, 1); }\nP1(atomic_int *x) { int r = atomic_load(x); }\n";

TEST(ReportTest, TheLinesAreHerds) {
  EXPECT_EQ(AnswerText(Answered(absl::StrCat("C T+1\n{}\n", kThreads, "exists (1:r=1 /\\ x=1)"))),
            "Test T+1 Allowed\n"
            "States 2\n"
            "1:r=0; [x]=1;\n"
            "1:r=1; [x]=1;\n"
            "Ok\n"
            "Witnesses\n"
            "Positive: 1 Negative: 1\n"
            "Condition exists (1:r=1 /\\ [x]=1)\n"
            "Observation T+1 Sometimes 1 1\n"
            "Time T+1 0.2500\n\n");
}

TEST(ReportTest, OkAndNoAnswerTheQuestion) {
  const auto answers = [](const char* question, const char* kind, const char* word) {
    const std::string text = AnswerText(Answered(absl::StrCat("C t\n{}\n", kThreads, question)));
    return absl::StrContains(text, absl::StrCat("Test t ", kind, "\n")) &&
           absl::StrContains(text, absl::StrCat("\n", word, "\nWitnesses\n"));
  };
  EXPECT_TRUE(answers("exists (1:r=1)", "Allowed", "Ok"));
  EXPECT_TRUE(answers("exists (1:r=2)", "Allowed", "No"));
  EXPECT_TRUE(answers("~exists (1:r=1)", "Forbidden", "No"));
  EXPECT_TRUE(answers("~exists (1:r=2)", "Forbidden", "Ok"));
  EXPECT_TRUE(answers("forall (1:r=1)", "Required", "No"));
  EXPECT_TRUE(answers("forall (x=1)", "Required", "Ok"));
}

TEST(ReportTest, OnlyWhatIsAskedForIsShown) {
  const std::string text = AnswerText(Answered(
      absl::StrCat("C t\n{ p = x; int a[2]; }\n", kThreads, "locations [p; a]\nexists (1:r=1)")));
  EXPECT_TRUE(absl::StrContains(text, "\n1:r=1; [p]=x; a[0]=0; a[1]=0;\n")) << text;
  EXPECT_FALSE(absl::StrContains(text, "[x]=")) << text;
}

TEST(ReportTest, ARaceAndAReasonAreSaid) {
  const Answer racy = Answered("C t\n{}\nP0(int *x) { *x = 1; }\nP1(int *x) { *x = 2; }");
  EXPECT_TRUE(absl::StrContains(AnswerText(racy), "\nFlag race: "));
  EXPECT_EQ(racy.failure,
            "x is accessed by two threads without an order: T1 'P0' writes at t:3; T2 'P1' writes "
            "at t:4");
  EXPECT_EQ(AnswerJson(racy)["race"], true);
  EXPECT_EQ(AnswerJson(racy)["failure_kind"], "data race");
  const Answer unknown = Answered("C t\n{}\nP0() { nonsense(); }");
  EXPECT_EQ(AnswerText(unknown),
            "Test t Required\nUnsupported: t.litmus:3:8: the function nonsense\n"
            "Observation t unsupported\n\n");
  EXPECT_EQ(AnswerJson(unknown)["reason"], "the function nonsense");
  EXPECT_EQ(AnswerJson(unknown)["where"], "t.litmus:3:8");
  EXPECT_EQ(AnswerJson(unknown)["exhaustive"], false);
}

TEST(ReportTest, OfAKernelTestTheModelAndTheFlagsAreSaid) {
  const Answer kernel = Answered(
      "C t\n{}\nP0(int *x) { *x = 1; WRITE_ONCE(*x, 2); }\nP1(int *x) { r = *x; }\nexists (x=2)");
  EXPECT_TRUE(absl::StrContains(AnswerText(kernel),
                                "\nFlag data-race\nFlag mixed-accesses\nModel lkmm\nCondition"))
      << AnswerText(kernel);
  EXPECT_EQ(AnswerJson(kernel)["memory_model"], "lkmm");
  EXPECT_EQ(AnswerJson(kernel)["race"], true);
  EXPECT_EQ(AnswerJson(kernel)["flags"].dump(), "[\"data-race\",\"mixed-accesses\"]");
}

TEST(ReportTest, JsonHasEveryStateInFull) {
  const nlohmann::ordered_json json =
      AnswerJson(Answered(absl::StrCat("C t\n{}\n", kThreads, "exists (1:r=1)")));
  EXPECT_EQ(json["verdict"], "Sometimes");
  EXPECT_EQ(json["executions"], 2);
  EXPECT_EQ(json["states"].size(), 2u);
  EXPECT_EQ(json["states"][1]["state"], "1:r=1; [x]=1;");
  EXPECT_EQ(json["states"][1]["satisfies"], true);
  EXPECT_EQ(json["condition"], "exists (1:r=1)");
}

}  // namespace
}  // namespace herd

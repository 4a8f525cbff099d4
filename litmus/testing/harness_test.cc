// A harness that finds nothing wrong is worth nothing until it has been seen to find something:
// here each kind of wrong expectation is planted, and must give its own message.
#include "litmus/testing/harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace litmus {
namespace {

using models::testing::Model;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

Program MessagePassing() {
  return {
      {{Store(x, 1, relaxed), Store(y, 1, release)}, {Load(y, 0, acquire), Load(x, 1, relaxed)}}};
}

Case Golden() {
  return {.name = "MP+rel+acq",
          .source = "herd MP",
          .program = MessagePassing(),
          .rc11 = Runs(3, "00/11 01/11 11/11"),
          .sc = Runs(3, "all")};
}

Program Race() { return {{{PlainStore(x, 1)}, {PlainStore(x, 2)}}}; }

TEST(Harness, AGoldenCaseHasNoDifferences) { EXPECT_EQ(Differences(Golden()), ""); }

TEST(Harness, SaysThatAnOutcomeIsMissing) {
  Case wrong = Golden();
  wrong.rc11 = Runs(3, "00/11 01/11 10/11 11/11");
  const std::string text = Differences(wrong);
  EXPECT_THAT(text, HasSubstr("missing outcome, so the engine is unsound: 10/11"));
  EXPECT_THAT(text, Not(HasSubstr("surplus")));
  EXPECT_THAT(text, Not(HasSubstr("count")));
}

TEST(Harness, SaysThatAnOutcomeIsSurplus) {
  Case wrong = Golden();
  wrong.rc11 = Runs(3, "00/11 11/11");
  const std::string text = Differences(wrong);
  EXPECT_THAT(text, HasSubstr("surplus outcome, so the model is wrong: 01/11"));
  EXPECT_THAT(text, Not(HasSubstr("missing")));
  EXPECT_THAT(text, Not(HasSubstr("count")));
}

TEST(Harness, SaysThatTheCountIsTooLarge) {
  Case wrong = Golden();
  wrong.rc11.executions = 2;
  const std::string text = Differences(wrong);
  EXPECT_THAT(text, HasSubstr("wrong count, so the search is not optimal: 3 instead of 2"));
  EXPECT_THAT(text, Not(HasSubstr("outcome")));
}

TEST(Harness, SaysThatTheCountIsTooSmall) {
  Case wrong = Golden();
  wrong.rc11.executions = 4;
  EXPECT_THAT(Differences(wrong),
              HasSubstr("wrong count, so executions are missed: 3 instead of 4"));
}

TEST(Harness, AsksEveryModelAndEveryOrderOfThreadsAndBothEngines) {
  Case wrong = Golden();
  wrong.sc = Runs(4, "all");
  const std::string text = Differences(wrong);
  EXPECT_THAT(text, HasSubstr("sc, by brute force: wrong count"));
  EXPECT_THAT(text, HasSubstr("sc, threads created in order 0 1: wrong count"));
  EXPECT_THAT(text, HasSubstr("sc, threads created in order 1 0: wrong count"));
  EXPECT_THAT(text, Not(HasSubstr("rc11")));
}

TEST(Harness, PrintsTheProgramOfADifference) {
  Case wrong = Golden();
  wrong.cpp20 = Runs(9, "all");
  EXPECT_THAT(Differences(wrong), HasSubstr(ToString(MessagePassing())));
}

TEST(Harness, SaysThatARaceIsMissing) {
  Case wrong = Golden();
  wrong.rc11 = Races();
  EXPECT_THAT(Differences(wrong), HasSubstr("missing data race"));
}

TEST(Harness, SaysThatARaceIsSurplus) {
  const Case wrong = {
      .name = "race", .source = "", .program = Race(), .rc11 = Runs(2, "/1 /2"), .sc = Races()};
  EXPECT_THAT(Differences(wrong), HasSubstr("surplus data race"));
}

TEST(Harness, SaysThatADeadlockIsMissingOrSurplus) {
  const Program stuck = {{{WaitUntilEqual(x, 0, 1, relaxed)}}};
  EXPECT_THAT(Compare(Runs(0, ""), RunEngine(stuck, Model::kRc11, {0})),
              ElementsAre("surplus deadlock"));
  EXPECT_THAT(
      Compare(Deadlocks(3, "00/11 01/11 11/11"), RunEngine(MessagePassing(), Model::kRc11, {0, 1})),
      ElementsAre("missing deadlock"));
}

TEST(Harness, FindsWhatEachEngineFinds) {
  const Found engine = RunEngine(MessagePassing(), Model::kRc11, {1, 0});
  EXPECT_THAT(engine.outcomes, UnorderedElementsAre("00/11", "01/11", "11/11"));
  const Found brute_force = RunBruteForce(MessagePassing(), Model::kRc11);
  EXPECT_EQ(brute_force.outcomes, engine.outcomes);
  EXPECT_EQ(brute_force.executions, engine.executions);
}

TEST(Harness, WritesOutcomesByThread) {
  const Program program = {
      {{Load(x, 0, relaxed), Load(x, 1, relaxed)}, {Store(x, 1, relaxed)}, {Load(y, 3, relaxed)}}};
  EXPECT_THAT(RunBruteForce(program, Model::kSc).outcomes,
              UnorderedElementsAre("00,0/10", "01,0/10", "11,0/10"));
}

TEST(Harness, OutcomesMayBeWrittenRelativeToRc11) {
  Case late = {.name = "late flag",
               .source = "P0982",
               .program = {{{Store(x, 1, relaxed), Store(y, 1, release), Store(y, 2, relaxed)},
                            {Load(y, 0, acquire), Load(x, 1, relaxed)}}},
               .rc11 = Runs(4, "00/12 01/12 11/12 21/12"),
               .cpp20 = Runs(5, "all and 20/12"),
               .sc = Runs(4, "all")};
  EXPECT_EQ(Differences(late), "");
  late.sc = Runs(4, "all but 00/12");
  EXPECT_THAT(Differences(late), HasSubstr("sc, by brute force: surplus outcome"));
}

}  // namespace
}  // namespace litmus

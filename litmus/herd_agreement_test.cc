// The answers of `rmapcheck litmus` against the obvious engine, on random programs: each is written
// as a litmus test, parsed, compiled and run, and must have the states, the number of executions,
// the race and the deadlock that trying everything finds.
//
// Only programs that a litmus test can say are compared; that there are enough of them, with each
// kind of operation, is asserted. A racy program is undefined, so there only the race is compared.
// RMAPCHECK_LITMUS_PROGRAMS says how many programs a profile has (default 120).
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "litmus/herd/runner.h"
#include "litmus/testing/as_litmus.h"
#include "models/testing/brute_force.h"
#include "models/testing/program.h"
#include "models/testing/random_program.h"

namespace litmus {
namespace {

using models::MemoryModelKind;
using models::testing::BruteForceResult;
using models::testing::ExploreByBruteForce;
using models::testing::Model;
using models::testing::Operation;
using models::testing::Outcome;
using models::testing::Profile;
using models::testing::Program;
using models::testing::RandomProgram;

herd::Answer Answered(const std::string& text, Model model) {
  herd::RunOptions options;
  options.search.memory_model = model == Model::kRc11    ? MemoryModelKind::kRc11
                                : model == Model::kCpp20 ? MemoryModelKind::kCpp20
                                                         : MemoryModelKind::kSc;
  const absl::StatusOr<herd::Answer> answer = herd::RunText(text, "random.litmus", options);
  EXPECT_TRUE(answer.ok()) << answer.status() << "\n" << text;
  return answer.ok() ? *answer : herd::Answer();
}

// Puts the value of "0:r1" or "x" where the outcome has it.
void Fill(const std::string& part, int value, Outcome& outcome) {
  int reg = 0;
  if (part.size() > 3 && part[1] == ':' && absl::SimpleAtoi(part.substr(3), &reg)) {
    outcome.registers[part[0] - '0'][reg] = value;
  } else {
    outcome.finals[std::string("xyzw").find(part)] = value;
  }
}

bool IsMutex(const std::string& part) { return part == "m" || part == "n"; }

std::set<Outcome> OutcomesOf(const herd::Answer& answer) {
  std::set<Outcome> outcomes;
  for (const herd::FinalState& state : answer.states) {
    Outcome outcome;
    for (std::size_t i = 0; i < state.values.size(); ++i) {
      const std::string& part = answer.parts[i];
      if (!IsMutex(part)) Fill(part, static_cast<int>(state.values[i]), outcome);
    }
    outcomes.insert(outcome);
  }
  return outcomes;
}

// Returns: how the answer differs from what there is, or nothing.
std::string Difference(const herd::Answer& answer, const BruteForceResult& expected) {
  const bool deadlock = absl::StartsWith(answer.reason, "nobody can go on");
  if (deadlock) return expected.deadlock ? "" : "a deadlock";
  if (expected.racy) return answer.race ? "" : "no race";
  if (answer.race) return "a race";
  if (expected.deadlock) return "no deadlock";
  if (!answer.reason.empty()) return answer.reason;
  if (answer.executions != static_cast<std::uint64_t>(expected.executions)) {
    return absl::StrCat(answer.executions, " executions instead of ", expected.executions);
  }
  return OutcomesOf(answer) == expected.outcomes ? "" : "other states";
}

class HerdAgreement : public ::testing::TestWithParam<Profile> {};

TEST_P(HerdAgreement, OnRandomPrograms) {
  const char* given = std::getenv("RMAPCHECK_LITMUS_PROGRAMS");
  const int programs = given != nullptr ? std::atoi(given) : 120;
  int compared = 0;
  for (int seed = 0; seed < programs; ++seed) {
    const Program program = RandomProgram(seed, GetParam());
    const std::optional<std::string> text = AsLitmus(program);
    if (!text.has_value()) continue;
    ++compared;
    for (Model model : {Model::kRc11, Model::kCpp20, Model::kSc}) {
      const BruteForceResult expected = ExploreByBruteForce(program, model);
      EXPECT_EQ(Difference(Answered(*text, model), expected), "")
          << "seed " << seed << ", model " << static_cast<int>(model) << "\n"
          << *text;
    }
  }
  EXPECT_GE(compared, programs / 4);
}

INSTANTIATE_TEST_SUITE_P(Random, HerdAgreement,
                         ::testing::Values(Profile::kAtomicsOnly, Profile::kSeqCstHeavy,
                                           Profile::kRmwHeavy, Profile::kLocks, Profile::kPlain,
                                           Profile::kMixes, Profile::kMixed),
                         [](const auto& info) {
                           std::string name = models::testing::ProfileName(info.param);
                           for (char& c : name) c = c == ' ' || c == '-' ? '_' : c;
                           return name;
                         });

TEST(HerdAgreementTest, ADifferenceIsNoticed) {
  const Program program = {{{models::testing::Store(0, 1, models::testing::Order::kRelaxed)},
                            {models::testing::Load(0, 0, models::testing::Order::kRelaxed)}}};
  const std::string text = AsLitmus(program).value();
  const BruteForceResult right = ExploreByBruteForce(program, Model::kRc11);
  const herd::Answer answer = Answered(text, Model::kRc11);
  EXPECT_EQ(Difference(answer, right), "");
  BruteForceResult wrong = right;
  ++wrong.executions;
  EXPECT_EQ(Difference(answer, wrong), "2 executions instead of 3");
  wrong = right;
  wrong.outcomes.erase(wrong.outcomes.begin());
  EXPECT_EQ(Difference(answer, wrong), "other states");
  wrong = right;
  wrong.racy = true;
  EXPECT_EQ(Difference(answer, wrong), "no race");
}

TEST(HerdAgreementTest, EachKindOfOperationIsCompared) {
  std::set<Operation::Kind> kinds;
  for (Profile profile : {Profile::kRmwHeavy, Profile::kLocks, Profile::kMixes}) {
    for (int seed = 0; seed < 250; ++seed) {
      const Program program = RandomProgram(seed, profile);
      if (!AsLitmus(program).has_value()) continue;
      for (const models::testing::Thread& thread : program.threads) {
        for (const Operation& operation : thread) kinds.insert(operation.kind);
      }
    }
  }
  EXPECT_EQ(kinds.size(), 11u);
}

// The program beside the test is the same but for the failure for no reason: there the obvious
// engine chooses first, and goes on only if the value is the expected one.
TEST(HerdAgreementTest, AWeakCompareExchangeIsAChoice) {
  using models::testing::Order;
  const Program program = {
      {{models::testing::Choose(0, 2), models::testing::SkipIfEqual(0, 0, 2),
        models::testing::Load(0, 1, Order::kAcquire), models::testing::AssumeEqual(1, 1),
        models::testing::SkipIfEqual(0, 1, 1),
        models::testing::CompareExchange(0, 1, 1, 2, Order::kAcqRel, Order::kAcquire)},
       {models::testing::Store(0, 1, Order::kRelease),
        models::testing::Store(0, 3, Order::kRelaxed)}}};
  const BruteForceResult expected = ExploreByBruteForce(program, Model::kRc11);
  const herd::Answer answer = Answered(
      "C weak\n{}\nP0(atomic_int *x) { int r1 = 1; atomic_compare_exchange_weak_explicit(x, &r1, "
      "2, memory_order_acq_rel, memory_order_acquire); }\n"
      "P1(atomic_int *x) { atomic_store_explicit(x, 1, memory_order_release); "
      "atomic_store_explicit(x, 3, memory_order_relaxed); }\n",
      Model::kRc11);
  EXPECT_EQ(answer.executions, static_cast<std::uint64_t>(expected.executions));
}

}  // namespace
}  // namespace litmus

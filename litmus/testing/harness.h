// Golden litmus cases: a small program and everything that must come out of it, under each model.
//
// The idea: an optimal checker is fixed by two facts about each program, the set of outcomes and
// the number of execution graphs. Both are literals here, so whoever breaks the engine breaks a
// number. They were computed by the obvious engine (models/testing/brute_force.h), and never by the
// one under test; those with a source also agree with the table or the paper named there.
//
// How a case is checked:
//   1. the engine runs it with its threads created in every order, under rc11, cpp20 and sc: a
//      graph has no first thread, so neither the count nor the outcomes may move;
//   2. the obvious engine runs it once per model, as a second opinion on the literals.
//
// How outcomes are written: "10,0/21" is one outcome. Before the slash, the registers that some
// operation fills, by number, with a comma between threads (threads that read nothing are left
// out); after it, the final values of x, y, z, w. So values have one digit. A program that leaves
// nothing to see has the outcome "-".
#ifndef RMAPCHECK_LITMUS_TESTING_HARNESS_H_
#define RMAPCHECK_LITMUS_TESTING_HARNESS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "core/sync/order.h"
#include "models/testing/brute_force.h"
#include "models/testing/program.h"

namespace litmus {

// The vocabulary in which the cases are written.
using ksync::acq_rel;
using ksync::acquire;
using ksync::Order;
using ksync::relaxed;
using ksync::release;
using ksync::seq_cst;
using models::testing::AssumeEqual;
using models::testing::CompareExchange;
using models::testing::Exchange;
using models::testing::Fence;
using models::testing::FetchAdd;
using models::testing::Load;
using models::testing::Lock;
using models::testing::PlainLoad;
using models::testing::PlainStore;
using models::testing::Program;
using models::testing::SkipIfEqual;
using models::testing::Store;
using models::testing::Unlock;
using models::testing::Value;
using models::testing::WaitUntilEqual;
inline constexpr int x = 0;
inline constexpr int y = 1;
inline constexpr int z = 2;
inline constexpr int w = 3;

// What must come out under one model.
struct Expected {
  enum class Kind { kAsRc11, kRuns, kRaces, kDeadlocks };
  Kind kind = Kind::kAsRc11;
  int executions = 0;  // Complete ones.
  // Separated by spaces. "all" are those of rc11; "all but A B" and "all and A B" take away and
  // add.
  std::string outcomes;
};

// `executions` complete execution graphs, which leave exactly `outcomes`; no failure.
Expected Runs(int executions, const char* outcomes);
// Some execution has a data race; then nothing else has a meaning.
Expected Races();
// Some execution ends in a deadlock; the others are as in Runs.
Expected Deadlocks(int executions, const char* outcomes);

struct Case {
  std::string name;    // Herd's, with the orders that differ: "MP+rel+acq".
  std::string source;  // Where the program comes from.
  Program program;
  Expected rc11 = {};
  Expected cpp20 = {};  // As rc11 where it is not stated.
  Expected sc = {};
};

std::ostream& operator<<(std::ostream& out, const Case& litmus_case);

// What an engine found, in the notation of Expected.
struct Found {
  std::int64_t executions = 0;
  std::set<std::string> outcomes;
  bool racy = false;
  bool deadlock = false;
  std::string failure;  // Any other.
};

// Returns: what the engine finds if thread number order[i] is created as the i-th.
Found RunEngine(const Program& program, models::testing::Model model,
                const std::vector<int>& order);
// Returns: what trying everything finds.
Found RunBruteForce(const Program& program, models::testing::Model model);

// Returns: one line per difference, each of a kind of its own: a missing outcome (the engine is
// unsound), a surplus one (the model is wrong), a wrong count (an execution is missed or visited
// twice), a race, deadlock or failure too many or too few.
std::vector<std::string> Compare(const Expected& expected, const Found& found);

// Returns: all differences of all models and thread orders, ready to print; empty if it is golden.
std::string Differences(const Case& litmus_case);

// Each file of cases instantiates it: INSTANTIATE_TEST_SUITE_P(Theme, Litmus, ValuesIn(...),
// NameOf)
class Litmus : public ::testing::TestWithParam<Case> {};

// Returns: the case's name with what GoogleTest does not allow in names replaced.
std::string NameOf(const ::testing::TestParamInfo<Case>& info);

}  // namespace litmus

#endif  // RMAPCHECK_LITMUS_TESTING_HARNESS_H_

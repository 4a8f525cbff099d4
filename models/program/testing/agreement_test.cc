// Unmodified programs against the engine that tries everything, on random programs.
//
// Each program is run by tiny_program.cc, a process of its own. For a race-free one both must have
// the same outcomes, the same number of complete executions and the same answer to "can it
// deadlock?"; of a racy one the race must be found. So the entry points, locations by address,
// plain accesses to atomics, and above all the loops that wait are held against an engine that has
// none of them: there a wait is one step.
//
// Not compared: RCU, and looks at locks, which programs do not have. What the engine itself does
// under each memory model is compared in models/testing.
//
// RMAPCHECK_AGREEMENT_PROGRAMS sets how many programs of each profile (default 150), and
// RMAPCHECK_AGREEMENT_FIRST_SEED the seed of the first.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <tuple>

#include "models/testing/brute_force.h"
#include "models/testing/program.h"
#include "models/testing/random_program.h"

namespace models::testing {
namespace {

enum class Way { kRwLocks, kMutexes, kSpins };  // As tiny_program.cc has them.

struct Suite {
  Profile profile;
  Way way;
};
constexpr Suite kSuites[] = {
    {Profile::kMixed, Way::kMutexes},     {Profile::kAtomicsOnly, Way::kMutexes},
    {Profile::kSeqCstHeavy, Way::kSpins}, {Profile::kRmwHeavy, Way::kMutexes},
    {Profile::kLocks, Way::kMutexes},     {Profile::kLocks, Way::kSpins},
    {Profile::kAwaits, Way::kSpins},      {Profile::kPlain, Way::kSpins},
    {Profile::kPlain, Way::kMutexes},     {Profile::kRwLocks, Way::kRwLocks},
    {Profile::kTryLocks, Way::kRwLocks},  {Profile::kChoose, Way::kMutexes},
    {Profile::kMixes, Way::kSpins},
};
constexpr const char* kWayNames[] = {"rwlocks", "mutexes", "spins"};

std::int64_t FromEnvironment(const char* name, std::int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoll(text, nullptr, 10);
}

int StandardOrder(Order order) {
  switch (order) {
    case Order::kRelaxed:
      return __ATOMIC_RELAXED;
    case Order::kAcquire:
      return __ATOMIC_ACQUIRE;
    case Order::kRelease:
      return __ATOMIC_RELEASE;
    case Order::kAcqRel:
      return __ATOMIC_ACQ_REL;
    case Order::kSeqCst:
      break;
  }
  return __ATOMIC_SEQ_CST;
}

std::string Numbers(const Program& program, Way way) {
  std::ostringstream text;
  text << static_cast<int>(way);
  for (int l = 0; l < kMaxLocations; ++l) {
    text << ' ' << (l < program.locations() && program.IsPlain(l) && !program.IsMixed(l));
  }
  text << ' ' << program.threads.size();
  for (const Thread& thread : program.threads) {
    text << ' ' << thread.size();
    for (const Operation& o : thread) {
      text << ' ' << static_cast<int>(o.kind) << ' ' << o.location << ' ' << o.reg << ' '
           << StandardOrder(o.order) << ' ' << StandardOrder(o.failure) << ' ' << o.value.reg << ' '
           << o.value.constant << ' ' << o.expected << ' ' << o.skip;
    }
  }
  return text.str();
}

bool Has(const Program& program, auto wanted) {
  for (const Thread& thread : program.threads) {
    for (const Operation& operation : thread) {
      if (wanted(operation.kind)) return true;
    }
  }
  return false;
}

// Whether tiny_program has all that the program does.
bool CanBeRun(const Program& program, Way way) {
  using Kind = Operation::Kind;
  const bool others = Has(program, [](Kind kind) {
    return kind == Kind::kIsLocked || kind == Kind::kRcuLock || kind == Kind::kSynchronize;
  });
  const bool shares = Has(
      program, [](Kind kind) { return kind == Kind::kLockShared || kind == Kind::kTryLockShared; });
  const bool tries = Has(program, [](Kind kind) { return kind == Kind::kTryLock; });
  return !others && (way == Way::kRwLocks || !shares) && (way != Way::kSpins || !tries);
}

struct Told {
  std::string all;
  std::string verdict;
  std::int64_t executions = -1;
  std::set<Outcome> outcomes;
  bool Says(const char* text) const { return all.find(text) != std::string::npos; }
};

Outcome ReadOutcome(std::istringstream& line) {
  Outcome outcome;
  for (auto& registers : outcome.registers) {
    for (int& value : registers) line >> value;
  }
  for (int& value : outcome.finals) line >> value;
  return outcome;
}

Told RunProgram(const Program& program, Way way) {
  const std::string command =
      "RMAPCHECK_FLAGS='--output=yes --trace=none --nondet=0..2' "
      "models/program/testing/tiny_program '" +
      Numbers(program, way) + "' 2>&1";
  Told told;
  std::FILE* const pipe = popen(command.c_str(), "r");
  char line[1024];
  while (pipe != nullptr && std::fgets(line, sizeof(line), pipe) != nullptr) {
    std::istringstream words(line);
    std::string first;
    words >> first;
    if (first == "outcome") {
      told.outcomes.insert(ReadOutcome(words));
      continue;
    }
    told.all += line;
    if (first == "tiny_program:") words >> told.verdict >> told.executions;
  }
  if (pipe != nullptr) pclose(pipe);
  return told;
}

std::string Differences(const Program& program, Way way) {
  const BruteForceResult expected = ExploreByBruteForce(program, Model::kRc11);
  const Told told = RunProgram(program, way);
  const std::string said = "  it says:\n" + told.all;
  if (expected.racy) {
    const bool found = told.Says("data race:") || (expected.deadlock && told.Says("deadlock:"));
    return found ? "" : "  missing race\n" + said;
  }
  if (expected.deadlock) return told.Says("deadlock:") ? "" : "  missing deadlock\n" + said;
  if (told.verdict != "holds," || !told.Says(" exhaustive")) return "  it does not hold\n" + said;
  if (told.executions != expected.executions) {
    return "  executions: " + std::to_string(expected.executions) + " are expected\n" + said;
  }
  return told.outcomes == expected.outcomes ? "" : "  other outcomes\n" + said;
}

constexpr int kParts = 4;

class ProgramAgreement : public ::testing::TestWithParam<std::tuple<Suite, int>> {};

TEST_P(ProgramAgreement, OnRandomPrograms) {
  const auto [suite, part] = GetParam();
  const std::int64_t programs = FromEnvironment("RMAPCHECK_AGREEMENT_PROGRAMS", 150);
  const std::int64_t first = FromEnvironment("RMAPCHECK_AGREEMENT_FIRST_SEED", 0);
  int compared = 0;
  for (std::int64_t seed = first + part; seed < first + programs; seed += kParts) {
    const Program program = RandomProgram(seed, suite.profile);
    if (!CanBeRun(program, suite.way)) continue;
    ++compared;
    const std::string differences = Differences(program, suite.way);
    ASSERT_EQ(differences, "") << ProfileName(suite.profile) << " program of seed " << seed << ":\n"
                               << ToString(program) << Numbers(program, suite.way);
  }
  EXPECT_GT(compared, 0);
}

std::string NameOf(const ::testing::TestParamInfo<std::tuple<Suite, int>>& info) {
  const auto [suite, part] = info.param;
  std::string name;
  for (char c : std::string(ProfileName(suite.profile))) name += c == ' ' ? '_' : c;
  return name + "_" + kWayNames[static_cast<int>(suite.way)] + "_" + std::to_string(part);
}

INSTANTIATE_TEST_SUITE_P(Random, ProgramAgreement,
                         ::testing::Combine(::testing::ValuesIn(kSuites),
                                            ::testing::Range(0, kParts)),
                         NameOf);

}  // namespace
}  // namespace models::testing

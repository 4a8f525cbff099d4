// The fast engine against the obvious one, on random programs under each memory model.
//
// For a race-free program both must find the same set of outcomes, the same number of complete
// executions (so the fast engine visits none twice and misses none) and the same answer to "can it
// deadlock?". A racy program has no meaning; then only that the race is found is compared. Where
// the engine says that it left out overlapping grace periods, what it found must be among the
// expected.
//
// RMAPCHECK_AGREEMENT_PROGRAMS in the environment sets how many programs per profile are compared
// (default 1500), RMAPCHECK_AGREEMENT_FIRST_SEED the seed of the first, and
// RMAPCHECK_AGREEMENT_OPERATIONS how many operations a thread may have (default 3, at most 4).
// A failure prints the seed: with it as first seed and 1 program the failure comes back alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <tuple>

#include "models/check.h"
#include "models/testing/as_modelled.h"
#include "models/testing/brute_force.h"
#include "models/testing/program.h"
#include "models/testing/random_program.h"

namespace models::testing {
namespace {

// The programs of a profile are dealt to this many tests, so that shards are even.
constexpr int kParts = 8;
constexpr Model kModels[] = {Model::kRc11, Model::kCpp20, Model::kSc};

std::int64_t FromEnvironment(const char* name, std::int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoll(text, nullptr, 10);
}

// The only place that knows the engine's names for the models.
MemoryModelKind EngineModel(Model model) {
  switch (model) {
    case Model::kRc11:
      return MemoryModelKind::kRc11;
    case Model::kCpp20:
      return MemoryModelKind::kCpp20;
    case Model::kSc:
      return MemoryModelKind::kSc;
  }
  return MemoryModelKind::kRc11;
}

const char* ModelName(Model model) {
  switch (model) {
    case Model::kRc11:
      return "rc11";
    case Model::kCpp20:
      return "cpp20";
    case Model::kSc:
      return "sc";
  }
  return "?";
}

struct EngineResult {
  Report report;
  std::set<Outcome> outcomes;
};

EngineResult RunEngine(const Program& program, Model model, bool stop_at_failure) {
  EngineResult result;
  Options options;
  options.memory_model = EngineModel(model);
  options.stop_at_failure = stop_at_failure;
  result.report = Check(options, AsModelled(program, [&result](const Outcome& outcome) {
                          result.outcomes.insert(outcome);
                        }));
  return result;
}

std::string Text(const std::set<Outcome>& outcomes, const Program& program) {
  std::string text;
  for (const Outcome& outcome : outcomes) text += "    " + ToString(outcome, program) + "\n";
  return text.empty() ? "    none\n" : text;
}

std::string Counted(std::uint64_t engine, std::uint64_t expected, const char* what) {
  if (engine == expected) return "";
  return std::string("  ") + what + ": " + std::to_string(engine) + ", but brute force has " +
         std::to_string(expected) + "\n";
}

// Returns: whether the engine says that it left out executions.
bool IsCut(const Report& report) { return report.limit_hit == "overlapping grace periods"; }

// Returns: how the engine differs on a race-free program, or nothing.
std::string DifferencesOfRaceFree(const Program& program, const EngineResult& engine,
                                  const BruteForceResult& expected) {
  const Report& report = engine.report;
  std::string text;
  const auto differs = [&](const std::string& line) { text += "  " + line + "\n"; };
  const bool deadlock = report.failure_kind == FailureKind::kDeadlock;
  const bool failed = report.failure_kind != FailureKind::kNone;
  if (failed && !deadlock) differs("failure: " + report.failure);
  if (deadlock && !expected.deadlock) differs("surplus deadlock: " + report.failure);
  if (IsCut(report)) {
    if (report.executions > static_cast<std::uint64_t>(expected.executions)) {
      differs("more executions than there are");
    }
    if (!std::ranges::includes(expected.outcomes, engine.outcomes)) {
      differs("surplus outcomes:\n" + Text(engine.outcomes, program) +
              "  but brute force has only:\n" + Text(expected.outcomes, program));
    }
    return text;
  }
  if (!deadlock && expected.deadlock) differs("missing deadlock");
  if (!report.exhaustive) differs("the search was cut: " + report.limit_hit);
  text += Counted(report.executions, expected.executions, "executions");
  if (engine.outcomes != expected.outcomes) {
    differs("outcomes:\n" + Text(engine.outcomes, program) + "  but brute force has:\n" +
            Text(expected.outcomes, program));
  }
  return text;
}

// Returns: how the engine differs from brute force, or nothing.
std::string Differences(const Program& program, Model model) {
  const BruteForceResult expected = ExploreByBruteForce(program, model);
  if (!expected.racy) {
    return DifferencesOfRaceFree(program, RunEngine(program, model, false), expected);
  }
  const Report report = RunEngine(program, model, true).report;
  const bool found = report.failure_kind == FailureKind::kDataRace ||
                     (report.failure_kind == FailureKind::kDeadlock && expected.deadlock);
  return found || IsCut(report) ? "" : "  missing race; the engine says: " + report.failure + "\n";
}

class Agreement : public ::testing::TestWithParam<std::tuple<Profile, int>> {};

TEST_P(Agreement, OnRandomPrograms) {
  const auto [profile, part] = GetParam();
  // Four threads cost the obvious engine about fifty times as much.
  const std::int64_t share = profile == Profile::kManyLocks ? 50 : 1;
  const std::int64_t programs = FromEnvironment("RMAPCHECK_AGREEMENT_PROGRAMS", 1500) / share;
  const std::int64_t first = FromEnvironment("RMAPCHECK_AGREEMENT_FIRST_SEED", 0);
  const auto operations = static_cast<int>(FromEnvironment("RMAPCHECK_AGREEMENT_OPERATIONS", 3));
  for (std::int64_t seed = first + part; seed < first + programs; seed += kParts) {
    const Program program = RandomProgram(seed, profile, operations);
    for (Model model : kModels) {
      const std::string differences = Differences(program, model);
      if (differences.empty()) continue;
      FAIL() << ProfileName(profile) << " program of seed " << seed << " under " << ModelName(model)
             << ":\n"
             << ToString(program) << "the engine:\n"
             << differences;
    }
  }
}

std::string NameOf(const ::testing::TestParamInfo<std::tuple<Profile, int>>& info) {
  std::string name;
  for (char c : std::string(ProfileName(std::get<0>(info.param)))) name += c == ' ' ? '_' : c;
  return name + "_" + std::to_string(std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(FourThreads, Agreement,
                         ::testing::Combine(::testing::Values(Profile::kManyLocks),
                                            ::testing::Range(0, kParts)),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(Random, Agreement,
                         ::testing::Combine(::testing::ValuesIn(kProfiles),
                                            ::testing::Range(0, kParts)),
                         NameOf);

}  // namespace
}  // namespace models::testing

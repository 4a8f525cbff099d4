// A search that stands still and goes on, or is dealt out in parts, visits what one search visits.
//
// On random programs of every profile and on the peers' programs: the search is stopped every few
// executions and another one, which knows nothing but the frontier as it is written, goes on; and
// it is stopped once, taken apart choice by choice, and each part is searched alone. Counts of
// executions, of those that end blocked and of failures, and the set of outcomes, must be those of
// the plain search.
//
// RMAPCHECK_AGREEMENT_PROGRAMS and RMAPCHECK_AGREEMENT_FIRST_SEED are as in agreement_test.
#include "models/exploration/frontier.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>

#include "models/exploration/explorer.h"
#include "models/scale/search_json.h"
#include "models/testing/as_modelled.h"
#include "models/testing/peer_programs.h"
#include "models/testing/random_program.h"

namespace models::testing {
namespace {

struct Counts {
  std::uint64_t executions = 0;
  std::uint64_t blocked = 0;
  std::uint64_t failures = 0;
  std::string left_out;

  void Add(const ExplorerResult& result) {
    if (result.anew) *this = Counts();
    executions += result.executions;
    blocked += result.blocked;
    failures += result.failures;
    if (!result.left_out.empty()) left_out = result.left_out;
  }
  friend bool operator==(const Counts&, const Counts&) = default;
};

void PrintTo(const Counts& counts, std::ostream* out) {
  *out << counts.executions << " executions, " << counts.blocked << " blocked, " << counts.failures
       << " failures, left out: " << counts.left_out;
}

using Body = std::function<void()>;

ExplorerOptions Counting(std::uint64_t executions_max) {
  ExplorerOptions options;
  options.stop_at_failure = false;
  options.executions_max = executions_max;
  options.validate = true;
  return options;
}

Counts Plain(const Body& body) {
  Counts counts;
  counts.Add(Explorer(Counting(0), body).Explore());
  return counts;
}

// What another process would read.
Frontier Written(const Frontier& frontier) {
  const std::string text = ToJson(frontier).dump();
  const auto read = FrontierFromJson(nlohmann::ordered_json::parse(text));
  EXPECT_TRUE(read.ok()) << read.status() << "\n" << text;
  if (!read.ok()) return Frontier();
  EXPECT_EQ(*read, frontier) << text;
  return *read;
}

// Stops after every few executions. What is learned is forgotten by nobody: it is in the frontier.
Counts InStages(const Body& body, std::uint64_t every) {
  Counts counts;
  Frontier left = WholeSearch();
  // Writing takes much longer than searching: one stage in sixteen is enough.
  for (int stage = 0;; ++stage) {
    Explorer explorer(Counting(every), body);
    const ExplorerResult result = explorer.Continue(left);
    counts.Add(result);
    if (result.limit_hit != "executions_max") return counts;
    left = stage % 16 == 0 ? Written(explorer.Left()) : explorer.Left();
  }
}

// Searches all parts of what is left. Returns: whether nothing new was learned in one; else `known`
// has it.
bool CountParts(const Body& body, const Frontier& left, Counts& counts, Frontier& known) {
  for (const Frontier& part : Apart(left)) {
    Explorer explorer(Counting(0), body);
    const ExplorerResult result = explorer.Continue(part);
    counts.Add(result);
    if (result.limit_hit != kLearnedLate) continue;
    known.threads = explorer.Left().threads;
    known.tried = explorer.Left().tried;
    return false;
  }
  return true;
}

Counts InParts(const Body& body, std::uint64_t after) {
  Frontier known = WholeSearch();
  while (true) {
    Counts counts;
    Explorer explorer(Counting(after), body);
    const ExplorerResult result = explorer.Continue(known);
    counts.Add(result);
    if (result.limit_hit != "executions_max") return counts;
    if (CountParts(body, explorer.Left(), counts, known)) return counts;
  }
}

std::int64_t FromEnvironment(const char* name, std::int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoll(text, nullptr, 10);
}

class OfRandomPrograms : public ::testing::TestWithParam<Profile> {};

TEST_P(OfRandomPrograms, StagesAndPartsAddUp) {
  const std::int64_t programs = FromEnvironment("RMAPCHECK_AGREEMENT_PROGRAMS", 120);
  const std::int64_t first = FromEnvironment("RMAPCHECK_AGREEMENT_FIRST_SEED", 0);
  for (std::int64_t seed = first; seed < first + programs; ++seed) {
    const Program program = RandomProgram(seed, GetParam());
    SCOPED_TRACE(std::string(ProfileName(GetParam())) + " program of seed " + std::to_string(seed) +
                 ":\n" + ToString(program));
    std::set<Outcome> outcomes;
    const Body body =
        AsModelled(program, [&](const Outcome& outcome) { outcomes.insert(outcome); });
    const Counts plain = Plain(body);
    const std::set<Outcome> all = std::move(outcomes);
    for (const std::uint64_t every : {1, 3}) {
      outcomes.clear();
      ASSERT_EQ(InStages(body, every), plain) << "every " << every;
      ASSERT_EQ(outcomes, all) << "every " << every;
      outcomes.clear();
      ASSERT_EQ(InParts(body, every), plain) << "apart after " << every;
      ASSERT_EQ(outcomes, all) << "apart after " << every;
    }
  }
}

std::string ProfileTestName(const ::testing::TestParamInfo<Profile>& info) {
  std::string name = ProfileName(info.param);
  for (char& letter : name) letter = letter == ' ' ? '_' : letter;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Random, OfRandomPrograms, ::testing::ValuesIn(kProfiles), ProfileTestName);
INSTANTIATE_TEST_SUITE_P(FourThreads, OfRandomPrograms, ::testing::Values(Profile::kManyLocks),
                         ProfileTestName);

class OfPeerPrograms : public ::testing::TestWithParam<PeerProgram> {};

TEST_P(OfPeerPrograms, StagesAndPartsAddUp) {
  const PeerProgram& program = GetParam();
  const Body body = [&program] { program.run(program.n); };
  const Counts plain = Plain(body);
  EXPECT_EQ(plain.executions, program.executions);
  EXPECT_EQ(InStages(body, 7), plain);
  EXPECT_EQ(InParts(body, 40), plain);
}

std::string PeerTestName(const ::testing::TestParamInfo<PeerProgram>& info) {
  std::string name = info.param.name;
  for (char& letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Small, OfPeerPrograms, ::testing::ValuesIn(SmallPeerPrograms()),
                         PeerTestName);

}  // namespace
}  // namespace models::testing

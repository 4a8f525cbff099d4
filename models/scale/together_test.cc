// A search by several processes finds what the one search finds: every count, and the same failure,
// however the items are shared out.
#include "models/scale/together.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

#include "core/sync/sync.h"
#include "models/testing/as_modelled.h"
#include "models/testing/peer_programs.h"
#include "models/testing/random_program.h"

namespace models {

static void PrintTo(const Findings& found, std::ostream* out) {
  *out << found.executions << " executions, " << found.blocked << " blocked, " << found.failures
       << " failures, left out: " << found.left_out << ", failure: " << found.failure.message;
}

static bool operator==(const Findings& a, const Findings& b) {
  return a.executions == b.executions && a.blocked == b.blocked && a.failures == b.failures &&
         a.left_out == b.left_out && a.failure.message == b.failure.message &&
         a.failure.steps == b.failure.steps;
}

namespace testing {
namespace {

using Body = std::function<void()>;

TogetherOptions Jobs(int jobs, bool stop_at_failure) {
  TogetherOptions options;
  options.jobs = jobs;
  options.alone = 3;
  options.search.stop_at_failure = stop_at_failure;
  return options;
}

Findings Alone(const Body& body, bool stop_at_failure) {
  ExplorerOptions options;
  options.stop_at_failure = stop_at_failure;
  Explorer explorer(options, body);
  Findings found;
  found.Add(explorer.Explore(), explorer.names());
  return found;
}

void ExpectTheSame(const Body& body, bool stop_at_failure) {
  const Findings alone = Alone(body, stop_at_failure);
  for (const int jobs : {1, 2, 3}) {
    const Together together = SearchTogether(Jobs(jobs, stop_at_failure), body, {WholeSearch()});
    EXPECT_EQ(together.limit_hit, "");
    EXPECT_TRUE(together.left.empty());
    EXPECT_EQ(together.found, alone) << "jobs: " << jobs;
  }
}

TEST(Together, PeersProgramsCountTheSame) {
  for (const PeerProgram& program : SmallPeerPrograms()) {
    SCOPED_TRACE(program.name);
    ExpectTheSame([&program] { program.run(program.n); }, true);
  }
}

TEST(Together, RandomProgramsCountTheSameBehindFailures) {
  for (const Profile profile : kProfiles) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      SCOPED_TRACE(std::string(ProfileName(profile)) + " " + std::to_string(seed));
      ExpectTheSame(AsModelled(RandomProgram(seed, profile), [](const Outcome&) {}), false);
    }
  }
}

TEST(Together, TheFailureIsTheOneThatASearchMeetsFirst) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    ExpectTheSame(AsModelled(RandomProgram(seed, Profile::kPlain), [](const Outcome&) {}), true);
  }
}

// Five threads add to a counter; only the last of 120 executions in some order gives 5 to the
// first.
void OneOrderFails() {
  ksync::Atomic<int> x(0, "x");
  int first = 0;
  {
    ksync::Thread a([&] { first = x.FetchAdd(1, ksync::relaxed); });
    ksync::Thread b([&] { x.FetchAdd(1, ksync::relaxed); });
    ksync::Thread c([&] { x.FetchAdd(1, ksync::relaxed); });
    ksync::Thread d([&] { x.FetchAdd(1, ksync::relaxed); });
    ksync::Thread e([&] { x.FetchAdd(1, ksync::relaxed); });
  }
  ksync::Check(first < 4, "the first thread is not the last");
}

TEST(Together, AFailureThatSomeExecutionsHaveIsTheSameEveryTime) {
  for (int again = 0; again < 10; ++again) ExpectTheSame(OneOrderFails, true);
}

TEST(Together, ExecutionsMaxCutsAndWhatIsLeftIsTheRest) {
  TogetherOptions options = Jobs(2, true);
  options.search.executions_max = 40;
  Findings found;
  std::vector<Frontier> left = {WholeSearch()};
  int stages = 0;
  while (!left.empty()) {
    Together together = SearchTogether(
        options, [] { NWriters(5); }, left);
    if (together.anew) found = Findings();
    found.Add(together.found);
    left = std::move(together.left);
    ++stages;
  }
  EXPECT_GT(stages, 1);
  EXPECT_EQ(found, Alone([] { NWriters(5); }, true));
}

}  // namespace
}  // namespace testing
}  // namespace models

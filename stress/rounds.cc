// Every other round is calm: perturbing makes some schedules likelier and others less so, and the
// machine's own are those that people's tests have always had.
#include "stress/rounds.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/check.h"
#include "core/sync/native_control.h"
#include "gtest/gtest.h"
#include "stress/budget.h"

namespace stress {
namespace {

// A round takes well below a second, with sanitizers too.
constexpr absl::Duration kPatience = absl::Minutes(1);

void SetKnobs(const RoundsPlan& plan) {
  ksync::StaggerStarts(plan.spins_max);
  ksync::SetAllocationFailureRate(plan.failures_per_mille);
}

std::string Text(const std::vector<ksync::LiveCount>& live) {
  std::string text;
  for (const ksync::LiveCount& count : live) {
    text += count.kind + ": " + std::to_string(count.count) + "\n";
  }
  return text;
}

}  // namespace

absl::Duration NightlyPart(int tests, double share) {
  CHECK(tests > 0, "a night is divided among the tests there are");
  return StressBudget(absl::ZeroDuration()) * share / tests;
}

RoundsDone RunRounds(const RoundsPlan& plan, const std::function<void()>& scenario) {
  SetKnobs(plan);
  ksync::Watchdog watchdog(kPatience);
  const std::vector<ksync::LiveCount> before = ksync::LiveObjects();
  const absl::Time end = absl::Now() + plan.budget;
  RoundsDone done;
  for (int round = 0; round < plan.rounds || absl::Now() < end; ++round) {
    ksync::SetChaos(round % 2 == 0 ? ksync::Chaos{} : ksync::DrawChaos(round));
    ksync::SeedChoices(round);
    if (ksync::TryRound(scenario)) ++done.counted;
    ++done.rounds;
    watchdog.Progress();
  }
  ksync::SetChaos({});
  SetKnobs({});
  if (done.counted == done.rounds) {
    EXPECT_EQ(Text(ksync::LiveObjects()), Text(before)) << "objects were not given back";
  }
  return done;
}

}  // namespace stress

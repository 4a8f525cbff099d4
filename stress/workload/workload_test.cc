// Random programs on real threads do no harm to the newest kernel, nor to older ones with every
// repair, as far as those were sound: a moment of it in //..., hours at night (stress/budget.h).
//
// The newest kernel gets half of the time, a part for each profile; each older one a part of the
// other half, once in the first profile and once while pages are merged. In the short form the
// programs are the same each time, at night they are new. Each run leaves a run.json beside the
// test's log.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/history/kernel.h"
#include "core/scripts/run_script.h"
#include "core/scripts/script_text.h"
#include "core/scripts/testing/unsound_verbs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stress/budget.h"
#include "stress/workload/campaign.h"
#include "stress/workload/generator.h"
#include "stress/workload/report.h"
#include "stress/workload/worker.h"

namespace workload {
namespace {

constexpr absl::Duration kShortForm = absl::Seconds(18);

struct Run {
  rmap::Kernel kernel;
  const Profile* profile;
  int share;  // It gets one of so many parts of the time.
};

// Without the verbs that the kernel could not bear.
Mix MixFor(const rmap::Kernel& kernel, Mix mix) {
  for (rmap::Verb verb : rmap::testing::UnsoundVerbs(kernel)) mix.weights[verb] = 0;
  return mix;
}

std::vector<Run> Runs() {
  std::vector<Run> runs;
  const rmap::Kernel newest = rmap::Kernel().WithAll();
  for (const Profile& profile : Profiles()) {
    runs.push_back({newest, &profile, 2 * static_cast<int>(Profiles().size())});
  }
  std::vector<rmap::Kernel> older;
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    const rmap::Kernel kernel = rmap::Kernel(info.generation).WithAll();
    if (info.modelled && !(kernel == newest)) older.push_back(kernel);
  }
  for (const rmap::Kernel& kernel : older) {
    for (const Profile* profile : {&Profiles()[0], FindProfile("ksm")}) {
      runs.push_back({kernel, profile, 4 * static_cast<int>(older.size())});
    }
  }
  return runs;
}

std::string TestName(const testing::TestParamInfo<Run>& info) {
  return absl::StrCat(absl::StrReplaceAll(info.param.kernel.Name(), {{" ", "_"}, {"-", "_"}}), "_",
                      info.param.profile->name);
}

// At night each run has a seed of its own; the report names it.
std::uint64_t Seed(absl::Duration budget) {
  return budget == kShortForm ? 1 : static_cast<std::uint64_t>(absl::ToUnixSeconds(absl::Now()));
}

Campaign CampaignOf(const Run& run) {
  const absl::Duration budget = stress::StressBudget(kShortForm);
  Campaign campaign;
  campaign.kernel = run.kernel.Name();
  campaign.profile = run.profile->name;
  campaign.mix = MixFor(run.kernel, run.profile->mix);
  campaign.seed = Seed(budget);
  campaign.seconds = absl::ToDoubleSeconds(budget / run.share);
  campaign.hang_seconds = 60;
  return campaign;
}

// Where Bazel keeps what tests write beside their logs.
void WriteOutputs(const std::string& name, const Campaign& campaign, Results& results) {
  const char* const outputs = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  if (outputs == nullptr) return;
  const std::filesystem::path folder = std::filesystem::path(outputs) / name;
  std::filesystem::create_directories(folder);
  for (FoundFailure& found : results.failures) {
    found.failure.script = (folder / absl::StrCat(found.failure.round, ".rmap")).string();
    std::ofstream(found.failure.script) << rmap::ToText(SmallestScript(found));
  }
  std::ofstream(folder / "run.json") << ToJson(campaign, results);
}

class WorkloadTest : public testing::TestWithParam<Run> {};

TEST_P(WorkloadTest, NothingFails) {
  const Campaign campaign = CampaignOf(GetParam());
  Results results = RunCampaign(campaign);
  WriteOutputs(TestName({GetParam(), 0}), campaign, results);
  EXPECT_TRUE(results.failures.empty()) << ToText(campaign, results);
  EXPECT_GT(results.rounds, 0u);
  std::cout << ToText(campaign, results);
}

// Returns: whether there are merged pages when one of the script's phases has ended.
bool Merges(rmap::Script script) {
  for (; !script.phases.empty(); script.phases.pop_back()) {
    const std::string effect = rmap::EffectOf(rmap::Kernel().WithAll(), script);
    if (std::regex_search(effect, std::regex("=c?[0-9]+m"))) return true;
  }
  return false;
}

// Or little is tried of all that is done to merged pages.
TEST(KsmProfileTest, PagesAreMerged) {
  constexpr int kSeeds = 40;
  int merging = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    merging += Merges(Generate(FindProfile("ksm")->mix, seed)) ? 1 : 0;
  }
  EXPECT_GT(merging, kSeeds / 2);
}

// Returns: "mmap_sem(R) > pte lock(W)" and so on, but for trylocks.
std::set<std::string> OrderIn(const Results& results) {
  std::set<std::string> order;
  for (const stress::Nesting& n : results.lock_order) {
    if (n.tried) continue;
    order.insert(absl::StrCat(n.held, "(", n.held_mode, ") > ", n.taken, "(", n.taken_mode, ")"));
  }
  return order;
}

TEST(LockOrderTest, WhatRealThreadsDidIsTold) {
  Campaign campaign;
  campaign.kernel = "G9 with all";
  campaign.mix = Profiles()[0].mix;
  campaign.rounds_max = 50;
  campaign.seconds = 60;
  const Results results = RunCampaign(campaign);
  EXPECT_EQ(results.rounds, 50u);
  EXPECT_THAT(OrderIn(results), testing::Contains("mmap_sem(R) > pte lock(W)"));
  EXPECT_THAT(OrderIn(results), testing::Contains("mmap_sem(W) > pte lock(W)"));
  EXPECT_THAT(OrderIn(results), testing::Not(testing::Contains("pte lock(W) > mmap_sem(R)")));
  const auto told = nlohmann::json::parse(ToJson(campaign, results))["lock_order"];
  ASSERT_EQ(told.size(), results.lock_order.size());
  for (const auto& nesting : told) {
    EXPECT_THAT(nesting["held_at"], testing::MatchesRegex("[a-z_]+[.](cc|h):[0-9]+"));
  }
}

INSTANTIATE_TEST_SUITE_P(Random, WorkloadTest, testing::ValuesIn(Runs()), TestName);

}  // namespace
}  // namespace workload

int main(int argc, char** argv) {
  if (const auto code = workload::RunAsWorker(argc, argv)) return *code;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

// What is counted in small families, against what the designs promise as formulas; and the command.
// The formulas are here and not in the program, so that each number is known in two ways.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/history/kernel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stress/cost_command.h"
#include "stress/cost_model.h"
#include "stress/cost_report.h"

namespace cost {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::uint64_t kChildren = 5;
constexpr std::uint64_t kPages = 4;
constexpr std::uint64_t kProcesses = kChildren + 1;
constexpr FamilySize kSize{.children = kChildren, .pages = kPages};

rmap::Kernel KernelOf(const std::string& name) { return rmap::ParseKernel(name).value(); }

WalkCosts WalksOf(const rmap::Kernel& kernel, Workload workload) {
  return MeasureWalks(kernel, workload, kSize, [](double) {});
}

std::vector<Generation> GrowthOf(const rmap::Kernel& kernel, std::uint32_t generations) {
  return MeasureGrowth(kernel, generations, [](double) {});
}

void ExpectWalks(const Walks& walks, std::uint64_t count, std::uint64_t visits,
                 std::uint64_t visits_max) {
  EXPECT_EQ(walks.count, count);
  EXPECT_EQ(walks.visits, visits);
  EXPECT_EQ(walks.visits_max, visits_max);
}

// Every kernel that is modelled, as it was.
class Cost : public testing::TestWithParam<rmap::Kernel> {
 protected:
  bool HasChains() const { return GetParam().Has(rmap::Mechanism::kChains); }
};

// One page in kProcesses is the parent's, whose anon_vma all children are linked to.
constexpr std::uint64_t kVisitsWithChains = kChildren * kPages + kProcesses * kPages;

TEST_P(Cost, WalksForCopiedPages) {
  const WalkCosts costs = WalksOf(GetParam(), Workload::kCopied);
  constexpr std::uint64_t kAll = kProcesses * kPages;
  EXPECT_EQ(costs.mappings, kAll);
  if (HasChains()) {
    ExpectWalks(costs.complete, kAll, kVisitsWithChains, kProcesses);
    ExpectWalks(costs.until_found, kAll, kAll, 1);
    EXPECT_LT(costs.complete.Average(), 2);
  } else {
    ExpectWalks(costs.complete, kAll, kAll * kProcesses, kProcesses);
    // The members of a family are on the list in the order of their birth.
    ExpectWalks(costs.until_found, kAll, kPages * kProcesses * (kProcesses + 1) / 2, kProcesses);
  }
}

TEST_P(Cost, WalksForSharedPages) {
  const WalkCosts costs = WalksOf(GetParam(), Workload::kShared);
  EXPECT_EQ(costs.mappings, kPages * kProcesses);
  ExpectWalks(costs.complete, kPages, kPages * kProcesses, kProcesses);
  ExpectWalks(costs.until_found, kPages, kPages * kProcesses, kProcesses);
}

TEST_P(Cost, WalksForPagesOfASplitVma) {
  const WalkCosts costs = WalksOf(GetParam(), Workload::kSplit);
  EXPECT_EQ(costs.mappings, kPages);
  if (GetParam().Has(rmap::Mechanism::kIntervalTree)) {
    ExpectWalks(costs.complete, kPages, kPages, 1);
  } else {
    ExpectWalks(costs.complete, kPages, kPages * kPages, kPages);
  }
}

TEST_P(Cost, ObjectsAfterFork) {
  for (const std::uint64_t vmas : {1, 7}) {
    const Objects objects = MeasureObjects(GetParam(), kChildren, vmas);
    EXPECT_EQ(objects.vmas, vmas * kProcesses);
    EXPECT_EQ(objects.links, HasChains() ? vmas * (2 * kChildren + 1) : vmas * kProcesses);
    EXPECT_EQ(objects.anon_vmas, HasChains() ? vmas * kProcesses : vmas);
  }
}

TEST_P(Cost, BytesAreCountsTimesSizes) {
  const Objects one = MeasureObjects(GetParam(), 0, 1);
  const Objects many = MeasureObjects(GetParam(), kChildren, 7);
  EXPECT_GT(one.vma_bytes, 0u);
  EXPECT_GT(one.anon_vma_bytes, 0u);
  EXPECT_EQ(one.link_bytes > 0, HasChains());
  EXPECT_EQ(many.vma_bytes, many.vmas * one.vma_bytes);
  EXPECT_EQ(many.link_bytes, many.links * one.link_bytes);
  EXPECT_EQ(many.anon_vma_bytes, many.anon_vmas * one.anon_vma_bytes);
  EXPECT_DOUBLE_EQ(many.Overhead() * static_cast<double>(many.vma_bytes),
                   static_cast<double>(many.link_bytes + many.anon_vma_bytes));
}

// How many links the server's VMA has after so many generations.
std::uint64_t LinksAfter(const rmap::Kernel& kernel, std::uint32_t generation) {
  if (!kernel.Has(rmap::Mechanism::kChains)) return 1;
  constexpr std::uint32_t kOwnParentAndRoot = 3;
  const bool bounded = kernel.Has(rmap::Mechanism::kReuse) && kernel.Has(rmap::Fix::kKh30);
  return bounded ? std::min(generation + 1, kOwnParentAndRoot) : generation + 1;
}

TEST_P(Cost, ChainsOfAServerThatForksItself) {
  constexpr std::uint32_t kGenerations = 20;
  const std::vector<Generation> growth = GrowthOf(GetParam(), kGenerations);
  ASSERT_EQ(growth.size(), kGenerations + 1);
  for (std::uint32_t i = 0; i <= kGenerations; ++i) {
    EXPECT_EQ(growth[i].generation, i);
    EXPECT_EQ(growth[i].objects.vmas, 1u);
    EXPECT_EQ(growth[i].objects.links, LinksAfter(GetParam(), i)) << "generation " << i;
    EXPECT_EQ(growth[i].objects.anon_vmas, growth[i].objects.links) << "generation " << i;
  }
}

std::vector<rmap::Kernel> ModelledKernels() {
  std::vector<rmap::Kernel> kernels;
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    if (info.modelled) kernels.emplace_back(info.generation);
  }
  return kernels;
}

std::string TestName(const testing::TestParamInfo<rmap::Kernel>& info) {
  return absl::StrReplaceAll(info.param.Name(), {{" ", "_"}, {"-", "_"}});
}

INSTANTIATE_TEST_SUITE_P(Kernels, Cost, testing::ValuesIn(ModelledKernels()), TestName);

TEST(CostOfRepairs, WithoutKh21EveryWalkVisitsTheFamily) {
  const WalkCosts costs = WalksOf(KernelOf("G3 without KH-21"), Workload::kCopied);
  ExpectWalks(costs.complete, kProcesses * kPages, kProcesses * kProcesses * kPages, kProcesses);
}

TEST(CostOfRepairs, WithoutKh30ChainsGrow) {
  const std::vector<Generation> growth = GrowthOf(KernelOf("G9 without KH-30"), 10);
  EXPECT_EQ(growth.back().objects.links, 11u);
}

TEST(CostProgress, RisesToOne) {
  std::vector<double> seen;
  MeasureWalks(rmap::Kernel(), Workload::kShared, kSize,
               [&seen](double done) { seen.push_back(done); });
  EXPECT_EQ(seen, (std::vector<double>{0.25, 0.5, 0.75, 1}));
}

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome RunCommand(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = Main(words, out, err);
  return {code, out.str(), err.str()};
}

TEST(CostCommand, Defaults) {
  const Command command = ParseCommand({}).value();
  EXPECT_EQ(command.request.family.children, 1000u);
  EXPECT_EQ(command.request.family.pages, 1000u);
  EXPECT_EQ(command.request.fork_generations, 1000u);
  EXPECT_FALSE(command.json);
}

TEST(CostCommand, ValuesBehindAndBeside) {
  const std::vector<std::string> words = {"--children=7", "--pages", "8", "--fork_generations=9"};
  const Command command = ParseCommand(words).value();
  EXPECT_EQ(command.request.family.children, 7u);
  EXPECT_EQ(command.request.family.pages, 8u);
  EXPECT_EQ(command.request.fork_generations, 9u);
}

struct Mistake {
  std::vector<std::string> words;
  std::string message;
};

TEST(CostCommand, MistakesAreOneLine) {
  const Mistake kMistakes[] = {
      {{"--children=0"}, "--children=0: is no number that fits: give a whole number from 1 to"},
      {{"--children=-1"}, "--children=-1: is no number that fits"},
      {{"--children=+1"}, "--children=+1: is no number that fits"},
      {{"--children="}, "--children=: is no number that fits"},
      {{"--children=10001"}, "--children=10001: is no number that fits"},
      {{"--pages", "many"}, "--pages=many: is no number that fits"},
      {{"--pages=4294967297"}, "--pages=4294967297: is no number that fits"},
      {{"--fork_generations=1e3"}, "--fork_generations=1e3: is no number that fits"},
      {{"--pages=\n"}, "--pages=\\n: is no number that fits"},
      {{"--pages"}, "--pages: has no value: write --pages=N"},
      {{"--json=yes"}, "--json: takes no value: write --json"},
      {{"--pages=1", "--pages=2"}, "--pages: is given twice: give it once"},
      {{"--childern=1"}, "--childern: is no flag: did you mean --children?"},
      {{"everything"}, "\"everything\": takes no argument: leave it out"},
      {{""}, "\"\": takes no argument: leave it out"},
      {{"--children=10000", "--pages=10000"}, "are 100010000 pages together: have at most"},
  };
  for (const Mistake& mistake : kMistakes) {
    const Outcome outcome = RunCommand(mistake.words);
    EXPECT_EQ(outcome.code, 2) << mistake.message;
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, AllOf(StartsWith("rmap_cost: "), HasSubstr(mistake.message)));
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
  }
}

TEST(CostCommand, Help) {
  const Outcome outcome = RunCommand({"--help"});
  EXPECT_EQ(outcome.code, 0);
  for (const char* flag : {"--children=N", "--pages=N", "--fork_generations=N", "--json"}) {
    EXPECT_THAT(outcome.out, HasSubstr(flag));
  }
  EXPECT_THAT(outcome.err, IsEmpty());
}

const std::vector<std::string> kSmall = {"--children=5", "--pages=4", "--fork_generations=12"};

std::vector<std::string> SmallAnd(const std::string& word) {
  std::vector<std::string> words = kSmall;
  words.push_back(word);
  return words;
}

TEST(CostCommand, TextHasATableForEachQuestion) {
  const Outcome outcome = RunCommand(kSmall);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("Every child has written every page"));
  EXPECT_THAT(outcome.out, HasSubstr("No child has written"));
  EXPECT_THAT(outcome.out, HasSubstr("mprotect has split"));
  EXPECT_THAT(outcome.out, HasSubstr("anon_vma bytes"));
  EXPECT_THAT(outcome.out, HasSubstr("after 1  after 10  after 12  most ever"));
  EXPECT_THAT(outcome.err, IsEmpty());
}

// Returns: the first row of that kernel.
nlohmann::json RowOf(const nlohmann::json& rows, const std::string& kernel) {
  for (const nlohmann::json& row : rows) {
    if (row["kernel"] == kernel) return row;
  }
  ADD_FAILURE() << "no row of " << kernel;
  return {};
}

TEST(CostCommand, JsonHasTheSameNumbers) {
  const Outcome outcome = RunCommand(SmallAnd("--json"));
  EXPECT_EQ(outcome.code, 0);
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["children"], kChildren);
  EXPECT_EQ(json["pages"], kPages);
  EXPECT_EQ(json["fork_generations"], 12);

  const nlohmann::json walks = RowOf(json["walks"], "G9");
  EXPECT_EQ(walks["workload"], "copied");
  EXPECT_EQ(walks["complete"]["visits"], kVisitsWithChains);
  EXPECT_EQ(walks["complete"]["visits_max"], kProcesses);
  EXPECT_EQ(walks["until_found"]["visits_per_walk"], 1.0);
  const double g0_visits = kProcesses * kProcesses * kPages;
  EXPECT_DOUBLE_EQ(walks["g0_ratio"], g0_visits / kVisitsWithChains);
  EXPECT_DOUBLE_EQ(RowOf(json["walks"], "G0")["g0_ratio"], 1);

  EXPECT_EQ(RowOf(json["objects"], "G9")["links"], 2 * kChildren + 1);
  const nlohmann::json growth = RowOf(json["growth"], "G8");
  EXPECT_EQ(growth["links_max"], 13);
  EXPECT_EQ(growth["generations"].size(), 3u);
  EXPECT_EQ(growth["generations"][1]["generation"], 10);
  EXPECT_EQ(growth["generations"][1]["links"], 11);
}

TEST(CostCommand, OutputThatIsLostIsAnError) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(Main(kSmall, out, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("standard output: cannot be written"));
}

}  // namespace
}  // namespace cost

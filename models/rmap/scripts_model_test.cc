// Scripts under the checker: what each step does alone; small programs of two threads, visited
// exhaustively; and historical bugs as files that a user could have written, which are violated
// without the repair and hold with it.
//
// The files are core/scripts/examples; each has a row here. Those that hold have a twin on real
// threads, stress/scripts_stress_test.cc.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "core/history/kernel.h"
#include "core/scripts/run_script.h"
#include "core/scripts/script_text.h"
#include "core/scripts/testing/effects.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/graph/failure.h"
#include "models/rmap/scripts.h"

namespace models {
namespace {

constexpr char kFolder[] = "core/scripts/examples";

struct Example {
  const char* file;
  std::uint64_t executions;           // Of the proof, on the kernel that the file asks for.
  std::optional<rmap::Fix> fix = {};  // Without which it is violated.
  std::string violation = "";         // What the failure then says, among other things.
  std::string before = "";  // Kernels whose design, not a repair that they lack, violates it.
  MemoryModelKind memory_model = MemoryModelKind::kRc11;  // Of the proof.
};

using enum rmap::Fix;

const Example kExamples[] = {
    {"borrow-then-merge.rmap", 1, kKh18, "I3: a VMA's chain lacks"},
    {"exit-behind-ksmd.rmap", 22},
    {"exit-during-migration.rmap", 174, kKh43, "double free"},
    {"exit-during-use.rmap", 7'158},
    {"exit-when-ksmd-leaves.rmap", 22, kKh12, "used after its storage ended"},
    {"failed-fork-then-reclaim.rmap", 6, kKh16, "I7: a VMA that no mm has"},
    {"failing-memory-in-swap-cache.rmap", 1},
    {"failing-memory-of-locked.rmap", 1},
    {"failing-memory.rmap", 3'015},
    {"fault-under-ksmd.rmap", 2'089},
    {"last-exit-under-ksmd.rmap", 18, kKh13, "invalid memory access"},
    {"map-under-ksmd.rmap", 15},
    {"merge-beside-write.rmap", 15},
    {"merge-into-untouched.rmap", 1, kKh17, "I3: a VMA's chain lacks"},
    {"merge-of-locked.rmap", 1, kKh11, "a page is freed that is locked in memory"},
    {"migrate-to-and-fro.rmap", 64'309},
    {.file = "move-back-beside-untouched.rmap",
     .executions = 1,
     .violation = "I2: no chain has",
     .before = "G0..G5 with all"},
    {"move-during-migration.rmap", 159, kKh54, "I1: a migration entry is left"},
    {"munlock-during-migration.rmap", 726},
    {.file = "reuse-by-swap-in.rmap", .executions = 54, .memory_model = MemoryModelKind::kCpp20},
    {"reuse-of-a-number.rmap", 1'044},
    {"scan-after-failed-unmerge.rmap", 9},
    {.file = "split-beside-older-anchor.rmap",
     .executions = 84,
     .violation = "I1: a migration entry is left",
     .before = "G1..G4 with all"},
    {"split-during-migration.rmap", 32, kKh25, "I1: a migration entry is left"},
    {"swap-in-beside-strangers.rmap", 7},
    {"swap-in-then-exit.rmap", 1, kKh20, "I2: no chain has"},
    {"swap-in-then-migrate.rmap", 1, kKh20, "I3: a VMA's chain lacks"},
    {"two-first-faults.rmap", 204, kKh22, "AnonVmaChain is never freed"},
    {"unmap-between-rounds.rmap", 1},
    {"unmap-what-has-grown.rmap", 9'251, kKh95, "I1: a walk would look elsewhere"},
    {"write-after-failure.rmap", 17'114},
    {"write-beside-merge-of-locked.rmap", 145},
    {"write-only-memory.rmap", 1},
};

rmap::Script Read(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::string(kFolder) + "/" + name).rdbuf();
  const absl::StatusOr<rmap::Script> script = rmap::ParseScript(text.str());
  EXPECT_TRUE(script.ok()) << name << ":" << script.status();
  return script.ok() ? *script : rmap::Script();
}

rmap::Kernel KernelOf(const rmap::Script& script) {
  if (script.kernel.empty()) return rmap::Kernel().WithAll();
  return *rmap::ParseKernel(script.kernel);
}

Report CheckOn(const rmap::Kernel& kernel, const rmap::Script& script,
               MemoryModelKind memory_model = MemoryModelKind::kRc11) {
  const RmapScenario scenario = ScriptScenario("script", script);
  Options options;
  options.memory_model = memory_model;
  return Check(options, [&] { scenario.run(kernel); });
}

TEST(Scripts, DoUnderTheCheckerWhatTheyDoNatively) {
  for (const rmap::testing::Effect& row : rmap::testing::Effects()) {
    std::string effect;
    rmap::testing::LastOutcome last;
    const Report report = Check({}, [&] {
      effect = rmap::modelled::EffectOf(rmap::Kernel().WithAll(), ScriptOf(row), &last);
    });
    EXPECT_EQ(report.verdict, Verdict::kHolds) << row.steps << "\n" << report;
    EXPECT_EQ(report.executions, 1u) << row.steps;
    EXPECT_EQ(effect, row.effect) << row.steps;
    EXPECT_EQ(last.outcome(), row.outcome) << row.steps;
  }
}

class ExampleModel : public testing::TestWithParam<Example> {};

TEST_P(ExampleModel, IsProved) {
  const Example& example = GetParam();
  const rmap::Script script = Read(example.file);
  const Report report = CheckOn(KernelOf(script), script, example.memory_model);
  EXPECT_EQ(report.verdict, Verdict::kHolds) << report;
  EXPECT_TRUE(report.exhaustive);
  EXPECT_EQ(report.executions, example.executions);
}

std::string TestName(const testing::TestParamInfo<Example>& info) {
  const std::string name = std::filesystem::path(info.param.file).stem();
  return absl::StrReplaceAll(name, {{"-", "_"}});
}

void PrintTo(const Example& example, std::ostream* out) { *out << example.file; }

INSTANTIATE_TEST_SUITE_P(Holds, ExampleModel, testing::ValuesIn(kExamples), TestName);

// Returns: the kernels that the example is a counterexample for.
std::vector<rmap::Kernel> WhereViolated(const Example& example, const rmap::Script& script) {
  if (example.fix.has_value()) return {KernelOf(script).Without(*example.fix)};
  if (example.before.empty()) return {};
  return *rmap::ParseKernels(example.before);
}

TEST(Examples, OfHistoricalBugsAreViolatedWithoutTheFix) {
  for (const Example& example : kExamples) {
    const rmap::Script script = Read(example.file);
    for (const rmap::Kernel& kernel : WhereViolated(example, script)) {
      const Report report = CheckOn(kernel, script);
      EXPECT_EQ(report.verdict, Verdict::kViolated) << example.file << "\n" << report;
      EXPECT_THAT(report.failure, testing::HasSubstr(example.violation)) << kernel.Name();
    }
  }
}

TEST(Examples, AreAllTestedHere) {
  std::set<std::string> tested;
  for (const Example& example : kExamples) tested.insert(example.file);
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    found.insert(entry.path().filename());
  }
  EXPECT_EQ(found, tested);
}

// A process that only one thread names has no users, nor one that nobody begins or ends: then a
// script has no more executions than its operations have.
TEST(Users, CostNothingWhereNobodyBeginsOrEnds) {
  const auto executions = [](const std::string& threads) {
    const std::string head =
        "pages 4\nphase\nthread\nstart P0\nmap P0 0..4 rw\nwrite P0 0\nwrite P0 1\nphase\n";
    const absl::StatusOr<rmap::Script> script = rmap::ParseScript(head + threads);
    EXPECT_TRUE(script.ok()) << script.status();
    const Report report = CheckOn(rmap::Kernel().WithAll(), *script);
    EXPECT_EQ(report.verdict, Verdict::kHolds) << report;
    return report.executions;
  };
  EXPECT_EQ(executions("thread\nstart P1\nmap P1 0..1 r\nexit P1\nthread\nstart P2\nexit P2"), 1u);
  EXPECT_EQ(executions("thread\nall-locks P0\nthread\nstart P1"), 1u);
  EXPECT_GT(executions("thread\nexit P0\nthread\ncheck P0"), 1u);
}

}  // namespace
}  // namespace models

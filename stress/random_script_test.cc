// Random scripts on real threads: whatever the steps, but for what older kernels cannot bear, no
// rule breaks, and everything is given back. What each step does alone is asked in core/scripts and
// models/rmap.
#include "core/scripts/testing/random_script.h"

#include <cstdint>
#include <vector>

#include "core/history/kernel.h"
#include "core/scripts/run_script.h"
#include "core/scripts/script.h"
#include "core/scripts/script_text.h"
#include "core/scripts/testing/unsound_verbs.h"
#include "core/sync/native_control.h"
#include "gtest/gtest.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

using rmap::testing::RandomScript;
using rmap::testing::RandomScriptSize;
using rmap::testing::UnsoundVerbs;

constexpr int kFailuresPerMille = 50;
constexpr int kSpinsMax = 2'000;  // So that threads of a few steps overlap.

// Every other one that has several threads is perturbed.
void RunAll(const Kernel& kernel, int count, const RandomScriptSize& size) {
  ksync::SetAllocationFailureRate(kFailuresPerMille);
  ksync::StaggerStarts(kSpinsMax);
  const bool alone = size.threads_max == 1;
  for (int seed = 0; seed < count; ++seed) {
    const Script script = RandomScript(seed, size);
    SCOPED_TRACE(ToText(script));
    ksync::SetChaos(alone || seed % 2 == 0 ? ksync::Chaos() : ksync::DrawChaos(seed));
    ksync::SeedChoices(seed);
    RunScript(kernel, script);
  }
  ksync::SetChaos({});
}

TEST(RandomScripts, HoldInOneThread) {
  RunAll(Kernel().WithAll(), 4000, {.threads_max = 1, .steps = 30});
}

TEST(RandomScripts, HoldInOneThreadWhenMemoryRunsOut) {
  RunAll(Kernel().WithAll(), 4000, {.threads_max = 1, .steps = 30, .memory_may_run_out = true});
}

TEST(RandomScripts, HoldOnThreads) { RunAll(Kernel().WithAll(), 1000, {.steps = 40}); }

TEST(RandomScripts, HoldOnThreadsWhenMemoryRunsOut) {
  RunAll(Kernel().WithAll(), 1000, {.steps = 40, .memory_may_run_out = true});
}

// With all fixes, those of later times included: what an older design can be at its best.
TEST(RandomScripts, HoldInEveryGeneration) {
  for (const GenerationInfo& info : Generations()) {
    if (!info.modelled) continue;
    SCOPED_TRACE(info.name);
    const Kernel kernel = Kernel(info.generation).WithAll();
    RunAll(kernel, 100, {.steps = 40, .memory_may_run_out = true, .without = UnsoundVerbs(kernel)});
  }
}

bool Has(const Script& script, Verb verb) {
  for (const Phase& phase : script.phases) {
    for (const Steps& steps : phase.threads) {
      for (const Step& step : steps) {
        if (step.verb == verb) return true;
      }
    }
  }
  return false;
}

// Or the last test would only seldom fail.
TEST(RandomScripts, LeaveOutWhatAKernelCannotBear) {
  const std::vector<Verb> unsound = UnsoundVerbs(Kernel(Generation::kG4).WithAll());
  EXPECT_EQ(unsound, (std::vector<Verb>{Verb::kMove, Verb::kMigrate}));
  EXPECT_TRUE(UnsoundVerbs(Kernel()).empty());
  for (int seed = 0; seed < 100; ++seed) {
    for (Verb verb : unsound) {
      EXPECT_TRUE(Has(RandomScript(seed, {.steps = 400}), verb));
      EXPECT_FALSE(Has(RandomScript(seed, {.steps = 400, .without = unsound}), verb));
    }
  }
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

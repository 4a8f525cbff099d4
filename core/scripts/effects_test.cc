// What each step does alone, on the native back end; the twin is models/rmap/scripts_model_test.cc.
// That the table has a row for each verb is asked here.
#include "core/scripts/testing/effects.h"

#include <set>

#include "core/history/kernel.h"
#include "core/scripts/run_script.h"
#include "core/scripts/script_text.h"
#include "gtest/gtest.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

using rmap::testing::Effect;

TEST(Effects, OfEachStepAreThoseOfTheTable) {
  for (const Effect& row : rmap::testing::Effects()) {
    rmap::testing::LastOutcome last;
    EXPECT_EQ(EffectOf(Kernel().WithAll(), ScriptOf(row), &last), row.effect) << row.steps;
    EXPECT_EQ(last.outcome(), row.outcome) << row.steps;
  }
}

TEST(Effects, AreTheSameInEveryGeneration) {
  for (const GenerationInfo& info : Generations()) {
    if (!info.modelled) continue;
    const Kernel kernel = Kernel(info.generation).WithAll();
    for (const Effect& row : rmap::testing::Effects()) {
      EXPECT_EQ(EffectOf(kernel, ScriptOf(row)), row.effect) << kernel.Name() << "\n" << row.steps;
    }
  }
}

TEST(Effects, AreKnownOfEachVerb) {
  std::set<Verb> done;
  for (const Effect& row : rmap::testing::Effects()) {
    if (row.outcome == Outcome::kDone) done.insert(ScriptOf(row).phases[0].threads[0].back().verb);
  }
  EXPECT_EQ(done.size(), kVerbCount);
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

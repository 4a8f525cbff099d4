// The shrinker with oracles that are functions: what it leaves fails, nothing in it can be left
// out, and it stops when time is up.
#include "stress/workload/shrinker.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "stress/workload/generator.h"
#include "stress/workload/mix.h"

namespace workload {
namespace {

using rmap::Phase;
using rmap::Script;
using rmap::Step;
using rmap::Steps;
using rmap::Verb;

Step Write(std::uint32_t at) { return {.verb = Verb::kWrite, .at = at}; }

Script Of(std::vector<Phase> phases) {
  Script script;
  script.phases = std::move(phases);
  return script;
}

Phase Together(std::vector<Steps> threads) {
  Phase phase;
  phase.threads = std::move(threads);
  return phase;
}

// Threads of `steps` steps, each of which is another.
Script Large(std::uint32_t phases, std::uint32_t threads, std::uint32_t steps) {
  Script script;
  script.pages = 100;
  script.swap_slots = 50;
  std::uint32_t next = 0;
  for (std::uint32_t p = 0; p < phases; ++p) {
    Phase phase;
    phase.memory_may_run_out = true;
    for (std::uint32_t t = 0; t < threads; ++t) {
      Steps& all = phase.threads.emplace_back();
      for (std::uint32_t s = 0; s < steps; ++s) all.push_back(Write(next++ % 64));
    }
    script.phases.push_back(phase);
  }
  return script;
}

bool Has(const Steps& steps, std::uint32_t at) {
  return std::ranges::find(steps, Write(at)) != steps.end();
}

bool HasAnywhere(const Script& script, std::uint32_t at) {
  for (const Phase& phase : script.phases) {
    for (const Steps& steps : phase.threads) {
      if (Has(steps, at)) return true;
    }
  }
  return false;
}

// A race: two threads of one phase.
bool Race(const Script& script, std::uint32_t one, std::uint32_t other) {
  for (const Phase& phase : script.phases) {
    for (const Steps& first : phase.threads) {
      for (const Steps& second : phase.threads) {
        if (&first != &second && Has(first, one) && Has(second, other)) return true;
      }
    }
  }
  return false;
}

Shrunk ShrinkBy(Script script, std::function<bool(const Script&)> fails) {
  return Shrink(std::move(script), {.fails = std::move(fails)});
}

TEST(ShrinkerTest, OneStepIsLeftOfMany) {
  const Shrunk shrunk =
      ShrinkBy(Large(4, 4, 4), [](const Script& script) { return HasAnywhere(script, 37); });
  EXPECT_TRUE(shrunk.finished);
  ASSERT_EQ(shrunk.script.phases.size(), 1u);
  EXPECT_EQ(shrunk.script.phases[0], Together({{Write(37)}}));
  EXPECT_EQ(shrunk.script.pages, 38u) << "no step names a page above";
  EXPECT_EQ(shrunk.script.swap_slots, 1u);
}

// How many pages ksmd looks at says nothing of how many there are.
TEST(ShrinkerTest, WhatKsmdLooksAtIsNoAddress) {
  Script script = Large(1, 1, 1);
  script.phases[0].threads[0].push_back({.verb = rmap::Verb::kScan, .length = 50});
  const Shrunk shrunk =
      ShrinkBy(script, [](const Script& candidate) { return SizeOf(candidate).steps == 2; });
  EXPECT_EQ(shrunk.script.pages, 1u);
}

TEST(ShrinkerTest, ARaceKeepsItsTwoThreads) {
  const Shrunk shrunk =
      ShrinkBy(Large(4, 4, 4), [](const Script& script) { return Race(script, 18, 29); });
  ASSERT_EQ(shrunk.script.phases.size(), 1u);
  const std::vector<Steps> threads = {{Write(18)}, {Write(29)}};
  EXPECT_EQ(shrunk.script.phases[0].threads, threads);
}

// What only has to be done before becomes a set-up of one thread, so that a model has few steps to
// interleave.
TEST(ShrinkerTest, WhatComesBeforeTheRaceBecomesSetUp) {
  const auto fails = [](const Script& script) {
    return HasAnywhere(script, 1) && HasAnywhere(script, 16) && Race(script, 19, 23);
  };
  const Shrunk shrunk = ShrinkBy(Large(2, 4, 4), fails);
  const ScriptSize size = SizeOf(shrunk.script);
  EXPECT_EQ(size.steps, 4u);
  EXPECT_EQ(size.steps_together, 2u);
  EXPECT_EQ(size.phases, 2u);
  EXPECT_TRUE(FitsModel(shrunk.script));
}

TEST(ShrinkerTest, KeepsScarceMemoryIfItIsNeeded) {
  const Shrunk shrunk = ShrinkBy(Large(3, 2, 2), [](const Script& script) {
    return std::ranges::any_of(script.phases, [](const Phase& phase) {
      return phase.memory_may_run_out && !phase.threads.empty() && Has(phase.threads[0], 5);
    });
  });
  ASSERT_EQ(shrunk.script.phases.size(), 1u);
  EXPECT_TRUE(shrunk.script.phases[0].memory_may_run_out);
}

// Every script that results from leaving one thing out.
std::vector<Script> OneLess(const Script& script) {
  std::vector<Script> less;
  for (std::size_t p = 0; p < script.phases.size(); ++p) {
    less.push_back(script);
    less.back().phases.erase(less.back().phases.begin() + p);
    for (std::size_t t = 0; t < script.phases[p].threads.size(); ++t) {
      less.push_back(script);
      auto& threads = less.back().phases[p].threads;
      threads.erase(threads.begin() + t);
      for (std::size_t s = 0; s < script.phases[p].threads[t].size(); ++s) {
        less.push_back(script);
        Steps& steps = less.back().phases[p].threads[t];
        steps.erase(steps.begin() + s);
      }
    }
  }
  return less;
}

// On scripts as they are generated, with an oracle that needs several verbs in a certain order:
// what is left fails, and fails no more without any one thing.
TEST(ShrinkerTest, TheResultIsMinimal) {
  const auto fails = [](const Script& script) {
    int seen = 0;
    for (const Phase& phase : script.phases) {
      for (const Steps& steps : phase.threads) {
        for (const Step& step : steps) {
          const Verb wanted[] = {Verb::kFork, Verb::kProtect, Verb::kUnmap, Verb::kExit};
          if (seen < 4 && step.verb == wanted[seen]) ++seen;
        }
      }
    }
    return seen == 4;
  };
  int tried = 0;
  for (int seed = 0; seed < 20; ++seed) {
    const Script script = Generate(Profiles()[0].mix, seed);
    if (!fails(script)) continue;
    ++tried;
    const Shrunk shrunk = ShrinkBy(script, fails);
    EXPECT_TRUE(fails(shrunk.script));
    EXPECT_EQ(SizeOf(shrunk.script).steps, 4u);
    for (const Script& less : OneLess(shrunk.script)) EXPECT_FALSE(fails(less));
  }
  EXPECT_GT(tried, 5);
}

// Of n steps with one culprit, about 2 log n questions per list, and not n.
TEST(ShrinkerTest, AsksSeldom) {
  const Shrunk shrunk =
      ShrinkBy(Large(1, 1, 64), [](const Script& script) { return HasAnywhere(script, 20); });
  EXPECT_LT(shrunk.asked, 40);
}

TEST(ShrinkerTest, StopsWhenTimeIsUp) {
  int left = 5;
  int asked = 0;
  const Oracle oracle{.fails =
                          [&asked](const Script& script) {
                            ++asked;
                            return Race(script, 18, 29);
                          },
                      .has_time = [&left] { return left-- > 0; }};
  const Shrunk shrunk = Shrink(Large(4, 4, 4), oracle);
  EXPECT_FALSE(shrunk.finished);
  EXPECT_EQ(shrunk.asked, 5);
  EXPECT_EQ(asked, 5);
  EXPECT_TRUE(Race(shrunk.script, 18, 29)) << "what is returned always fails";
}

// An oracle that sometimes misses the failure costs size, never truth.
TEST(ShrinkerTest, WhatIsReturnedWasSeenToFail) {
  int count = 0;
  const Shrunk shrunk = ShrinkBy(Large(3, 3, 4), [&count](const Script& script) {
    return ++count % 3 != 0 && Race(script, 1, 6);
  });
  EXPECT_TRUE(Race(shrunk.script, 1, 6));
}

TEST(ShrinkerTest, SizesAreCounted) {
  Script script = Large(2, 3, 4);
  script.phases.insert(script.phases.begin(), Together({{Write(0), Write(1)}}));
  EXPECT_EQ(ToText(SizeOf(script)), "3 phases, at most 3 threads, 26 steps (24 of them together)");
}

TEST(FitsModelTest, OnlyTheLastPhaseMayHaveThreads) {
  const Phase alone = Together({{Write(0), Write(1), Write(2)}});
  const Phase pair = Together({{Write(0)}, {Write(1)}});
  const Phase four = Together({{Write(0)}, {Write(1)}, {Write(2)}, {Write(3)}});
  EXPECT_TRUE(FitsModel(Of({alone, alone, pair})));
  EXPECT_TRUE(FitsModel(Of({alone})));
  EXPECT_FALSE(FitsModel(Of({pair, alone})));
  EXPECT_FALSE(FitsModel(Of({alone, four})));
  EXPECT_FALSE(FitsModel(Large(1, 2, 4)));
}

}  // namespace
}  // namespace workload

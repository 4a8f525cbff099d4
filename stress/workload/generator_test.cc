// The generator: a seed means one script everywhere; the mix decides what is in it. And the written
// form of weights.
#include "stress/workload/generator.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "core/scripts/script_text.h"
#include "gtest/gtest.h"
#include "stress/workload/mix.h"
#include "stress/workload/random.h"

namespace workload {
namespace {

using rmap::Script;
using rmap::Verb;

const Mix& General() { return Profiles()[0].mix; }

template <typename Look>
void ForEachStep(const Script& script, Look look) {
  for (const rmap::Phase& phase : script.phases) {
    for (const rmap::Steps& steps : phase.threads) {
      for (const rmap::Step& step : steps) look(phase, step);
    }
  }
}

std::array<int, rmap::kVerbCount> CountVerbs(const Mix& mix, int seeds) {
  std::array<int, rmap::kVerbCount> counts{};
  for (int seed = 0; seed < seeds; ++seed) {
    ForEachStep(Generate(mix, seed), [&counts](const rmap::Phase&, const rmap::Step& step) {
      ++counts[static_cast<int>(step.verb)];
    });
  }
  return counts;
}

// A sum over everything a script says.
std::uint64_t Fingerprint(const Script& script) {
  std::uint64_t sum = script.pages;
  ForEachStep(script, [&sum](const rmap::Phase&, const rmap::Step& step) {
    for (std::uint64_t word :
         {std::uint64_t{static_cast<std::uint8_t>(step.verb)}, std::uint64_t{step.process},
          std::uint64_t{step.other}, std::uint64_t{step.at}, std::uint64_t{step.length},
          std::uint64_t{step.to}, std::uint64_t{step.to_length}, std::uint64_t{step.rights}}) {
      sum = Random(sum ^ word).Draw();
    }
  });
  return sum;
}

TEST(GeneratorTest, IsAFunctionOfTheSeed) {
  EXPECT_EQ(Generate(General(), 7), Generate(General(), 7));
  EXPECT_NE(Generate(General(), 7), Generate(General(), 8));
}

// Written down on x86-64 with g++: another platform must agree, or seeds do not travel.
TEST(GeneratorTest, IsTheSameOnEveryPlatform) {
  Mix mix;
  for (int verb = 0; verb < rmap::kVerbCount; ++verb) mix.weights[static_cast<Verb>(verb)] = 1;
  EXPECT_EQ(Fingerprint(Generate(mix, 1)), 14030711015251311934u);
  EXPECT_EQ(Fingerprint(Generate(mix, 2)), 9189000293512947228u);
}

TEST(GeneratorTest, HasTheSizesThatItIsGiven) {
  Mix mix = General();
  mix.threads = 7;
  mix.phases = 3;
  mix.steps = 5;
  mix.pages = 6;
  const Script script = Generate(mix, 3);
  EXPECT_EQ(script.pages, 6u);
  EXPECT_EQ(script.swap_slots, mix.swap_slots);
  int together = 0;
  for (const rmap::Phase& phase : script.phases) {
    if (phase.threads.size() == 1) continue;  // A family is set up.
    ++together;
    ASSERT_EQ(phase.threads.size(), 7u);
    for (const rmap::Steps& steps : phase.threads) EXPECT_EQ(steps.size(), 5u);
  }
  EXPECT_EQ(together, 3);
}

TEST(GeneratorTest, StaysInsideOfAddressSpaces) {
  for (const Profile& profile : Profiles()) {
    for (int seed = 0; seed < 50; ++seed) {
      const Script script = Generate(profile.mix, seed);
      ForEachStep(script, [&script](const rmap::Phase&, const rmap::Step& step) {
        if (!rmap::HasProcess(step.verb)) return;
        EXPECT_LE(step.at + step.length, script.pages) << rmap::ToText(step);
        EXPECT_LE(step.to + step.to_length, script.pages) << rmap::ToText(step);
        EXPECT_LT(step.at, script.pages) << rmap::ToText(step);
      });
    }
  }
}

// What the profile says is possible does happen; and only of merging there is more than one thing
// to say.
TEST(GeneratorTest, UsesEveryVerbThatHasAWeight) {
  for (const Profile& profile : Profiles()) {
    const bool merges = std::string(profile.name) == "ksm";
    const auto counts = CountVerbs(profile.mix, 200);
    for (int verb = 0; verb < rmap::kVerbCount; ++verb) {
      const auto as_verb = static_cast<Verb>(verb);
      const bool of_merging = as_verb == Verb::kMergeable || as_verb == Verb::kUnmergeable ||
                              as_verb == Verb::kStore || SideOf(as_verb) == Side::kKsmd;
      EXPECT_EQ(counts[verb] > 0, merges || !of_merging) << profile.name << rmap::VerbName(as_verb);
    }
  }
}

// One thread more, which does nothing else; nobody else does what it does.
TEST(GeneratorTest, KsmdIsAThreadOfItsOwn) {
  const Mix& mix = FindProfile("ksm")->mix;
  for (int seed = 0; seed < 20; ++seed) {
    for (const rmap::Phase& phase : Generate(mix, seed).phases) {
      if (phase.threads.size() == 1) continue;  // A family is set up.
      ASSERT_EQ(phase.threads.size(), mix.threads + 1);
      for (std::size_t thread = 0; thread < phase.threads.size(); ++thread) {
        for (const rmap::Step& step : phase.threads[thread]) {
          EXPECT_EQ(SideOf(step.verb) == Side::kKsmd, thread == mix.threads);
        }
      }
    }
  }
}

TEST(GeneratorTest, LeavesOutWhatHasNoWeight) {
  Mix mix = General();
  ASSERT_TRUE(SetWeights("migrate:0,protect:0", mix.weights).ok());
  const auto counts = CountVerbs(mix, 50);
  EXPECT_EQ(counts[static_cast<int>(Verb::kMigrate)], 0);
  EXPECT_EQ(counts[static_cast<int>(Verb::kProtect)], 0);
  EXPECT_GT(counts[static_cast<int>(Verb::kReclaim)], 0);
}

TEST(GeneratorTest, WeightsAreProportions) {
  Mix mix = General();
  ASSERT_TRUE(SetWeights("reclaim:90,migrate:30,referenced:0,poison:0", mix.weights).ok());
  const auto counts = CountVerbs(mix, 200);
  const double ratio =
      1.0 * counts[static_cast<int>(Verb::kReclaim)] / counts[static_cast<int>(Verb::kMigrate)];
  EXPECT_NEAR(ratio, 3.0, 0.3);
}

TEST(GeneratorTest, MemoryRunsOutAsOftenAsAsked) {
  const auto scarce_phases = [](std::uint32_t scarcity) {
    Mix mix = General();
    mix.scarcity = scarcity;
    int scarce = 0;
    for (int seed = 0; seed < 100; ++seed) {
      for (const rmap::Phase& phase : Generate(mix, seed).phases)
        scarce += phase.memory_may_run_out;
    }
    return scarce;
  };
  EXPECT_EQ(scarce_phases(0), 0);
  EXPECT_EQ(scarce_phases(1000), 400);
  EXPECT_NEAR(scarce_phases(500), 200, 50);
}

// A family has three generations at least, and nobody's number is used again.
TEST(GeneratorTest, ForksChildrenOfChildren) {
  const Script script = Generate(General(), 5);
  ASSERT_EQ(script.phases[0].threads.size(), 1u);
  std::vector<int> generation(1000, -1);
  int deepest = 0;
  ForEachStep(script, [&](const rmap::Phase& phase, const rmap::Step& step) {
    if (step.verb != Verb::kFork) return;
    EXPECT_EQ(generation[step.other], -1) << "number " << step.other << " is used twice";
    generation[step.other] = std::max(generation[step.process], 0) + 1;
    if (phase.threads.size() == 1) deepest = std::max(deepest, generation[step.other]);
  });
  EXPECT_GE(deepest, 2);
}

TEST(WeightsTest, HaveAWrittenForm) {
  Weights weights = General().weights;
  ASSERT_TRUE(SetWeights("fork:3, exit:1\nread:1000", weights).ok());
  EXPECT_EQ(weights[Verb::kFork], 3u);
  EXPECT_EQ(weights[Verb::kExit], 1u);
  EXPECT_EQ(weights[Verb::kRead], 1000u);
  EXPECT_EQ(weights[Verb::kWrite], General().weights[Verb::kWrite]);
  Weights again;
  ASSERT_TRUE(SetWeights(ToText(weights), again).ok());
  EXPECT_EQ(weights, again);
}

TEST(WeightsTest, WrongOnesAreToldAndChangeNothing) {
  const Weights before = General().weights;
  Weights weights = before;
  for (const char* text : {"fork", "fork:", "fork:-1", "fork:1001", "fork:1:2", "frok:3", "fork:x",
                           "exit:2,frok:3", "", " ,\n"}) {
    EXPECT_FALSE(SetWeights(text, weights).ok()) << text;
    EXPECT_EQ(weights, before) << text;
  }
  EXPECT_EQ(SetWeights("frok:3", weights).message(), "\"frok\": is no verb: did you mean fork?");
  EXPECT_FALSE(SetWeights("referenced:0,reclaim:0,migrate:0,poison:0", weights).ok());
}

TEST(ProfilesTest, AreFoundByName) {
  for (const Profile& profile : Profiles()) EXPECT_EQ(FindProfile(profile.name), &profile);
  EXPECT_EQ(FindProfile("genera"), nullptr);
}

}  // namespace
}  // namespace workload

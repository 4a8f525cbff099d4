// That the tables are in order, and that what is written parses back. What the fixes do is not the
// matter here: the scenarios of the rmap core show that.
#include "core/history/kernel.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace rmap {
namespace {

TEST(Generation, TableIsInOrderAndNamesParseBack) {
  int expected = 0;
  for (const GenerationInfo& info : Generations()) {
    EXPECT_EQ(static_cast<int>(info.generation), expected++);
    EXPECT_EQ(FindGeneration(info.name), info.generation);
  }
  EXPECT_EQ(FindGeneration("G14"), std::nullopt);
}

TEST(Generation, NewestIsModelled) { EXPECT_EQ(NewestGeneration(), Generation::kG9); }

TEST(Generation, VmLockRmapLivedForOneGeneration) {
  EXPECT_FALSE(Has(Generation::kG0, Mechanism::kVmLockRmap));
  EXPECT_TRUE(Has(Generation::kG1, Mechanism::kVmLockRmap));
  EXPECT_FALSE(Has(Generation::kG2, Mechanism::kVmLockRmap));
}

TEST(Fix, TableIsInOrderAndNamesParseBack) {
  int expected = 0;
  for (const FixInfo& info : Fixes()) {
    EXPECT_EQ(static_cast<int>(info.fix), expected++);
    EXPECT_EQ(FindFix(info.id), info.fix);
    EXPECT_STREQ(Name(info.fix), info.id);
  }
  EXPECT_EQ(FindFix("KH-00"), std::nullopt);
}

TEST(Fix, NoneIsOlderThanItsMistake) {
  for (const FixInfo& info : Fixes()) {
    EXPECT_TRUE(!info.since.has_value() || info.born <= *info.since) << info.id;
  }
}

TEST(Fix, IsNotMissedBeforeItsMistake) {
  EXPECT_TRUE(Has(Generation::kG0, Fix::kKh25));   // G0 had the lock,
  EXPECT_FALSE(Has(Generation::kG1, Fix::kKh25));  // G1 lost it,
  EXPECT_FALSE(Has(Generation::kG4, Fix::kKh25));
  EXPECT_TRUE(Has(Generation::kG5, Fix::kKh25));  // G5 has it again.
}

TEST(Fix, OfAMistakeBetweenTwoGenerationsIsInAll) {
  for (const GenerationInfo& info : Generations()) {
    EXPECT_TRUE(Has(info.generation, Fix::kKh81)) << info.name;
    EXPECT_FALSE(Has(info.generation, Fix::kKh108)) << info.name;
  }
}

TEST(Kernel, HasTheFixesOfItsTime) {
  EXPECT_FALSE(Kernel(Generation::kG2).Has(Fix::kKh22));
  EXPECT_TRUE(Kernel(Generation::kG3).Has(Fix::kKh22));
  EXPECT_FALSE(Kernel(Generation::kG5).Has(Fix::kKh26));
  EXPECT_FALSE(Kernel(Generation::kG5).Has(Fix::kKh108));
}

TEST(Kernel, HasTheMechanismsOfItsGeneration) {
  for (const GenerationInfo& info : Generations()) {
    const Kernel kernel(info.generation);
    for (int i = 0; i < kMechanismCount; ++i) {
      const auto mechanism = static_cast<Mechanism>(i);
      EXPECT_EQ(kernel.Has(mechanism), Has(info.generation, mechanism)) << info.name << " " << i;
    }
  }
}

TEST(Kernel, WrittenFormParsesBack) {
  for (const char* text : {"G1", "G5 without KH-22", "G3 without KH-17 with KH-25", "G9 with all",
                           "G9 with all without KH-22", "G0 with KH-34", "G0 at K4",
                           "G0 at K0 with all", "G0 at K8 without KH-25"}) {
    const absl::StatusOr<Kernel> kernel = ParseKernel(text);
    ASSERT_TRUE(kernel.ok()) << kernel.status();
    EXPECT_EQ(kernel->Name(), text);
  }
}

TEST(Kernel, WhatAGenerationHasAnywayIsNotWritten) {
  EXPECT_EQ(ParseKernel("G5 with KH-22")->Name(), "G5");
  EXPECT_EQ(ParseKernel("G1 without KH-22")->Name(), "G1");
}

TEST(KsmState, TableIsInOrderAndNamesParseBack) {
  int expected = 0;
  for (const KsmStateInfo& info : KsmStates()) {
    EXPECT_EQ(static_cast<int>(info.state), expected++);
    EXPECT_EQ(FindKsmState(info.name), info.state);
  }
  EXPECT_EQ(FindKsmState("K12"), std::nullopt);
  EXPECT_EQ(KsmStates().back().state, kNewestKsmState);
}

TEST(Kernel, AtAStateOfKsmHasWhatThatStateBroughtAndNoMore) {
  const Kernel kernel(KsmState::kStableNode);
  EXPECT_EQ(kernel.generation(), Generation::kG0);
  EXPECT_TRUE(kernel.Has(KsmState::kStableNode));
  EXPECT_FALSE(kernel.Has(KsmState::kNodeAndPage));
  EXPECT_EQ(kernel.Name(), "G0 at K4");
  EXPECT_TRUE(Kernel(Generation::kG9).Has(KsmState::kMigratesOffline));
}

TEST(Kernel, AtAStateOfKsmHasTheRepairsOfThatStateAndItsMistakes) {
  const auto has = [](const char* kernel, Fix fix) { return ParseKernel(kernel)->Has(fix); };
  EXPECT_FALSE(has("G0 at K0", Fix::kKh08));
  EXPECT_TRUE(has("G0 at K1", Fix::kKh08));
  EXPECT_FALSE(has("G0 at K1", Fix::kKh06));
  EXPECT_TRUE(has("G0 at K2", Fix::kKh06));
  EXPECT_TRUE(has("G0 at K1", Fix::kKh07));  // Not made yet.
  EXPECT_FALSE(has("G0 at K2", Fix::kKh07));
  EXPECT_TRUE(has("G0 at K3", Fix::kKh07));
  EXPECT_TRUE(has("G0 at K1", Fix::kKh12));
  EXPECT_FALSE(has("G0 at K2", Fix::kKh12));
  EXPECT_EQ(has("G0 at K3", Fix::kKh25), has("G0", Fix::kKh25));
}

TEST(KsmState, TheNewestHasWhatG0Has) {
  for (const FixInfo& info : Fixes()) {
    EXPECT_EQ(Has(kNewestKsmState, info.fix), Has(Generation::kG0, info.fix)) << info.id;
  }
}

TEST(Kernel, AtTheNewestStateOfKsmIsTheGenerationItself) {
  EXPECT_EQ(Kernel(kNewestKsmState), Kernel(Generation::kG0));
  EXPECT_EQ(ParseKernel("G0 at K11")->Name(), "G0");
  EXPECT_EQ(ParseKernel("G7 at K11")->Name(), "G7");
}

TEST(Kernel, WithAllHasAll) {
  const Kernel kernel = Kernel(Generation::kG3).WithAll();
  EXPECT_EQ(kernel.generation(), Generation::kG3);
  for (const FixInfo& info : Fixes()) EXPECT_TRUE(kernel.Has(info.fix)) << info.id;
  EXPECT_EQ(kernel.Name(), "G3 with all");
  EXPECT_EQ(*ParseKernel("G3 without KH-22 with all"), kernel);
}

TEST(Kernel, EveryOneIsWrittenSoThatItParsesBack) {
  for (const GenerationInfo& info : Generations()) {
    if (!info.modelled) continue;
    for (const FixInfo& fix : Fixes()) {
      const Kernel unchanged(info.generation);
      for (const Kernel& kernel : {unchanged.With(fix.fix), unchanged.Without(fix.fix),
                                   unchanged.WithAll(), unchanged.WithAll().Without(fix.fix),
                                   unchanged.WithAll().Without(fix.fix).Without(Fix::kKh108)}) {
        EXPECT_EQ(*ParseKernel(kernel.Name()), kernel) << kernel.Name();
      }
    }
  }
}

TEST(Kernel, EveryOneAtAStateOfKsmIsWrittenSoThatItParsesBack) {
  for (const KsmStateInfo& info : KsmStates()) {
    for (const FixInfo& fix : Fixes()) {
      const Kernel unchanged(info.state);
      for (const Kernel& kernel : {unchanged.With(fix.fix), unchanged.Without(fix.fix),
                                   unchanged.WithAll().Without(fix.fix)}) {
        EXPECT_EQ(*ParseKernel(kernel.Name()), kernel) << kernel.Name();
      }
    }
  }
}

TEST(Kernels, ARangeIsAKernelForEachGeneration) {
  const auto names = [](const char* text) {
    std::vector<std::string> names;
    const absl::StatusOr<std::vector<Kernel>> kernels = ParseKernels(text);
    EXPECT_TRUE(kernels.ok()) << kernels.status();
    if (kernels.ok())
      for (const Kernel& kernel : *kernels) names.push_back(kernel.Name());
    return names;
  };
  EXPECT_EQ(names("G4"), std::vector<std::string>{"G4"});
  EXPECT_EQ(names("G4 without KH-22"), std::vector<std::string>{"G4 without KH-22"});
  EXPECT_EQ(names("G7..G9 with all"),
            (std::vector<std::string>{"G7 with all", "G8 with all", "G9 with all"}));
  EXPECT_FALSE(ParseKernels("G3..G1").ok());
  EXPECT_FALSE(ParseKernels("G3..").ok());
  EXPECT_FALSE(ParseKernels("").ok());
}

TEST(Kernel, ErrorsNameTheWord) {
  const auto message = [](const char* text) {
    return std::string(ParseKernel(text).status().message());
  };
  EXPECT_EQ(message("H1"), "\"H1\" is not a kernel generation");
  EXPECT_EQ(message("G10"), "\"G10\" is not a modelled kernel generation");
  EXPECT_EQ(message("G5 minus KH-22"), "\"minus\" is not \"with\" or \"without\"");
  EXPECT_EQ(message("G5 without KH-999"), "\"KH-999\" is not a known fix");
  EXPECT_EQ(message("G5 without all"), "\"all\" is not a known fix");
  EXPECT_EQ(message("G5 without"), "\"without\" is not followed by a fix");
  EXPECT_EQ(message("G0 at"), "\"\" is not a state of KSM, K0 to K11");
  EXPECT_EQ(message("G0 at K12"), "\"K12\" is not a state of KSM, K0 to K11");
  EXPECT_EQ(message("G5 at K4"), "\"K4\" is not what KSM was in G5, but in G0");
}

TEST(Kernel, MayBeWrittenWithAnySpaceAndAnyEndOfLine) {
  EXPECT_EQ(ParseKernel("G5\twithout  KH-01 \r")->Name(), "G5 without KH-01");
  EXPECT_EQ(ParseKernel("G5\r")->Name(), "G5");
}

}  // namespace
}  // namespace rmap

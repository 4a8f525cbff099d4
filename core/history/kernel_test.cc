// That the tables are in order, and that what is written parses back. What the fixes do is not the
// matter here: the scenarios of the rmap core show that.
#include "core/history/kernel.h"

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

TEST(Generation, NewestIsModelled) { EXPECT_EQ(NewestGeneration(), Generation::kG5); }

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

TEST(Kernel, HasTheFixesOfItsTime) {
  EXPECT_FALSE(Kernel(Generation::kG2).Has(Fix::kKh22));
  EXPECT_TRUE(Kernel(Generation::kG3).Has(Fix::kKh22));
  EXPECT_FALSE(Kernel(Generation::kG5).Has(Fix::kKh26));
  EXPECT_FALSE(Kernel(Generation::kG5).Has(Fix::kKh108));
}

TEST(Kernel, WrittenFormParsesBack) {
  for (const char* text : {"G1", "G5 without KH-22", "G3 without KH-17 with KH-25"}) {
    const absl::StatusOr<Kernel> kernel = ParseKernel(text);
    ASSERT_TRUE(kernel.ok()) << kernel.status();
    EXPECT_EQ(kernel->Name(), text);
  }
}

TEST(Kernel, WhatAGenerationHasAnywayIsNotWritten) {
  EXPECT_EQ(ParseKernel("G5 with KH-22")->Name(), "G5");
  EXPECT_EQ(ParseKernel("G1 without KH-22")->Name(), "G1");
}

TEST(Kernel, ErrorsNameTheWord) {
  const auto message = [](const char* text) {
    return std::string(ParseKernel(text).status().message());
  };
  EXPECT_EQ(message("H1"), "\"H1\" is not a kernel generation");
  EXPECT_EQ(message("G4"), "\"G4\" is not a modelled kernel generation");
  EXPECT_EQ(message("G5 minus KH-22"), "\"minus\" is not \"with\" or \"without\"");
  EXPECT_EQ(message("G5 without KH-999"), "\"KH-999\" is not a known fix");
  EXPECT_EQ(message("G5 without"), "\"without\" is not followed by a fix");
}

}  // namespace
}  // namespace rmap

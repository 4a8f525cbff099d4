// SplitMix: the published sequence, as other programs draw it from the same seed, and that both
// ways to a number come to the same.
#include "core/base/split_mix.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace base {
namespace {

// As Java's SplittableRandom and the reference program in C give them for this seed.
TEST(SplitMixTest, DrawsThePublishedSequence) {
  SplitMix numbers(1234567);
  EXPECT_EQ(numbers.Next(), 6457827717110365317u);
  EXPECT_EQ(numbers.Next(), 3203168211198807973u);
  EXPECT_EQ(numbers.Next(), 9817491932198370423u);
  EXPECT_EQ(numbers.Next(), 4593380528125082431u);
  EXPECT_EQ(numbers.Next(), 16408922859458223821u);
}

TEST(SplitMixTest, NthIsWhatNextComesTo) {
  SplitMix numbers(42);
  for (std::uint64_t n = 1; n <= 100; ++n) EXPECT_EQ(SplitMix::Nth(42, n), numbers.Next()) << n;
}

}  // namespace
}  // namespace base

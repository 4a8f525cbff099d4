// Random choices that are the same on every platform: what a seed means must not depend on a
// standard library, whose distributions differ from one to the next.
#ifndef RMAPCHECK_STRESS_WORKLOAD_RANDOM_H_
#define RMAPCHECK_STRESS_WORKLOAD_RANDOM_H_

#include <cstdint>
#include <span>

#include "core/base/check.h"
#include "core/base/split_mix.h"

namespace workload {

class Random {
 public:
  explicit Random(std::uint64_t seed) : numbers_(seed) {}

  std::uint64_t Draw() { return numbers_.Next(); }

  // Returns: one of 0..count-1. Requires: count > 0.
  std::uint32_t Below(std::uint32_t count) {
    CHECK(count > 0, "there is nothing to draw from");
    return static_cast<std::uint32_t>(Draw() % count);
  }
  // Returns: one of first..last.
  std::uint32_t Between(std::uint32_t first, std::uint32_t last) {
    return first + Below(last - first + 1);
  }
  // Returns: true in `share` of `whole` draws.
  bool Happens(std::uint32_t share, std::uint32_t whole) { return Below(whole) < share; }

  template <typename T>
  const T& OneOf(std::span<const T> choices) {
    return choices[Below(static_cast<std::uint32_t>(choices.size()))];
  }

 private:
  base::SplitMix numbers_;
};

// Returns: a seed for the `index`th of a family: neighbours have nothing in common.
inline std::uint64_t SeedOf(std::uint64_t seed, std::uint64_t index) {
  Random family(seed);
  return Random(family.Draw() + index).Draw();
}

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_RANDOM_H_

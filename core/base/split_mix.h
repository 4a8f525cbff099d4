// SplitMix: random numbers that are the same on every platform, so that a seed always means the
// same.
//
// The state goes up by one constant, and what is drawn is the state, mixed: any state is a good
// one, so any seed will do, and the n-th number of a seed can be had without those before it.
// What it does not do: distributions. A number modulo a bound is unfair by bound / 2^64, which for
// the bounds drawn from here is nothing.
//
// Source: Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014
// (splitmix64).
#ifndef RMAPCHECK_CORE_BASE_SPLIT_MIX_H_
#define RMAPCHECK_CORE_BASE_SPLIT_MIX_H_

#include <cstdint>

namespace base {

class SplitMix {
 public:
  constexpr explicit SplitMix(std::uint64_t seed) : state_(seed) {}

  // Returns: the next number; the first is Nth(seed, 1).
  constexpr std::uint64_t Next() {
    state_ += kStep;
    return Mixed(state_);
  }

  // Returns: the n-th number of a seed.
  static constexpr std::uint64_t Nth(std::uint64_t seed, std::uint64_t n) {
    return Mixed(seed + n * kStep);
  }

 private:
  // The golden ratio's fraction, odd: it passes all 2^64 states.
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;

  static constexpr std::uint64_t Mixed(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
  }

  std::uint64_t state_;
};

}  // namespace base

#endif  // RMAPCHECK_CORE_BASE_SPLIT_MIX_H_

// On logarithmic axes "one job per unit and user" is a straight line, and so is what joins two
// samples.
#include "stress/aim7/crossover.h"

#include <cmath>

namespace aim7 {
namespace {

// Returns: the logarithm of the jobs per unit and user; zero at the crossover.
double Height(const Sample& sample, double unit_seconds) {
  return std::log(sample.jobs_per_second * unit_seconds / sample.users);
}

}  // namespace

double UnitSeconds(double headroom, double users_that_fit, double unloaded) {
  return headroom * users_that_fit / unloaded;
}

Crossover FindCrossover(std::span<const Sample> samples, double unit_seconds) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double below = Height(samples[i], unit_seconds);
    if (below >= 0) continue;
    if (i == 0) return {.users = std::nullopt, .is_earlier = true};
    const double above = Height(samples[i - 1], unit_seconds);
    const double share = above / (above - below);
    const double first = std::log(samples[i - 1].users);
    return {.users = std::exp(first + share * (std::log(samples[i].users) - first))};
  }
  return {};
}

}  // namespace aim7

// The run, point by point; the rest is arithmetic. Nothing is kept of a point but its numbers, and
// one machine is there at a time.
#include "stress/aim7/results.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/check.h"

namespace aim7 {
namespace {

Point MeasureNamed(const std::string& name, const Load& load, std::uint32_t users) {
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(name);
  CHECK(kernel.ok(), name);
  return MeasurePoint(*kernel, load, users);
}

// Keeps the faster of two measurements. `kept` may have none yet.
void Keep(const Point& measured, Point& kept) {
  if (kept.users == 0 || measured.JobsPerSecond() > kept.JobsPerSecond()) kept = measured;
}

}  // namespace

std::vector<std::string> DefaultKernels() {
  const rmap::Kernel newest = rmap::Kernel().WithAll();
  return {"G0 with all", "G1 with all without KH-20", newest.Name()};
}

double Results::UsersThatFit() const {
  return static_cast<double>(request.load.frames) / request.load.pages;
}

double Results::Unloaded() const {
  double best = 0;
  for (const Series& one : series) best = std::max(best, one.points.front().JobsPerSecond());
  return best;
}

double Results::Unit(double headroom) const {
  return UnitSeconds(headroom, UsersThatFit(), Unloaded());
}

Crossover Results::CrossoverOf(const Series& one, double headroom) const {
  std::vector<Sample> samples;
  for (const Point& point : one.points) {
    samples.push_back({static_cast<double>(point.users), point.JobsPerSecond()});
  }
  return FindCrossover(samples, Unit(headroom));
}

Results MeasureAll(const Request& request, const Progress& progress) {
  Results results;
  results.request = request;
  for (const std::string& kernel : request.kernels) results.series.push_back({kernel, {}});
  const double all = static_cast<double>(request.kernels.size() * request.users.size());
  double done = 0;
  for (std::uint32_t users : request.users) {
    for (Series& one : results.series) one.points.push_back({});
    for (std::uint32_t i = 0; i < request.repeats; ++i) {
      for (Series& one : results.series) {
        progress(absl::StrCat(one.kernel, ", ", users, " users"), done++ / all / request.repeats);
        Keep(MeasureNamed(one.kernel, request.load, users), one.points.back());
      }
    }
  }
  return results;
}

}  // namespace aim7

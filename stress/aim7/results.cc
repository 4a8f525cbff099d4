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

// Measures every kernel at one number of users, the points at the end of each series. Returns:
// false if it was told to stop.
class Run {
 public:
  Run(const Request& request, const Progress& progress, std::vector<Series>& series)
      : request_(request), progress_(progress), series_(series) {}

  bool MeasureAt(std::uint32_t users) {
    for (std::uint32_t i = 0; i < request_.repeats; ++i) {
      for (Series& one : series_) {
        const std::string step = absl::StrCat(one.kernel, ", ", users, " users");
        if (!progress_(step, done_++ / All())) return false;
        Keep(MeasureNamed(one.kernel, request_.load, users), one.points.back());
      }
    }
    return true;
  }

 private:
  double All() const {
    return static_cast<double>(series_.size() * request_.users.size() * request_.repeats);
  }

  const Request& request_;
  const Progress& progress_;
  std::vector<Series>& series_;
  int done_ = 0;
};

bool HaveLastPoint(const std::vector<Series>& series) {
  return std::ranges::all_of(series, [](const Series& one) { return one.points.back().users > 0; });
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
  results.request.users.clear();
  for (const std::string& kernel : request.kernels) results.series.push_back({kernel, {}});
  Run run(request, progress, results.series);
  for (std::uint32_t users : request.users) {
    for (Series& one : results.series) one.points.push_back({});
    results.ended_early = !run.MeasureAt(users);
    if (HaveLastPoint(results.series)) {
      results.request.users.push_back(users);
    } else {
      for (Series& one : results.series) one.points.pop_back();
    }
    if (results.ended_early) break;
  }
  return results;
}

}  // namespace aim7

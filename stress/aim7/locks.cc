// The two modes of a class are one row here: a walk takes the same lock either way, by generation.
// Rows of one class are neighbours, because they are sorted by rank and name.
#include "stress/aim7/locks.h"

#include <algorithm>

namespace aim7 {
namespace {

double Seconds(std::uint64_t nanoseconds) { return 1e-9 * static_cast<double>(nanoseconds); }

void Add(const ksync::LockCounts& counts, LockTimes& times) {
  times.acquisitions += counts.acquisitions;
  if (counts.mode == ksync::LockMode::kShared) times.shared += counts.acquisitions;
  times.contended += counts.contended;
  times.wait_seconds += Seconds(counts.wait.total_ns);
  times.hold_seconds += Seconds(counts.hold.total_ns);
  times.wait_max = std::max(times.wait_max, Seconds(counts.wait.max_ns));
  times.hold_max = std::max(times.hold_max, Seconds(counts.hold.max_ns));
}

}  // namespace

double LockWindow::RmapSeconds() const {
  const auto rmap = std::ranges::find(classes, "anon_vma->lock", &LockTimes::lock_class);
  return rmap == classes.end() ? 0 : rmap->wait_seconds + rmap->hold_seconds;
}

void CountLocks(bool on) { ksync::CollectLockStatistics(on); }

void ForgetLocks() { ksync::ResetLockStatistics(); }

std::vector<LockTimes> ReadLocks() {
  std::vector<LockTimes> classes;
  for (const ksync::LockCounts& counts : ksync::ReadLockStatistics()) {
    if (classes.empty() || classes.back().lock_class != counts.lock_class) {
      classes.push_back({.lock_class = counts.lock_class});
    }
    Add(counts, classes.back());
  }
  return classes;
}

}  // namespace aim7

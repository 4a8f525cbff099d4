// One run: every kernel at every number of users, and what follows from that.
//
// Whatever else the machine does meanwhile makes a point slower, never faster. So kernels take
// turns at each number of users, more than once, and of each point the fastest measurement is kept,
// as a whole. The first kernel is the one that ratios are to.
#ifndef RMAPCHECK_STRESS_AIM7_RESULTS_H_
#define RMAPCHECK_STRESS_AIM7_RESULTS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "stress/aim7/benchmark.h"
#include "stress/aim7/crossover.h"

namespace aim7 {

// What the description of commit 5beb49305251 says of AIM7 on a machine with 16 GB: how many users
// it took without the chains and with them.
inline constexpr double kSeedUsersBefore = 9'700;
inline constexpr double kSeedUsersAfter = 29'700;

// Each with all repairs, whenever they were made, so that what differs is the design. But of KH-20,
// which G1 had to get: its repair anchors what comes back from swap at the oldest anon_vma, and so
// brings long walks back until 2.6.36 (Mechanism::kAnchorIsKept); what was measured in 2010 did not
// have it. The mistake needs a page that two processes bring back from swap, of which the second to
// exit is not the one that came first; here nobody reads a page that somebody else has as well, and
// who writes one has a copy when the job is over. Each point's structure is validated all the same.
std::vector<std::string> DefaultKernels();

struct Request {
  std::vector<std::string> kernels = DefaultKernels();
  std::vector<std::uint32_t> users = {64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384};
  Load load;
  std::uint32_t headroom = 64;
  std::uint32_t repeats = 2;  // Of each point; the fastest is kept.
};

struct Series {
  std::string kernel;
  std::vector<Point> points;  // One for each number of users.
};

struct Results {
  double UsersThatFit() const;
  // Jobs per second of the fastest kernel at the fewest users.
  double Unloaded() const;
  double Unit(double headroom) const;  // Seconds.
  Crossover CrossoverOf(const Series& series, double headroom) const;

  Request request;             // If the run was ended early, with the users that were measured.
  std::vector<Series> series;  // In the request's order.
  bool ended_early = false;
};

// Called before each measurement: what comes, and how much of the run is done, from 0 to 1.
// Returns: whether to go on.
using Progress = std::function<bool(const std::string& step, double fraction)>;

// Returns: all points; if the run was ended early, those at which every kernel was measured.
// Requires: kernels that parse; users in growing order; at least one of both.
Results MeasureAll(const Request& request, const Progress& progress);

}  // namespace aim7

#endif  // RMAPCHECK_STRESS_AIM7_RESULTS_H_

// Each measurement has a machine of its own; of processes that are all alike only their number and
// what is on their pages is said.
#include "stress/ksm/cost.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/history/kernel.h"
#include "core/ksm/ksm.h"
#include "core/rmap/world.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/syscalls.h"
#include "stress/ksm/contents.h"

namespace fleet {
namespace {

using Clock = std::chrono::steady_clock;
using rmap::Mm;

constexpr std::uint32_t kFewestNodes = 64;

// What is on a page of a process.
using Contents = absl::FunctionRef<std::uint32_t(std::uint32_t process, std::uint32_t at)>;

class Host {
 public:
  explicit Host(std::uint32_t pages)
      : pages_(pages),
        world_(rmap::Kernel().WithAll(), {.virtual_pages = pages, .swap_slots = 1}),
        ksm_(world_.machine()) {}
  ~Host() {
    for (Mm* mm : mms_) rmap::Mmput(*mm);
    ksm_.ClearAway();
    CHECK(ksm_.DropStale(), "a merged page outlives all who had it");
  }

  void AddProcess(Contents contents) {
    Mm& mm = world_.NewMm();
    const rmap::PageRange all{0, pages_};
    const bool mapped = rmap::SysMmap(mm, all, rmap::kVmAccess) == rmap::SysResult::kDone;
    const bool agreed = rmap::SysMadvise(mm, all, /*mergeable=*/true) == rmap::SysResult::kDone;
    CHECK(mapped && agreed, "private memory can be merged");
    const auto process = static_cast<std::uint32_t>(mms_.size());
    for (std::uint32_t at = 0; at < pages_; ++at) {
      CHECK(rmap::UserWrite(mm, at, contents(process, at)), "memory does not run out here");
    }
    mms_.push_back(&mm);
  }

  // Returns: pages a second.
  double Round() {
    const Clock::time_point start = Clock::now();
    ksm_.DoScan(std::numeric_limits<int>::max());
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return static_cast<double>(pages_) * static_cast<double>(mms_.size()) / seconds;
  }

  const rmap::Ksm& ksm() const { return ksm_; }

 private:
  const std::uint32_t pages_;
  rmap::World world_;
  rmap::Ksm ksm_;
  std::vector<Mm*> mms_;
};

void KeepFaster(const ScanCost& measured, ScanCost& kept) {
  kept.first = std::max(kept.first, measured.first);
  kept.merging = std::max(kept.merging, measured.merging);
  kept.settled = std::max(kept.settled, measured.settled);
  kept.saved = measured.saved;
}

ScanCost MeasureScan(std::uint32_t pages, std::uint32_t processes, std::uint32_t equal) {
  const std::uint32_t each = std::max(1u, pages / processes);
  Host host(each);
  for (std::uint32_t i = 0; i < processes; ++i) {
    host.AddProcess([&](std::uint32_t process, std::uint32_t at) {
      const bool common = at % 100 < equal;
      return ContentOf(1 + at + (common ? 0 : each * (process + 1)));
    });
  }
  ScanCost cost{.processes = processes, .equal = equal};
  cost.first = host.Round();
  cost.merging = host.Round();
  cost.settled = host.Round();
  cost.saved = static_cast<std::uint32_t>(host.ksm().counters().pages_sharing.Read());
  return cost;
}

TreeCost MeasureUnstable(std::uint32_t nodes, bool in_order) {
  Host host(nodes);
  host.AddProcess(
      [&](std::uint32_t, std::uint32_t at) { return in_order ? at + 1 : ContentOf(at + 1); });
  host.Round();
  host.Round();
  TreeCost cost{.tree = "unstable", .in_order = in_order, .rate = host.Round()};
  cost.shape = host.ksm().unstable_shape();
  return cost;
}

TreeCost MeasureStable(std::uint32_t nodes, bool in_order) {
  Host host(nodes);
  const auto contents = [&](std::uint32_t, std::uint32_t at) {
    return in_order ? at + 1 : ContentOf(at + 1);
  };
  host.AddProcess(contents);
  host.AddProcess(contents);
  host.Round();
  host.Round();
  host.Round();
  host.AddProcess(contents);
  TreeCost cost{.tree = "stable", .in_order = in_order, .rate = host.Round()};
  cost.shape = host.ksm().stable_shape();
  return cost;
}

TreeCost MeasureTree(bool stable, std::uint32_t nodes, bool in_order) {
  return stable ? MeasureStable(nodes, in_order) : MeasureUnstable(nodes, in_order);
}

// The steps of a run, for whoever waits for it.
class Steps {
 public:
  Steps(const CostRequest& request, const CostProgress& progress) : progress_(progress) {
    for (std::uint32_t nodes = kFewestNodes; nodes <= request.nodes_max; nodes *= 4) all_ += 4;
    all_ += request.processes.size() * request.equal.size();
  }

  bool Next(const std::string& step) {
    return progress_(step, static_cast<double>(done_++) / static_cast<double>(all_));
  }

 private:
  const CostProgress& progress_;
  std::size_t all_ = 0;
  std::size_t done_ = 0;
};

// Returns: false if the run is to end.
bool MeasureScans(const CostRequest& request, Steps& steps, std::vector<ScanCost>& scans) {
  for (std::uint32_t processes : request.processes) {
    for (std::uint32_t equal : request.equal) {
      if (!steps.Next(absl::StrCat(processes, " processes, ", equal, " % equal"))) return false;
      ScanCost kept{.processes = processes, .equal = equal};
      for (std::uint32_t i = 0; i < request.repeats; ++i) {
        KeepFaster(MeasureScan(request.pages, processes, equal), kept);
      }
      scans.push_back(kept);
    }
  }
  return true;
}

bool MeasureTrees(const CostRequest& request, Steps& steps, std::vector<TreeCost>& trees) {
  for (const bool stable : {false, true}) {
    for (const bool in_order : {false, true}) {
      for (std::uint32_t nodes = kFewestNodes; nodes <= request.nodes_max; nodes *= 4) {
        if (!steps.Next(absl::StrCat(nodes, " nodes"))) return false;
        TreeCost kept = MeasureTree(stable, nodes, in_order);
        for (std::uint32_t i = 1; i < request.repeats; ++i) {
          kept.rate = std::max(kept.rate, MeasureTree(stable, nodes, in_order).rate);
        }
        trees.push_back(std::move(kept));
      }
    }
  }
  return true;
}

}  // namespace

Costs MeasureCosts(const CostRequest& request, const CostProgress& progress) {
  Costs costs{.request = request};
  Steps steps(request, progress);
  costs.ended_early =
      !MeasureScans(request, steps, costs.scans) || !MeasureTrees(request, steps, costs.trees);
  return costs;
}

}  // namespace fleet

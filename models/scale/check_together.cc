// Sittings: a search that is to be kept is cut now and then, written down, and gone on with. The
// failing execution is run once more at the end, in this process, for its story.
#include "models/scale/check_together.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "models/check.h"
#include "models/check_options.h"
#include "models/report/build_digest.h"
#include "models/scale/checkpoint.h"
#include "models/scale/together.h"

namespace models {
namespace {

using Clock = std::chrono::steady_clock;

class Sittings {
 public:
  Sittings(const Options& options, const TogetherWay& way, const std::function<void()>& program)
      : options_(options), way_(way), program_(program) {}

  absl::StatusOr<Report> Check() {
    const absl::Status begun = Begin();
    if (!begun.ok()) return begun;
    while (!Sit()) {
      const absl::Status kept = Keep();
      if (!kept.ok()) return kept;
    }
    if (limit_hit_.empty()) {
      Forget();
    } else {
      const absl::Status kept = Keep();
      if (!kept.ok()) return kept;
    }
    return ToReport();
  }

 private:
  absl::Status Begin() {
    at_ = {.program = way_.program,
           .build = BuildDigest(),
           .memory_model = MemoryModelName(options_.memory_model),
           .events_max = options_.events_max,
           .found = {},
           .left = {WholeSearch()}};
    if (way_.resume.empty()) return absl::OkStatus();
    absl::StatusOr<Checkpoint> from = ReadCheckpoint(way_.resume);
    if (!from.ok()) return from.status();
    const auto differs = [&](const std::string& what) {
      return absl::InvalidArgumentError(
          absl::StrCat(way_.resume, ": is a checkpoint of ", what, ": begin the search anew"));
    };
    if (from->build != at_.build) return differs("another build");
    if (from->program != at_.program) return differs("another program");
    if (from->memory_model != at_.memory_model) return differs(from->memory_model);
    if (from->events_max != at_.events_max) {
      return differs(absl::StrCat("--events_max=", from->events_max));
    }
    at_ = *std::move(from);
    return absl::OkStatus();
  }

  double Seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  // Searches for a while. Returns: whether this was the last sitting.
  bool Sit() {
    TogetherOptions sitting;
    sitting.search = ExplorerOptionsOf(options_);
    sitting.jobs = way_.jobs;
    const double rest = options_.seconds_max - Seconds();
    const bool kept = !way_.checkpoint.empty();
    const bool is_last = options_.seconds_max > 0 && (!kept || rest <= way_.checkpoint_seconds);
    sitting.search.seconds_max = is_last ? std::max(rest, 1e-3)
                                 : kept  ? way_.checkpoint_seconds
                                         : 0;
    if (options_.executions_max > 0) {
      const std::uint64_t done = at_.found.executions + at_.found.blocked;
      if (done >= options_.executions_max) {
        limit_hit_ = "executions_max";
        return true;
      }
      sitting.search.executions_max = options_.executions_max - done;
    }
    if (options_.on_progress) {
      sitting.on_progress = [this](const Findings& found) {
        options_.on_progress({at_.found.executions + found.executions,
                              at_.found.blocked + found.blocked, Seconds()});
      };
    }
    Together together = SearchTogether(sitting, program_, at_.left);
    if (together.anew) at_.found = Findings();
    at_.found.Add(together.found);
    std::ranges::move(together.failures, std::back_inserter(failures_));
    at_.left = std::move(together.left);
    const bool goes_on = together.limit_hit == "seconds_max" && !is_last;
    if (!goes_on) limit_hit_ = together.limit_hit;
    return !goes_on;
  }

  absl::Status Keep() {
    return way_.checkpoint.empty() ? absl::OkStatus() : WriteCheckpoint(at_, way_.checkpoint);
  }

  void Forget() {
    if (!way_.checkpoint.empty()) std::remove(way_.checkpoint.c_str());
  }

  // One of each is told, as a search would.
  void TellFailures() {
    std::set<std::pair<std::string, std::string>> told;
    for (Replay& failure : failures_) {
      if (!told.insert({failure.failure, failure.message}).second) continue;
      failure.program = options_.program;
      failure.memory_model = MemoryModelName(options_.memory_model);
      options_.on_failure(failure);
    }
  }

  // The failing execution is run once more, here, for its story.
  Report ToReport() {
    if (options_.on_failure) TellFailures();
    const Findings& found = at_.found;
    Report report;
    if (found.failures > 0) {
      report = CheckReplay(options_, program_, found.failure);
    } else if (limit_hit_.empty() && found.left_out.empty()) {
      report.verdict = Verdict::kHolds;
    }
    report.executions = found.executions;
    report.blocked = found.blocked;
    report.limit_hit = limit_hit_.empty() ? found.left_out : limit_hit_;
    const bool stopped_early = found.failures > 0 && options_.stop_at_failure;
    report.exhaustive = report.limit_hit.empty() && !stopped_early;
    report.seconds = Seconds();
    return report;
  }

  const Options& options_;
  const TogetherWay& way_;
  const std::function<void()>& program_;
  const Clock::time_point start_ = Clock::now();
  Checkpoint at_;
  std::vector<Replay> failures_;
  std::string limit_hit_;
};

}  // namespace

absl::StatusOr<Report> CheckTogether(const Options& options, const TogetherWay& way,
                                     const std::function<void()>& program) {
  return Sittings(options, way, program).Check();
}

}  // namespace models

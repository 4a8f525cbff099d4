// A run of the stress test: rounds in workers until time is up or enough has failed, then each
// failure made smaller.
//
// Data flow: a Campaign (what is wanted) becomes Results (what came of it), which report.h turns
// into text and JSON. A worker runs many rounds; when one dies, what its board and its ending say
// is kept, and the next worker begins with the round after.
//
// Making smaller: the failing round's script is run again by itself, many times with other
// schedules, and the shrinker is given an oracle that does so with each candidate. How often, is
// measured first: three times as many rounds as it took to see the failure again. Failures of
// another kind that are seen meanwhile are told, and passed over. Standing still counts as a hang
// much sooner than in the run, or there would be no time to see it more than once; so what is left
// of a hang is worth a second look.
//
// What it does not do: print, or write files.
#ifndef RMAPCHECK_STRESS_WORKLOAD_CAMPAIGN_H_
#define RMAPCHECK_STRESS_WORKLOAD_CAMPAIGN_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/history/kernel.h"
#include "core/scripts/script.h"
#include "stress/nesting.h"
#include "stress/workload/board.h"
#include "stress/workload/failure.h"
#include "stress/workload/mix.h"
#include "stress/workload/shrinker.h"

namespace workload {

struct Campaign {
  std::string kernel = {};          // In Kernel's written form.
  std::string profile = "general";  // What the mix is called; what is said beside changes it.
  Mix mix;
  std::uint64_t seed = 1;
  std::uint64_t first_round = 0;
  std::uint64_t rounds_max = 0;  // 0: as many as there is time for.
  double seconds = 10;
  double shrink_seconds = 20;  // For each failure; 0: they stay as they are.
  double hang_seconds = 20;    // Standing still for so long, or twice that, is a failure.
  std::uint32_t failures_max = 1;
  bool chaos = true;
  // If there, each round is this script, and the mix means nothing.
  std::optional<rmap::Script> script;
  std::string script_file = {};  // Where it came from, if from a file.
};

// What is said while it runs.
struct Progress {
  std::string doing = {};  // "running", "shrinking".
  double seconds = 0;
  std::uint64_t rounds = 0;
  std::size_t failures = 0;
};

struct Guidance {
  std::function<bool()> is_interrupted = [] { return false; };
  std::function<void(const Progress&)> tell = [](const Progress&) {};
};

// How often each verb ran, and each two at once.
struct Coverage {
  std::array<std::uint64_t, rmap::kVerbCount> counts{};
  // By the smaller verb, then the larger.
  std::array<std::array<std::uint64_t, rmap::kVerbCount>, rmap::kVerbCount> overlaps{};

  void Add(const Board& board);
  std::uint64_t Operations() const;
};

struct FoundFailure {
  Failure failure;
  rmap::Script script = {};  // Of the round.
  double after_seconds = 0;  // From the start of the campaign.
  std::uint64_t after_rounds = 0;
  // The smaller one; nothing if the failure was not seen again in time.
  std::optional<Shrunk> shrunk = {};
  std::string shrunk_message = {};  // With which that one fails.
  // Messages of other failures that were seen meanwhile, one for each kind.
  std::vector<std::string> seen_instead = {};
};

struct Results {
  std::string started = {};  // "2026-11-22T02:00:00Z".
  double seconds = 0;
  std::uint64_t rounds = 0;
  Coverage coverage = {};
  std::vector<stress::Nesting> lock_order = {};  // Of all rounds, by what makes them different.
  std::vector<FoundFailure> failures = {};
  bool interrupted = false;
};

// Returns: whether each round can be this script; else what is wrong with it, and the mend.
absl::Status CheckScript(const rmap::Script& script);

// Requires: main() calls RunAsWorker() (worker.h); CheckScript() of the script, if there is one.
Results RunCampaign(const Campaign& campaign, const Guidance& guidance = {});

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_CAMPAIGN_H_

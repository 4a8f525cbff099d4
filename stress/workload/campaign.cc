// Two loops over workers: one goes through the rounds, one asks about candidates. Both look at the
// clock only between workers; a worker knows its deadline itself.
#include "stress/workload/campaign.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/check.h"
#include "core/scripts/script_text.h"
#include "stress/workload/generator.h"
#include "stress/workload/random.h"
#include "stress/workload/shrinker.h"
#include "stress/workload/watcher.h"
#include "stress/workload/worker.h"

namespace workload {
namespace {

using Clock = std::chrono::steady_clock;
using rmap::Script;

constexpr std::uint64_t kRoundsOfWorker = 2'000;
constexpr std::uint64_t kRoundsOfCandidateMin = 20;
constexpr double kHangSecondsOfCandidateMin = 0.1;
// Of a script that is given. What is made of it while it is made smaller may have more lines, at
// most two for each step, a fourth of what a board has room for; see shrinker.h.
constexpr std::size_t kScriptBytesMax = 1 << 20;

Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::int64_t HangMs(double seconds) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(1000 * seconds));
}

// While it is made smaller, a failure must be seen many times.
double HangSecondsOfCandidate(const Campaign& campaign) {
  return std::min(campaign.hang_seconds,
                  std::max(kHangSecondsOfCandidateMin, campaign.shrink_seconds / 40));
}

// Makes it the script of each round.
void Give(const Script& script, Job& job) {
  const std::string text = rmap::ToText(script);
  CHECK(job.script.Fits(text),
        "a script is too long for a board: Campaign says how long it may be");
  job.script.Set(text);
}

// Rounds first, first + 1 and so on, of the mix or the given script. (A job is too large to
// return.)
void SetJob(const Campaign& campaign, double hang_seconds, std::uint64_t first,
            std::uint64_t rounds, Clock::time_point deadline, Job& job) {
  job.seed = campaign.seed;
  job.first_round = first;
  job.rounds = rounds;
  job.deadline = deadline.time_since_epoch().count();
  job.mix = campaign.mix;
  job.chaos = campaign.chaos;
  job.hang_ms = HangMs(hang_seconds);
  job.kernel.Set(campaign.kernel);
  if (campaign.script.has_value()) Give(*campaign.script, job);
}

Watch WatchOf(const Guidance& guidance, std::function<void(const Board&)> look,
              const SharedBoard& board) {
  Watch watch;
  // The worker is the first to say so; if it cannot, it is ended later.
  watch.hang_after = std::chrono::milliseconds(3 * board->job.hang_ms);
  watch.is_interrupted = [&guidance, &board, look = std::move(look)] {
    look(*board);
    return guidance.is_interrupted();
  };
  return watch;
}

// Adds those that are new.
void AddNestings(const std::vector<stress::Nesting>& seen, std::vector<stress::Nesting>& all) {
  for (const stress::Nesting& nesting : seen) {
    const auto place = std::lower_bound(
        all.begin(), all.end(), nesting,
        [](const stress::Nesting& a, const stress::Nesting& b) { return a.Key() < b.Key(); });
    if (place == all.end() || place->Key() != nesting.Key()) all.insert(place, nesting);
  }
}

// Goes through the rounds.
class Rounds {
 public:
  Rounds(const Campaign& campaign, const Guidance& guidance, Results& results)
      : campaign_(campaign),
        guidance_(guidance),
        results_(results),
        end_(start_ + Seconds(campaign.seconds)),
        next_(campaign.first_round) {}

  void Run() {
    while (HasMore()) RunOneWorker();
    results_.seconds = SecondsSince(start_);
  }

 private:
  std::uint64_t RoundsLeft() const {
    if (campaign_.rounds_max == 0) return kRoundsOfWorker;
    return std::min(kRoundsOfWorker, campaign_.rounds_max - results_.rounds);
  }

  bool HasMore() const {
    return !results_.interrupted && results_.failures.size() < campaign_.failures_max &&
           RoundsLeft() > 0 && Clock::now() < end_;
  }

  void RunOneWorker() {
    const SharedBoard board;
    SetJob(campaign_, campaign_.hang_seconds, next_, RoundsLeft(), end_, board->job);
    const auto tell = [this](const Board& now) {
      guidance_.tell({"running", SecondsSince(start_), results_.rounds + now.rounds_done(),
                      results_.failures.size()});
    };
    const std::optional<Ending> ending = RunWorker(board, WatchOf(guidance_, tell, board));
    results_.interrupted = !ending.has_value() || guidance_.is_interrupted();
    results_.coverage.Add(*board);
    AddNestings(board->Nestings(), results_.lock_order);
    results_.rounds += board->rounds_done();
    next_ += board->rounds_done();
    if (!ending.has_value()) return;
    if (std::optional<Failure> failure = FailureOf(*ending)) Keep(*std::move(failure), *board);
  }

  Script ScriptOf(std::uint64_t round) const {
    if (campaign_.script.has_value()) return *campaign_.script;
    return Generate(campaign_.mix, SeedOf(campaign_.seed, round));
  }

  // A leak that is found when the worker ends belongs to one of its rounds: to the last, as far as
  // anybody knows.
  void Keep(Failure failure, const Board& board) {
    failure.seed = campaign_.seed;
    failure.round = board.round();
    failure.last_steps = board.LastSteps();
    next_ = failure.round + 1;
    ++results_.rounds;
    results_.failures.push_back({.failure = std::move(failure),
                                 .script = ScriptOf(board.round()),
                                 .after_seconds = SecondsSince(start_),
                                 .after_rounds = results_.rounds});
    results_.failures.back().script.kernel = campaign_.kernel;
  }

  const Campaign& campaign_;
  const Guidance& guidance_;
  Results& results_;
  const Clock::time_point start_ = Clock::now();
  const Clock::time_point end_;
  std::uint64_t next_;
};

// Asks whether a script fails in one way; notes in which others it does.
class Asker {
 public:
  Asker(const Campaign& campaign, const Guidance& guidance, Results& results, std::string kind)
      : campaign_(campaign),
        guidance_(guidance),
        results_(results),
        kind_(std::move(kind)),
        end_(Clock::now() + Seconds(campaign.shrink_seconds)) {}

  bool HasTime() const { return !results_.interrupted && Clock::now() < end_; }

  // Returns: how many rounds it took to see the failure; 0 if it was not seen.
  std::uint64_t RoundsToFail(const Script& script, std::uint64_t rounds_max) {
    std::uint64_t rounds = 0;
    while (rounds < rounds_max && HasTime()) {
      const std::uint64_t before = next_;
      const std::optional<Failure> failure = FirstFailure(script, rounds_max - rounds);
      rounds += next_ - before;
      if (!failure.has_value()) continue;  // Rounds or time are over.
      if (failure->kind == kind_) {
        message_ = failure->message;
        return rounds;
      }
      others_.emplace(failure->kind, failure->message);
    }
    return 0;
  }

  // Returns: the message of the latest such failure.
  const std::string& message() const { return message_; }

  // Returns: a message of each other kind that was seen.
  std::vector<std::string> others() const {
    std::vector<std::string> messages;
    for (const auto& [kind, message] : others_) messages.push_back(message);
    return messages;
  }

 private:
  // Returns: the first failure, of whatever kind, in so many rounds.
  std::optional<Failure> FirstFailure(const Script& script, std::uint64_t rounds) {
    const SharedBoard board;
    SetJob(campaign_, HangSecondsOfCandidate(campaign_), next_, rounds, end_, board->job);
    Give(script, board->job);
    Tell();  // Most workers have ended before they are looked at.
    const auto look = [this](const Board&) { Tell(); };
    const std::optional<Ending> ending = RunWorker(board, WatchOf(guidance_, look, board));
    results_.interrupted = !ending.has_value() || guidance_.is_interrupted();
    if (!ending.has_value()) return std::nullopt;
    std::optional<Failure> failure = FailureOf(*ending);
    next_ += board->rounds_done() + (failure.has_value() ? 1 : 0);
    return failure;
  }

  void Tell() const {
    guidance_.tell({"shrinking", results_.seconds, results_.rounds, results_.failures.size()});
  }

  const Campaign& campaign_;
  const Guidance& guidance_;
  Results& results_;
  const std::string kind_;
  const Clock::time_point end_;
  std::uint64_t next_ = 0;  // Other rounds have other schedules.
  std::string message_;
  std::map<std::string, std::string> others_;  // Messages, by kind.
};

void MakeSmaller(const Campaign& campaign, const Guidance& guidance, Results& results,
                 FoundFailure& found) {
  Asker asker(campaign, guidance, results, found.failure.kind);
  const std::uint64_t first = asker.RoundsToFail(found.script, kRoundsOfWorker);
  found.seen_instead = asker.others();
  if (first == 0) return;
  const std::uint64_t second = asker.RoundsToFail(found.script, 5 * first);
  const std::uint64_t rounds = std::max(kRoundsOfCandidateMin, 3 * std::max(first, second));
  const Oracle oracle{
      .fails = [&](const Script& script) { return asker.RoundsToFail(script, rounds) > 0; },
      .has_time = [&] { return asker.HasTime(); }};
  found.shrunk = Shrink(found.script, oracle);
  found.shrunk_message = asker.message();
  found.seen_instead = asker.others();
}

}  // namespace

void Coverage::Add(const Board& board) {
  for (int first = 0; first < rmap::kVerbCount; ++first) {
    const auto verb = static_cast<rmap::Verb>(first);
    counts[first] += board.Count(verb);
    for (int second = first; second < rmap::kVerbCount; ++second) {
      overlaps[first][second] += board.Overlaps(verb, static_cast<rmap::Verb>(second));
    }
  }
}

std::uint64_t Coverage::Operations() const {
  std::uint64_t sum = 0;
  for (std::uint64_t count : counts) sum += count;
  return sum;
}

absl::Status CheckScript(const Script& script) {
  for (std::size_t i = 0; i < script.phases.size(); ++i) {
    const std::size_t threads = script.phases[i].threads.size();
    if (threads <= kThreadsMax) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("phase ", i + 1, " has ", threads, " threads: have at most ", kThreadsMax));
  }
  const std::size_t bytes = rmap::ToText(script).size();
  if (bytes <= kScriptBytesMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("has ", bytes, " bytes as rmapcheck writes it: have at most ", kScriptBytesMax));
}

Results RunCampaign(const Campaign& campaign, const Guidance& guidance) {
  Results results;
  results.started = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone());
  Rounds(campaign, guidance, results).Run();
  if (campaign.shrink_seconds <= 0) return results;
  for (FoundFailure& found : results.failures) {
    if (!results.interrupted) MakeSmaller(campaign, guidance, results, found);
  }
  return results;
}

}  // namespace workload

// The handler of broken claims writes on the board and leaves by _exit(): nothing of a broken
// structure is taken down.
#include "stress/workload/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "core/base/check.h"
#include "core/scripts/observer.h"
#include "core/scripts/run_script.h"
#include "core/scripts/script_text.h"
#include "core/sync/native_control.h"
#include "stress/workload/failure.h"
#include "stress/workload/generator.h"
#include "stress/workload/random.h"

namespace workload {
namespace {

constexpr std::string_view kWorkerWord = "--worker_of_board=";
constexpr int kFailuresPerMille = 30;  // Of allocations, where memory may run out.
constexpr int kStartSpinsMax = 2'000;

Board* the_board = nullptr;  // For the handler, which gets no argument of ours.

void OnBrokenClaim(const char* message, ksync::Site site) {
  const std::string place = absl::StrCat(site.file_name(), ":", site.line());
  if (the_board->Fail(message, place)) {
    // No other thread does so now: the one that runs rounds is this one, or waits for its threads.
    the_board->NoteNestings(ksync::ReadLockOrder());
    _exit(kToldOnBoard);
  }
  while (true) pause();  // Whoever was first is about to end the process.
}

class BoardObserver : public rmap::Observer {
 public:
  BoardObserver(Board& board, ksync::Watchdog& watchdog) : board_(board), watchdog_(watchdog) {}

  void Begin(const rmap::Place& place, const rmap::Step& step) override {
    board_.Begin(place.thread, place.phase, step);
    watchdog_.Progress();
  }
  void End(const rmap::Place& place, const rmap::Step&, rmap::Outcome) override {
    board_.End(place.thread);
  }

 private:
  Board& board_;
  ksync::Watchdog& watchdog_;
};

// What hangs is told by the worker itself as long as it can: it knows who waits for whom.
void OnHang(const std::string& waits) {
  const std::size_t end = waits.find('\n');
  const bool circle = waits.starts_with("deadlock: ");
  const std::string message = circle ? waits.substr(0, end) : "hang: nothing moves any more";
  std::fprintf(stderr, "%s\n", waits.c_str());
  if (the_board->Fail(message, "see what it wrote")) _exit(kToldOnBoard);
}

// Everything that a round made is given back when it ends.
void CheckNothingIsLeft() {
  const std::vector<ksync::LiveCount> live = ksync::LiveObjects();
  if (live.empty()) return;
  std::vector<std::string> kinds;
  for (const ksync::LiveCount& kind : live) {
    kinds.push_back(absl::StrCat(kind.count, " ", kind.kind));
  }
  const std::string message = absl::StrCat("leak: left behind: ", absl::StrJoin(kinds, ", "));
  ksync::Check(false, message.c_str());
}

std::int64_t Now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

rmap::Kernel KernelOf(const Job& job) {
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(job.kernel.Get());
  CHECK(kernel.ok(), "the job's kernel is not in Kernel's written form");
  return *kernel;
}

// Returns: the script of each round; nothing if each has its own.
std::optional<rmap::Script> GivenScript(const Job& job) {
  const std::string text = job.script.Get();
  if (text.empty()) return std::nullopt;
  absl::StatusOr<rmap::Script> script = rmap::ParseScript(text);
  CHECK(script.ok(), script.status().message());
  return *std::move(script);
}

}  // namespace

void PlayScript(const rmap::Kernel& kernel, const rmap::Script& script, Board& board,
                ksync::Watchdog& watchdog) {
  BoardObserver observer(board, watchdog);
  rmap::RunScript(kernel, script, &observer);
}

int RunJob(Board& board, const Play& play) {
  the_board = &board;
  ksync::InstallCheckHandler(OnBrokenClaim);
  ksync::SetAllocationFailureRate(kFailuresPerMille);
  ksync::StaggerStarts(kStartSpinsMax);
  const Job& job = board.job;
  const rmap::Kernel kernel = KernelOf(job);
  const std::optional<rmap::Script> given = GivenScript(job);
  ksync::CollectLockStatistics(true);
  ksync::Watchdog watchdog(absl::Milliseconds(job.hang_ms), OnHang);
  for (std::uint64_t i = 0; i < job.rounds && Now() < job.deadline; ++i) {
    const std::uint64_t round = job.first_round + i;
    board.BeginRound(round);
    ksync::SeedChoices(SeedOf(job.seed, round));
    if (job.chaos) ksync::SetChaos(ksync::DrawChaos(SeedOf(job.seed + 1, round)));
    play(kernel, given.has_value() ? *given : Generate(job.mix, SeedOf(job.seed, round)), board,
         watchdog);
    ksync::SetChaos({});
    CheckNothingIsLeft();
    board.NoteNestings(ksync::ReadLockOrder());
    watchdog.Progress();
    board.EndRound();
  }
  return 0;
}

std::optional<int> RunAsWorker(int argc, char** argv, const Play& play) {
  if (argc != 2 || !absl::StartsWith(argv[1], kWorkerWord)) return std::nullopt;
  int descriptor = -1;
  CHECK(absl::SimpleAtoi(std::string_view(argv[1]).substr(kWorkerWord.size()), &descriptor));
  const SharedBoard board(descriptor);
  // Who is not watched any more has nothing to do.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != board->job.watcher) return 0;  // It ended before that.
  return RunJob(*board, play);
}

std::string WorkerWord(int descriptor) { return absl::StrCat(kWorkerWord, descriptor); }

}  // namespace workload

// The process that deals out items, and the list in which they stand; see together.h. It searches
// the first executions, then nothing: it listens.
#include "models/scale/together.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <limits>
#include <list>
#include <new>
#include <optional>
#include <utility>

#include "models/scale/channel.h"
#include "models/scale/search_json.h"
#include "models/scale/worker.h"

namespace models {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMilliseconds = 50;

// The boards, in memory that this process shares with those that it makes.
class Boards {
 public:
  explicit Boards(int count)
      : bytes_(sizeof(CommonBoard) + sizeof(WorkerBoard) * static_cast<std::size_t>(count)) {
    void* const memory =
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    common_ = new (memory) CommonBoard();
    workers_ = reinterpret_cast<WorkerBoard*>(common_ + 1);
    for (int i = 0; i < count; ++i) new (&workers_[i]) WorkerBoard();
  }
  ~Boards() {
    if (common_ != nullptr) munmap(common_, bytes_);
  }
  Boards(const Boards&) = delete;
  Boards& operator=(const Boards&) = delete;

  bool ok() const { return common_ != nullptr; }
  CommonBoard& common() { return *common_; }
  WorkerBoard& operator[](std::size_t i) { return workers_[i]; }

 private:
  const std::size_t bytes_;
  CommonBoard* common_ = nullptr;
  WorkerBoard* workers_ = nullptr;
};

enum class ItemState { kWaits, kSearched, kDone, kCut };

struct Item {
  Frontier frontier;  // What is to be searched, or what is left.
  ItemState state = ItemState::kWaits;
  bool given_up = false;  // Somebody before it failed.
  Findings found = {};
  std::vector<Replay> failures = {};
};
using Items = std::list<Item>;

struct Process {
  pid_t pid = -1;
  int socket = -1;
  std::optional<Items::iterator> item = std::nullopt;
  bool asked = false;  // To share.
};

class Searchers {
 public:
  Searchers(const TogetherOptions& options, const std::function<void()>& program)
      : options_(options), program_(program), boards_(options.jobs) {
    if (options.search.seconds_max > 0) {
      const std::chrono::duration<double> seconds(std::min(options.search.seconds_max, 1e9));
      deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(seconds);
    }
  }
  ~Searchers() { EndProcesses(); }
  Searchers(const Searchers&) = delete;
  Searchers& operator=(const Searchers&) = delete;

  Together Search(const std::vector<Frontier>& begin) {
    for (const Frontier& frontier : begin) items_.push_back({.frontier = frontier});
    if (items_.size() == 1 && !items_.front().frontier.begun) SearchAlone();
    while (Pending() && result_.limit_hit.empty()) {
      if (!StartProcesses()) break;
      while (Pending() && !restart_) Step();
      EndProcesses();
      if (restart_) Restart();
    }
    return Result();
  }

 private:
  bool Pending() const {
    return std::ranges::any_of(items_, [&](const Item& item) {
      return item.state == ItemState::kSearched || (item.state == ItemState::kWaits && !cut_);
    });
  }

  // What is small is done without any process.
  void SearchAlone() {
    Item& whole = items_.front();
    ExplorerOptions options = options_.search;
    const std::uint64_t most = options.executions_max;
    options.executions_max = most == 0 ? options_.alone : std::min(most, options_.alone);
    options.on_execution = nullptr;
    options.on_progress = nullptr;
    options.on_failure = [&whole](const Failure& failure, const ExecutionGraph& failing,
                                  const Names& names) {
      whole.failures.push_back(ReplayOf(failing, names, failure));
    };
    Explorer explorer(options, program_);
    const ExplorerResult result = explorer.Continue(whole.frontier);
    whole.found.Add(result, explorer.names());
    whole.state = ItemState::kDone;
    const bool cut = result.limit_hit == "executions_max";
    const bool asked_for = cut && most != 0 && most <= options_.alone;
    if (asked_for || (!cut && !result.limit_hit.empty())) result_.limit_hit = result.limit_hit;
    if (result.limit_hit.empty()) return;
    Item rest{.frontier = explorer.Left()};
    rest.frontier.part = true;
    if (!result_.limit_hit.empty()) rest.state = ItemState::kCut;
    items_.push_back(std::move(rest));
  }

  // Processes -------------------------------------------------------------------------------------

  bool StartProcesses() {
    if (boards_.ok()) {
      boards_.common().allowed.store(Allowed(), std::memory_order_relaxed);
      for (int i = 0; i < options_.jobs && StartProcess(boards_[processes_.size()]); ++i) {
      }
    }
    if (!processes_.empty()) return true;
    result_.limit_hit = "no process could be made";
    return false;
  }

  // Returns: how many executions may still be counted.
  std::int64_t Allowed() {
    const std::uint64_t most = options_.search.executions_max;
    if (most == 0) return std::numeric_limits<std::int64_t>::max();
    const Findings found = SoFar();
    const std::uint64_t left = most - std::min(most, found.executions + found.blocked);
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(left, std::numeric_limits<std::int64_t>::max()));
  }

  bool StartProcess(WorkerBoard& board) {
    new (&board) WorkerBoard();
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) return false;
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) {
      // Who asked is gone, or will be told by nobody: so is this.
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(0);
      for (const Process& other : processes_) close(other.socket);
      close(sockets[0]);
      ServeAsWorker(sockets[1], options_.search, program_, board, boards_.common());
      _exit(0);
    }
    close(sockets[1]);
    if (pid < 0) {
      close(sockets[0]);
      return false;
    }
    processes_.push_back({.pid = pid, .socket = sockets[0]});
    return true;
  }

  void EndProcesses() {
    for (const Process& process : processes_) {
      close(process.socket);
      kill(process.pid, SIGKILL);
      waitpid(process.pid, nullptr, 0);
    }
    processes_.clear();
  }

  WorkerBoard& BoardOf(const Process& process) {
    return boards_[static_cast<std::size_t>(&process - processes_.data())];
  }
  void Ask(const Process& process, Wish wish) {
    // Relaxed: see WorkerBoard.
    BoardOf(process).wish.store(wish, std::memory_order_relaxed);
  }

  // Dealing ---------------------------------------------------------------------------------------

  void Step() {
    for (Process& process : processes_) {
      if (!process.item && !cut_) GiveItem(process);
    }
    if (!cut_) AskForMore();
    Listen();
    if (!cut_) LookAtLimits();
    if (options_.on_progress) options_.on_progress(SoFar());
  }

  void GiveItem(Process& process) {
    const auto next = std::ranges::find(items_, ItemState::kWaits, &Item::state);
    if (next == items_.end()) return;
    Ask(process, Wish::kNothing);
    BoardOf(process).executions.store(0, std::memory_order_relaxed);
    next->state = ItemState::kSearched;
    process.item = next;
    process.asked = false;
    Send(process.socket, ToJson(next->frontier).dump());
  }

  // As many are asked to share as have nothing to do.
  void AskForMore() {
    auto idle = std::ranges::count_if(processes_, [](const Process& p) { return !p.item; });
    idle -= std::ranges::count_if(processes_, [](const Process& p) { return p.item && p.asked; });
    for (Process& process : processes_) {
      if (idle <= 0) return;
      if (!process.item || process.asked || (*process.item)->given_up) continue;
      Ask(process, Wish::kShare);
      process.asked = true;
      --idle;
    }
  }

  void Listen() {
    std::vector<pollfd> sockets;
    for (const Process& process : processes_) sockets.push_back({process.socket, POLLIN, 0});
    if (poll(sockets.data(), sockets.size(), kPollMilliseconds) <= 0) return;
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      if (sockets[i].revents != 0 && !restart_) Hear(processes_[i]);
    }
  }

  void Hear(Process& process) {
    const std::optional<std::string> text = Receive(process.socket);
    if (!text || !process.item) return Lose();
    absl::StatusOr<WorkerMessage> message = ParseWorkerText(*text);
    if (!message.ok()) return Lose();
    Items::iterator item = *process.item;
    if (!message->done) {
      process.asked = false;
      if (item->given_up) return;
      items_.insert(std::next(item), Item{.frontier = std::move(message->frontier)});
      return;
    }
    process.item.reset();
    TakeIn(item, *message);
  }

  void TakeIn(Items::iterator item, WorkerMessage& message) {
    if (item->given_up) {
      items_.erase(item);
      return;
    }
    if (message.limit_hit == kLearnedLate && !options_.begins_anew) {
      Cut(kLearnedLate);
      item->state = ItemState::kCut;
      return;
    }
    if (message.limit_hit == kLearnedLate) {
      restart_ = true;
      known_ = std::move(message.frontier);
      result_.anew = true;
      return;
    }
    item->found = std::move(message.found);
    item->failures = std::move(message.failures);
    item->frontier = std::move(message.frontier);
    item->state = message.limit_hit.empty() ? ItemState::kDone : ItemState::kCut;
    // Who stops and was not asked to has found that enough was counted.
    if (item->state == ItemState::kCut && !cut_) Cut("executions_max");
    if (item->found.failures > 0 && options_.search.stop_at_failure) GiveUpBehind(item);
  }

  // What stands behind a failure would not have been searched.
  void GiveUpBehind(Items::iterator failed) {
    failed->state = ItemState::kDone;
    for (auto item = std::next(failed); item != items_.end();) {
      item->given_up = true;
      item = item->state == ItemState::kSearched ? std::next(item) : items_.erase(item);
    }
    for (const Process& process : processes_) {
      if (process.item && (*process.item)->given_up) Ask(process, Wish::kStop);
    }
  }

  // A worker ends by itself only if the search itself crashes: then nothing is known of its item.
  void Lose() {
    Cut("a process that searched ended");
    for (Process& other : processes_) {
      if (other.item) (*other.item)->state = ItemState::kCut;
    }
  }

  void LookAtLimits() {
    if (options_.search.interrupted && options_.search.interrupted()) return Cut("interrupt");
    if (deadline_ && Clock::now() > *deadline_) return Cut("seconds_max");
  }

  void Cut(const char* limit) {
    cut_ = true;
    result_.limit_hit = limit;
    for (const Process& process : processes_) Ask(process, Wish::kStop);
  }

  void Restart() {
    restart_ = false;
    Frontier whole = WholeSearch();
    whole.threads = known_.threads;
    whole.tried = known_.tried;
    items_.clear();
    items_.push_back({.frontier = std::move(whole)});
    SearchAlone();
  }

  // What is known while processes search.
  Findings SoFar() {
    Findings found;
    for (const Item& item : items_) found.Add(item.found);
    for (const Process& process : processes_) {
      if (process.item)
        found.executions += BoardOf(process).executions.load(std::memory_order_relaxed);
    }
    return found;
  }

  Together Result() {
    for (Item& item : items_) {
      result_.found.Add(item.found);
      std::ranges::move(item.failures, std::back_inserter(result_.failures));
      if (item.state != ItemState::kDone) result_.left.push_back(std::move(item.frontier));
    }
    // The limit came too late to cut anything.
    if (result_.left.empty()) result_.limit_hit.clear();
    return std::move(result_);
  }

  const TogetherOptions& options_;
  const std::function<void()>& program_;
  Boards boards_;
  std::vector<Process> processes_;
  Items items_;
  std::optional<Clock::time_point> deadline_;
  bool cut_ = false;
  bool restart_ = false;
  Frontier known_;
  Together result_;
};

}  // namespace

Together SearchTogether(const TogetherOptions& options, const std::function<void()>& program,
                        const std::vector<Frontier>& begin) {
  return Searchers(options, program).Search(begin);
}

}  // namespace models

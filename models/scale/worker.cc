// To share is to be interrupted, to write down what is left, and to go on with the half of it. To
// stop is the same, without going on.
#include "models/scale/worker.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "models/report/replay_file.h"
#include "models/scale/channel.h"
#include "models/scale/search_json.h"

namespace models {
namespace {

using Json = nlohmann::ordered_json;

// Who shares runs some executions again to stand where it stood; so not more often than this.
constexpr std::uint64_t kRunsBetweenSharing = 256;

class Worker {
 public:
  Worker(int socket, const ExplorerOptions& options, const std::function<void()>& program,
         WorkerBoard& board, CommonBoard& common)
      : socket_(socket), options_(options), program_(program), board_(board), common_(common) {
    options_.executions_max = 0;  // Who asks for the items counts.
    options_.seconds_max = 0;
    options_.on_progress = nullptr;
    options_.interrupted = [this] { return Interrupted(); };
    options_.on_execution = [this](const ExecutionGraph&, bool) {
      // Relaxed: counts; see WorkerBoard.
      board_.executions.fetch_add(1, std::memory_order_relaxed);
      common_.allowed.fetch_sub(1, std::memory_order_relaxed);
      return true;
    };
    options_.on_failure = [this](const Failure& failure, const ExecutionGraph& failing,
                                 const Names& names) {
      done_.failures.push_back(ReplayOf(failing, names, failure));
    };
  }

  // Returns: whether the other side is still there.
  bool Search(Frontier item) {
    done_ = WorkerMessage();
    done_.done = true;
    while (true) {
      runs_ = 0;
      Explorer explorer(options_, program_);
      const ExplorerResult result = explorer.Continue(item);
      done_.found.Add(result, explorer.names());
      done_.limit_hit = result.limit_hit;
      item = explorer.Left();
      if (result.limit_hit != "interrupt" || MustStop()) break;
      if (!Share(item)) return false;
    }
    done_.frontier = std::move(item);
    return Send(socket_, WorkerText(done_));
  }

 private:
  bool WishIs(Wish wish) const {
    // Relaxed: see WorkerBoard.
    return board_.wish.load(std::memory_order_relaxed) == wish;
  }

  bool MustStop() const {
    return WishIs(Wish::kStop) || common_.allowed.load(std::memory_order_relaxed) <= 0;
  }

  bool Interrupted() {
    if (MustStop()) return true;
    return ++runs_ > kRunsBetweenSharing && WishIs(Wish::kShare);
  }

  bool Share(Frontier& item) {
    std::optional<Frontier> given = TakeHalf(item);
    if (!given) return true;
    // A wish to stop that came meanwhile stays.
    Wish wish = Wish::kShare;
    board_.wish.compare_exchange_strong(wish, Wish::kNothing, std::memory_order_relaxed);
    WorkerMessage message;
    message.frontier = *std::move(given);
    return Send(socket_, WorkerText(message));
  }

  const int socket_;
  ExplorerOptions options_;
  const std::function<void()>& program_;
  WorkerBoard& board_;
  CommonBoard& common_;
  std::uint64_t runs_ = 0;
  WorkerMessage done_;
};

absl::Status ReadFailures(const Json& list, std::vector<Replay>& failures) {
  for (const Json& text : list) {
    if (!text.is_string()) return absl::InvalidArgumentError("a failure is no text");
    absl::StatusOr<Replay> replay = ParseReplay(text.get<std::string>(), "a failure");
    if (!replay.ok()) return replay.status();
    failures.push_back(*std::move(replay));
  }
  return absl::OkStatus();
}

}  // namespace

std::string WorkerText(const WorkerMessage& message) {
  Json json;
  json["done"] = message.done;
  json["frontier"] = ToJson(message.frontier);
  if (message.done) {
    json["found"] = ToJson(message.found);
    json["limit_hit"] = message.limit_hit;
    json["failures"] = Json::array();
    for (const Replay& failure : message.failures) json["failures"].push_back(ReplayText(failure));
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<WorkerMessage> ParseWorkerText(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return absl::InvalidArgumentError("a message is no JSON");
  WorkerMessage message;
  message.done = json["done"].get<bool>();
  absl::StatusOr<Frontier> frontier = FrontierFromJson(json["frontier"]);
  if (!frontier.ok()) return frontier.status();
  message.frontier = *std::move(frontier);
  if (!message.done) return message;
  absl::StatusOr<Findings> found = FindingsFromJson(json["found"]);
  if (!found.ok()) return found.status();
  message.found = *std::move(found);
  message.limit_hit = json["limit_hit"].get<std::string>();
  const absl::Status read = ReadFailures(json["failures"], message.failures);
  if (!read.ok()) return read;
  return message;
}

std::optional<Frontier> TakeHalf(Frontier& frontier) {
  std::size_t choices = 0;
  for (const FrontierFrame& frame : frontier.frames) choices += frame.choices.size();
  if (choices < 2) return std::nullopt;
  Frontier given = frontier;
  given.frames.clear();
  for (std::size_t wanted = choices / 2; wanted > 0;) {
    FrontierFrame& oldest = frontier.frames.front();
    const auto end = oldest.choices.begin() +
                     static_cast<std::ptrdiff_t>(std::min(wanted, oldest.choices.size()));
    wanted -= static_cast<std::size_t>(end - oldest.choices.begin());
    given.frames.push_back(oldest);
    given.frames.back().choices.assign(oldest.choices.begin(), end);
    oldest.choices.erase(oldest.choices.begin(), end);
    if (oldest.choices.empty()) frontier.frames.erase(frontier.frames.begin());
  }
  frontier.part = given.part = true;
  return given;
}

void ServeAsWorker(int socket, const ExplorerOptions& options, const std::function<void()>& program,
                   WorkerBoard& board, CommonBoard& common) {
  Worker worker(socket, options, program, board, common);
  while (const std::optional<std::string> text = Receive(socket)) {
    const absl::StatusOr<Frontier> item = FrontierFromJson(Json::parse(*text));
    if (!item.ok() || !worker.Search(*item)) return;
  }
}

}  // namespace models

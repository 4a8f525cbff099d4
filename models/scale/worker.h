// A process that searches items for another one; see together.h. It is told what to search over a
// socket, and what is wished of it meanwhile by memory that both see.
#ifndef RMAPCHECK_MODELS_SCALE_WORKER_H_
#define RMAPCHECK_MODELS_SCALE_WORKER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "models/exploration/explorer.h"
#include "models/exploration/frontier.h"
#include "models/scale/findings.h"

namespace models {

// What a worker is asked for while it searches.
enum class Wish : int {
  kNothing,
  kShare,  // To give away the older half of what it has left.
  kStop,   // To stand still.
};

// Memory that the processes share. Nothing is ordered by it: a wish that is seen late is granted
// late, and a count is for those who look at it now and then.
struct WorkerBoard {
  std::atomic<Wish> wish;
  std::atomic<std::uint64_t> executions;  // Of the worker's item, blocked ones included.
};
struct CommonBoard {
  std::atomic<std::int64_t> allowed;  // How many executions may still be counted, by all.
};

// What a worker says of an item: that it gives away a part of it, or that it is done with it.
struct WorkerMessage {
  bool done = false;
  Findings found;                // Done: by this worker in this item.
  std::vector<Replay> failures;  // Done: one of each kind.
  std::string limit_hit;         // Done: what cut it.
  Frontier frontier;             // What is given away, or what is left.
};

std::string WorkerText(const WorkerMessage& message);
absl::StatusOr<WorkerMessage> ParseWorkerText(const std::string& text);

// Takes the older half of the choices. Returns: them; nothing if there are not two.
std::optional<Frontier> TakeHalf(Frontier& frontier);

// Searches what comes over the socket until the other side is gone.
void ServeAsWorker(int socket, const ExplorerOptions& options, const std::function<void()>& program,
                   WorkerBoard& board, CommonBoard& common);

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCALE_WORKER_H_

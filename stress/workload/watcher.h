// Starts a worker, and stays with it until its end, whatever that is.
//
// The worker is this program, started anew, so that each begins with fresh memory and no threads
// but its own. What it writes to its standard error is kept. If no step begins for long, it hangs,
// and is ended.
//
// What it does not do: decide what the ending means (failure.h).
#ifndef RMAPCHECK_STRESS_WORKLOAD_WATCHER_H_
#define RMAPCHECK_STRESS_WORKLOAD_WATCHER_H_

#include <chrono>
#include <functional>
#include <optional>

#include "stress/workload/board.h"
#include "stress/workload/failure.h"

namespace workload {

struct Watch {
  std::chrono::milliseconds hang_after{10'000};
  // Asked several times a second: whether the user wants it to end now.
  std::function<bool()> is_interrupted = [] { return false; };
};

// Runs the board's job. Returns: how the worker ended; nothing if the user did not wait for that.
// (A user's signal that comes when it has ended is the caller's to notice.)
// Requires: main() calls RunAsWorker() (worker.h).
std::optional<Ending> RunWorker(const SharedBoard& board, const Watch& watch);

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_WATCHER_H_

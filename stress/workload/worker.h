// The process that runs rounds, and writes on its board what it does.
//
// It is a child of whoever watches (watcher.h), and expendable: a broken rule, a sanitizer's report
// or a crash ends it. Each round is a script on real threads, perturbed in a way of its own; both
// follow from the job's seed and the round's number. When it has ended nothing of it may be left.
//
// What it does not do: judge, or go on after a failure.
#ifndef RMAPCHECK_STRESS_WORKLOAD_WORKER_H_
#define RMAPCHECK_STRESS_WORKLOAD_WORKER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/history/kernel.h"
#include "core/scripts/script.h"
#include "core/sync/native_control.h"
#include "stress/workload/board.h"

namespace workload {

// Runs one script. What fails does not return.
using Play = std::function<void(const rmap::Kernel& kernel, const rmap::Script& script,
                                Board& board, ksync::Watchdog& watchdog)>;

// Runs the script by core/scripts.
void PlayScript(const rmap::Kernel& kernel, const rmap::Script& script, Board& board,
                ksync::Watchdog& watchdog);

// Runs the rounds of the board's job until they are done, or its deadline is over.
// Returns: the exit code of the process, 0. Fails: ends the process.
int RunJob(Board& board, const Play& play = PlayScript);

// What main() of a program that watches must do first: if the words say that it was started as a
// worker, it is one. Returns: the exit code then; nothing if it was started by a user.
std::optional<int> RunAsWorker(int argc, char** argv, const Play& play = PlayScript);

// Returns: the word by which a program is started as a worker on that board.
std::string WorkerWord(int descriptor);

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_WORKER_H_

// What a check may be told. Every limit is an option with its unit; none is hidden, and a search
// that one of them cut says so in its report.
#ifndef RMAPCHECK_MODELS_OPTIONS_H_
#define RMAPCHECK_MODELS_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/memory_model/memory_model.h"
#include "models/report/replay.h"
#include "models/scheduler/run.h"

namespace models {

// How far a check has come, for those who wait for it.
struct Progress {
  std::uint64_t executions = 0;
  std::uint64_t blocked = 0;
  double seconds = 0;
};

struct Options {
  MemoryModelKind memory_model = MemoryModelKind::kRc11;
  std::uint64_t executions_max = 0;  // Complete and blocked ones; 0: no limit.
  double seconds_max = 0;            // Wall time; 0: no limit.
  std::size_t events_max = 10'000;   // Events in one execution.
  std::size_t stack_bytes = 256 << 10;
  // For programs that are not written against ksync; see RunLimits.
  bool unwinds = true;
  bool watches_leaks = true;
  std::uint64_t (*state_digest)() = nullptr;
  void (*add_memory)(Digest&) = nullptr;
  void (*on_digests_compared)() = nullptr;
  int unroll_max = 0;
  ThreadStorage thread_storage;
  bool keeps_storage = false;
  bool stop_at_failure = true;  // False: keep counting after the first failure.
  bool validate = false;        // Check our own graphs after every run (slow).
  std::string program = "";     // A name for reports and replays.
  // Called with the execution of each failure that differs from those before, in kind, message or
  // places; if set. Of use where a check goes on behind a failure.
  std::function<void(const Replay&)> on_failure = nullptr;
  // Is told of the locks and accesses of each execution, if set; see models/locks.
  Observer* observer = nullptr;
  // Asked before each execution, if set; once it says true, the search is cut ("interrupt").
  std::function<bool()> interrupted = nullptr;
  // Called now and then while the search goes on, if set.
  std::function<void(const Progress&)> on_progress = nullptr;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_OPTIONS_H_

// What a check returns: a value, to be asserted on, printed, or written as JSON. Nothing is printed
// and nothing exits behind the caller's back.
#ifndef RMAPCHECK_MODELS_REPORT_REPORT_H_
#define RMAPCHECK_MODELS_REPORT_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

#include "models/graph/failure.h"
#include "models/report/replay.h"
#include "models/report/trace.h"

namespace models {

enum class Verdict {
  kHolds,      // No execution fails, and all were visited.
  kViolated,   // Some execution fails; see failure, trace and replay.
  kUndecided,  // A limit cut the search before it found a failure.
};

// Returns: "holds", "violated", "undecided".
const char* VerdictName(Verdict verdict);
std::ostream& operator<<(std::ostream& out, Verdict verdict);

struct Report {
  Verdict verdict = Verdict::kUndecided;
  FailureKind failure_kind = FailureKind::kNone;
  std::string failure;           // One sentence, with the places; empty if none was found.
  std::uint64_t executions = 0;  // Complete ones.
  std::uint64_t blocked = 0;     // Ended by an assumption, or by a wait that a later write ends.
  bool exhaustive = false;       // Every execution was visited, not only up to a failure.
  std::string limit_hit;         // Which limit cut the search; empty if none did.
  double seconds = 0;            // Wall time.
  Replay replay;                 // Of the first failure.
  Trace trace;                   // Likewise.
};

// Prints the verdict, the counts and, for a failure, its trace.
std::ostream& operator<<(std::ostream& out, const Report& report);

}  // namespace models

#endif  // RMAPCHECK_MODELS_REPORT_REPORT_H_

// The names of the kinds of failure. Reports, replay files and scripts use them: they are part of
// the interface.
#include "models/graph/failure.h"

namespace models {

const char* FailureName(FailureKind kind) {
  switch (kind) {
    case FailureKind::kNone:
      return "";
    case FailureKind::kCheckFailed:
      return "failed check";
    case FailureKind::kDataRace:
      return "data race";
    case FailureKind::kUseAfterFree:
      return "use after free";
    case FailureKind::kDoubleFree:
      return "double free";
    case FailureKind::kLeak:
      return "leak";
    case FailureKind::kUninitialisedRead:
      return "uninitialised read";
    case FailureKind::kDeadlock:
      return "deadlock";
    case FailureKind::kLockMisuse:
      return "lock misuse";
    case FailureKind::kUnboundedLoop:
      return "unbounded loop";
    case FailureKind::kException:
      return "exception";
    case FailureKind::kCrash:
      return "crash";
    case FailureKind::kNondeterminism:
      return "nondeterminism";
    case FailureKind::kOutOfBounds:
      return "out of bounds";
    case FailureKind::kLockRule:
      return "lock rule";
  }
  return "";
}

}  // namespace models

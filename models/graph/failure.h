// What can be wrong with an execution, as data: a kind, a sentence, and the places in the program
// it is about. Who finds it is the scheduler and the exploration.
#ifndef RMAPCHECK_MODELS_GRAPH_FAILURE_H_
#define RMAPCHECK_MODELS_GRAPH_FAILURE_H_

#include <string>
#include <vector>

#include "core/sync/hooks.h"

namespace models {

enum class FailureKind {
  kNone,
  kCheckFailed,
  kDataRace,
  kUseAfterFree,
  kDoubleFree,
  kLeak,
  kUninitialisedRead,
  kDeadlock,
  kLockMisuse,
  kUnboundedLoop,
  kException,
  kCrash,
  kNondeterminism,
  kOutOfBounds,
  kLockRule,  // An observer saw what it was made to wait for.
};

// Returns: the name used in reports and replay files ("data race").
const char* FailureName(FailureKind kind);

// A place in the program that a failure is about.
struct Place {
  int thread = 0;
  std::string what;  // "writes vma->vm_start", "waits for mmap_sem"
  ksync::Site site;
};

struct Failure {
  FailureKind kind = FailureKind::kNone;
  std::string message;  // One sentence; names the object.
  std::vector<Place> places;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_GRAPH_FAILURE_H_

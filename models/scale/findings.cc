// Sums, and the first of failures. A graph is of use in its own process only, so a failure becomes
// a replay at once.
#include "models/scale/findings.h"

namespace models {

void Findings::Add(const ExplorerResult& result, const Names& names) {
  if (result.anew) *this = Findings();
  Findings found;
  found.executions = result.executions;
  found.blocked = result.blocked;
  found.failures = result.failures;
  found.runs = result.runs;
  found.left_out = result.left_out;
  if (result.failures > 0) found.failure = ReplayOf(result.failing, names, result.failure);
  Add(found);
}

void Findings::Add(const Findings& later) {
  if (failures == 0) failure = later.failure;
  executions += later.executions;
  blocked += later.blocked;
  failures += later.failures;
  runs += later.runs;
  if (left_out.empty()) left_out = later.left_out;
}

}  // namespace models

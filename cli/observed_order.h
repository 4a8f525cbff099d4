// In which order real threads took locks: what `//stress:rmap_stress --json=FILE` and
// `//stress:aim7
// --format=json` have written, for `rmapcheck locks --observed=FILE`.
//
// What it does not do: judge; nor say what else was held, since the file does not.
#ifndef RMAPCHECK_CLI_OBSERVED_ORDER_H_
#define RMAPCHECK_CLI_OBSERVED_ORDER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/history/kernel.h"
#include "models/locks/observations.h"

namespace cli {

struct RealNesting {
  std::string held;  // The names of the classes.
  std::string taken;
  ksync::LockMode held_mode;
  ksync::LockMode taken_mode;
  bool tried;
  bool nested;
  models::RealPlaces places;
};

// Returns: what the file says of kernels of that generation.
// Fails: if it cannot be read, is none of those, is of other kernels, or names a lock that is not
// among `known`; with one line: the file, what is wrong, and the mend.
absl::StatusOr<std::vector<RealNesting>> ReadObservedOrder(const std::string& file,
                                                           rmap::Generation generation,
                                                           const std::vector<std::string>& known);

void Add(const std::vector<RealNesting>& order, models::Observations& to);

}  // namespace cli

#endif  // RMAPCHECK_CLI_OBSERVED_ORDER_H_

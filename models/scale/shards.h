// A search that is dealt to processes that never meet: tests on a cluster, machines of a
// laboratory.
//
// Each of them deals the whole search alike (dealing.h) and searches its own hand. The first hand
// has the executions that dealing itself ran. So the counts of all hands add up to those of the one
// search, and whoever has all of them has a verdict. A hand that learns something which the others
// would have to know (docs/EXPLORATION.md, 5) is cut, and says so: no hand is called searched that
// rests on less than the whole search would know.
//
// Where the program fails, a hand ends at its first failure; which of them is told first, and the
// counts by then, are not those of the one search.
#ifndef RMAPCHECK_MODELS_SCALE_SHARDS_H_
#define RMAPCHECK_MODELS_SCALE_SHARDS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "models/options.h"
#include "models/scale/findings.h"

namespace models {

// Which hand, from 0 on, of how many.
struct Shard {
  int index = 0;
  int count = 1;

  friend bool operator==(const Shard&, const Shard&) = default;
};

struct ShardResult {
  std::string program;
  std::string build;  // A digest of the binary.
  std::string memory_model;
  std::uint64_t events_max = 0;
  Shard shard;
  std::uint64_t parts = 0;  // Of all hands.
  Findings found;
  std::string limit_hit;  // What cut it; empty: nothing.
};

// Searches one hand with so many processes. `program_name` is what the result calls the program.
ShardResult SearchShard(const Options& options, int jobs, const std::string& program_name,
                        Shard shard, const std::function<void()>& program);

// Fails: with one line that names the file and what the system says.
absl::Status WriteShard(const ShardResult& result, const std::string& path);

// Adds the results of all shards of one search, in whatever order they are given.
// Fails: with one line that names a file: it is no result, is damaged, is of another search than
// the first file, or is there twice; or that names a shard that is missing.
absl::StatusOr<ShardResult> MergeShards(const std::vector<std::string>& files);

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCALE_SHARDS_H_

// A search that was cut, in a file: what it has found, and what is left of it.
//
//   {"format": "rmapcheck-checkpoint", "version": 1, "program": ..., "build": ..., "memory_model":
//   ...,
//    "events_max": ..., "found": {...}, "left": [...], "digest": ...}
//
// The file is there whole or not at all: whoever is killed while he writes leaves the one before.
#ifndef RMAPCHECK_MODELS_SCALE_CHECKPOINT_H_
#define RMAPCHECK_MODELS_SCALE_CHECKPOINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "models/exploration/frontier.h"
#include "models/scale/findings.h"

namespace models {

struct Checkpoint {
  std::string program;
  std::string build;  // A digest of the binary.
  std::string memory_model;
  std::uint64_t events_max = 0;
  Findings found;
  std::vector<Frontier> left;
};

// Fails: with one line that names the file and what the system says.
absl::Status WriteCheckpoint(const Checkpoint& checkpoint, const std::string& path);

// Fails: with one line: the file, what is wrong with it, and the mend.
absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path);

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCALE_CHECKPOINT_H_

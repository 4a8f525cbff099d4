// Replays as files: JSON with a format name and a version, so that a foreign or an old file is told
// apart from a damaged one.
//
//   {"format": "rmapcheck-replay", "version": 1, "program": ..., "build": ..., "memory_model": ...,
//    "failure": ..., "message": ..., "threads": [[0, 0], ...],
//    "steps": [{"thread": 1, "rf": [0, 3], "mo": 2}, ...]}
//
// "source", if it is there, is what the program was made of. "threads" has [parent, manyeth child]
// of thread 1, 2, ...; steps name no others but 0. "rf" is [thread, index] or "initial"; a step
// without "rf" does not read, one without "mo" does not write, "value" is what a choice returned.
// "then", if it is there, is the thread whose next request fails.
#ifndef RMAPCHECK_MODELS_REPORT_REPLAY_FILE_H_
#define RMAPCHECK_MODELS_REPORT_REPLAY_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "models/report/replay.h"

namespace models {

// Returns: the contents of such a file.
std::string ReplayText(const Replay& replay);
// Returns: what ReplayText wrote; `name` is what messages call it. As ReadReplay.
absl::StatusOr<Replay> ParseReplay(const std::string& text, const std::string& name);

// Writes all of the file or nothing.
// Fails: with one line that names the file and what the system says.
absl::Status WriteReplay(const Replay& replay, const std::string& path);

// Returns: what WriteReplay wrote. Every number is one that a graph can have, and every step reads
// from an earlier one, and is of a thread that is listed. Never waits for a file.
// Fails: with one line: the file, what is wrong with it, and the mend.
absl::StatusOr<Replay> ReadReplay(const std::string& path);

}  // namespace models

#endif  // RMAPCHECK_MODELS_REPORT_REPLAY_FILE_H_

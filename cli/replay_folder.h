// The folder that failing executions are kept in, and the names of the files in it.
// A file is named after what was checked, so that a second run replaces what the first one left.
#ifndef RMAPCHECK_CLI_REPLAY_FOLDER_H_
#define RMAPCHECK_CLI_REPLAY_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "models/report/report.h"

namespace cli {

// Returns: a path as the user meant it: relative to where the user stands, which under `bazel run`
// is not where the process stands.
std::string UserPath(const std::string& path);

class ReplayFolder {
 public:
  // `asked_for` is what the user gave, or empty: a folder of the user's own among the temporary
  // ones.
  explicit ReplayFolder(const std::string& asked_for);

  // Makes the folder if it is not there. Fails: with one line, if it cannot be written to.
  absl::Status Prepare() const;

  // Writes the replay of a violated report. Returns: the file.
  absl::StatusOr<std::string> Write(const models::Report& report) const;

 private:
  std::string folder_;
};

// Writes the picture of a trace beside its replay, and, where Graphviz is installed, draws it.
// Returns: the files, with a blank between them.
absl::StatusOr<std::string> WritePicture(const models::Trace& trace,
                                         const std::string& replay_file);

}  // namespace cli

#endif  // RMAPCHECK_CLI_REPLAY_FOLDER_H_

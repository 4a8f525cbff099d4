// The folder that failing executions are kept in, and the names of the files in it.
// A file is named after what was checked, so that a second run replaces what the first one left.
#ifndef RMAPCHECK_CLI_REPLAY_FOLDER_H_
#define RMAPCHECK_CLI_REPLAY_FOLDER_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "models/report/report.h"

namespace cli {

// What to do about a file or folder that cannot be written.
inline constexpr char kOtherFolder[] = "give another --replay_dir";

class ReplayFolder {
 public:
  // `asked_for` is what the user gave, or empty: a folder of the user's own among the temporary
  // ones, which nobody else can write to.
  explicit ReplayFolder(const std::string& asked_for);

  // Makes the folder if it is not there. Fails: with one line, if it cannot be written to, or if it
  // should be the user's own and is not.
  absl::Status Prepare() const;

  // Writes the replay of a violated report. Returns: the file.
  // Fails: saying which file and why, without a mend.
  absl::StatusOr<std::string> Write(const models::Report& report) const {
    return Write(report.replay, "");
  }
  // Likewise; `what` tells it from other replays of the same program.
  absl::StatusOr<std::string> Write(models::Replay replay, const std::string& what) const;

 private:
  const bool own_;
  std::string folder_;  // Empty: there is no folder for temporary files.
};

// A failing execution in the language of Graphviz, and drawn, where that is installed.
struct Picture {
  std::string dot_file;
  std::string svg_file;
  bool drawn;  // Else there is no such svg file.
};

// Returns: where the source of a picture goes. Fails: with one line, if the picture could not be
// written there: of a mistake one learns before a long search.
absl::StatusOr<std::string> DotFileOf(const std::string& svg_file);
// Writes what `dot` shall draw, and has it drawn. Fails: likewise, or if `dot` does, with what it
// says.
absl::StatusOr<Picture> DrawPicture(const std::string& text, const std::string& dot_file,
                                    const std::string& svg_file);
// Writes the picture of a trace beside its replay. Fails: likewise.
absl::StatusOr<Picture> WritePicture(const models::Trace& trace, const std::string& replay_file);

// Returns: a line that names the files; of what is not drawn also the command that draws it.
std::string PictureText(const Picture& picture);
// Returns: the files that there are, or null.
nlohmann::ordered_json PictureJson(const std::optional<Picture>& picture);

}  // namespace cli

#endif  // RMAPCHECK_CLI_REPLAY_FOLDER_H_

// Output that a run of hours must not lose: whether it can be written is known before the run.
//
// What is named by a user may be a file, a device or a pipe, and is written where it is.
// (core/base/whole_file.h replaces files, and is for folders of our own.)
#ifndef RMAPCHECK_STRESS_OUTPUT_FILE_H_
#define RMAPCHECK_STRESS_OUTPUT_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace stress {

// Returns: whether the file can be opened for writing, else "cannot be written (why)". Leaves it as
// it is, there or not. A pipe is not opened: whoever reads would take that for the output.
absl::Status CheckFile(const std::string& path);

// Returns: whether a file can be made in the folder, else "cannot be written to (why)".
absl::Status CheckFolder(const std::string& path);

// Writes all of the text. Fails: "cannot be written (why)".
absl::Status WriteFile(const std::string& path, std::string_view text);

}  // namespace stress

#endif  // RMAPCHECK_STRESS_OUTPUT_FILE_H_

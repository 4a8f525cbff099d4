// Reading all of a file, and writing one so that it is there whole or not at all: a reader never
// meets half of it, two writers never mix, and no link that somebody else put there is followed.
#ifndef RMAPCHECK_CORE_BASE_WHOLE_FILE_H_
#define RMAPCHECK_CORE_BASE_WHOLE_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace base {

// Writes all of `text` to an open file, a part at a time if need be. Returns: whether it could; if
// not, errno says why.
bool WriteAll(int descriptor, std::string_view text);

// Writes `text` under a name of its own in the same folder, then gives it its name.
// Fails: with "PATH: cannot be written (why)"; then nothing of it is left.
absl::Status WriteWholeFile(const std::string& path, std::string_view text);

// Returns: what is in a regular file. Never waits for one.
// Fails: with "PATH: what is wrong: MEND", also if it is larger than that.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path, std::size_t megabytes_max,
                                          std::string_view mend);

}  // namespace base

#endif  // RMAPCHECK_CORE_BASE_WHOLE_FILE_H_

// The only sure way to know whether a file can be written is to open it, and to make one, whether
// one can be made.
#include "stress/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "core/base/whole_file.h"

namespace stress {
namespace {

absl::Status Cannot(std::string_view what, int error) {
  return absl::UnavailableError(absl::StrCat("cannot be ", what, " (", std::strerror(error), ")"));
}

}  // namespace

absl::Status CheckFile(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) == 0 && S_ISFIFO(found.st_mode)) return absl::OkStatus();
  const bool is_new = lstat(path.c_str(), &found) != 0 && errno == ENOENT;
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (is_new ? O_EXCL : 0);
  const int descriptor = open(path.c_str(), flags, 0666);
  if (descriptor < 0) return Cannot("written", errno);
  close(descriptor);
  if (is_new) unlink(path.c_str());
  return absl::OkStatus();
}

absl::Status CheckFolder(const std::string& path) {
  std::string file = path + "/.rmap_stress-XXXXXX";
  const int descriptor = mkstemp(file.data());
  if (descriptor < 0) return Cannot("written to", errno);
  close(descriptor);
  unlink(file.c_str());
  return absl::OkStatus();
}

absl::Status WriteFile(const std::string& path, std::string_view text) {
  const int descriptor =
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
  if (descriptor < 0) return Cannot("written", errno);
  const bool done = base::WriteAll(descriptor, text);
  const int error = errno;
  const bool closed = close(descriptor) == 0;
  if (done && closed) return absl::OkStatus();
  return Cannot("written", done ? errno : error);
}

}  // namespace stress

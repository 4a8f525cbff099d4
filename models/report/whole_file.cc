// mkstemp makes a file that was not there before and that only its owner can read; what a new file
// usually may is given to it afterwards.
#include "models/report/whole_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace models {
namespace {

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

mode_t UsualMode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

absl::Status WriteWholeFile(const std::string& path, std::string_view text) {
  std::string part = path + ".part-XXXXXX";
  const int descriptor = mkstemp(part.data());
  bool done = descriptor >= 0;
  if (done) {
    done = WriteAll(descriptor, text) && fchmod(descriptor, UsualMode()) == 0;
    const int error = errno;
    const bool closed = close(descriptor) == 0;
    if (!done) errno = error;
    done = done && closed && std::rename(part.c_str(), path.c_str()) == 0;
  }
  if (done) return absl::OkStatus();
  const int error = errno;
  if (descriptor >= 0) unlink(part.c_str());
  return absl::UnavailableError(
      absl::StrCat(path, ": cannot be written (", std::strerror(error), ")"));
}

}  // namespace models

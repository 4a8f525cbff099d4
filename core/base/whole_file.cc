// A reader trusts nothing that it finds under a name. mkstemp makes a file that was not there
// before and that only its owner can read; what a new file usually may is given to it afterwards.
#include "core/base/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"

namespace base {
namespace {

mode_t UsualMode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

absl::Status Wrong(const std::string& path, std::string_view what, std::string_view mend) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what, ": ", mend));
}

absl::Status Unreadable(const std::string& path, std::string_view mend) {
  return Wrong(path, absl::StrCat("cannot be read (", std::strerror(errno), ")"), mend);
}

// Reads to the end, or until there is more than that.
absl::StatusOr<std::string> ContentsOf(int descriptor, const std::string& path,
                                       std::size_t megabytes_max, std::string_view mend) {
  struct stat found {};
  if (fstat(descriptor, &found) != 0) return Unreadable(path, mend);
  if (!S_ISREG(found.st_mode)) return Wrong(path, "is no regular file", mend);
  std::string contents;
  std::vector<char> part(1 << 16);
  while (contents.size() <= megabytes_max << 20) {
    const ssize_t size = read(descriptor, part.data(), part.size());
    if (size == 0) return contents;
    if (size < 0 && errno != EINTR) return Unreadable(path, mend);
    if (size > 0) contents.append(part.data(), static_cast<std::size_t>(size));
  }
  return Wrong(path, absl::StrCat("has more than ", megabytes_max, " megabytes"), mend);
}

}  // namespace

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// O_NONBLOCK: a pipe to which nobody writes is not waited for.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path, std::size_t megabytes_max,
                                          std::string_view mend) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) return Unreadable(path, mend);
  absl::StatusOr<std::string> contents = ContentsOf(descriptor, path, megabytes_max, mend);
  close(descriptor);
  return contents;
}

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

}  // namespace base

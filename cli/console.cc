// The progress line is redrawn in place: carriage return, text, erase to the end of the line.
// What a user wrote may be of any length; a line that quotes it is not.
#include "cli/console.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/table.h"
#include "cli/words.h"

namespace cli {
namespace {

constexpr std::chrono::milliseconds kRedraw(100);
constexpr char kEraseLine[] = "\r\x1b[K";
constexpr std::size_t kMessageMax = 2'000;  // A path in use is shorter.

// Returns: the message, without its middle if it is very long: its ends are the place and the mend.
std::string Shortened(const std::string& message) {
  if (message.size() <= kMessageMax) return message;
  const std::size_t end = kMessageMax / 2;
  return absl::StrCat(message.substr(0, end), " ... ", message.substr(message.size() - end));
}

}  // namespace

void Console::Print(const std::string& text) {
  Wipe();
  errno = 0;
  out_ << text << std::flush;
  if (!out_ && lost_.empty()) lost_ = errno == 0 ? "it is closed" : std::strerror(errno);
}

void Console::Complain(const std::string& message) {
  Wipe();
  err_ << "rmapcheck: " << OneLine(Shortened(message)) << std::endl;
}

void Console::StartSearches(std::size_t total) {
  total_ = total;
  started_ = 0;
  start_ = Clock::now();
}

void Console::StartSearch(const std::string& name) {
  ++started_;
  name_ = name;
  shown_ = {};
  if (shows_progress_) Show({});
}

std::function<void(const models::Progress&)> Console::OnProgress() {
  if (!shows_progress_) return nullptr;
  return [this](const models::Progress& progress) { Show(progress); };
}

void Console::Show(const models::Progress& progress) {
  const Clock::time_point now = Clock::now();
  if (now - shown_ < kRedraw) return;
  shown_ = now;
  std::string line =
      absl::StrFormat("[%d/%d] %s: %s executions, %.0f s", started_, total_, name_,
                      WithSeparators(progress.executions + progress.blocked), progress.seconds);
  if (columns_ > 1 && line.size() >= static_cast<std::size_t>(columns_)) line.resize(columns_ - 1);
  err_ << kEraseLine << line << std::flush;
  visible_ = true;
}

void Console::Wipe() {
  if (!visible_) return;
  err_ << kEraseLine << std::flush;
  visible_ = false;
}

int OutputColumns(int descriptor) {
  winsize size{};
  const bool terminal = isatty(descriptor) != 0 && ioctl(descriptor, TIOCGWINSZ, &size) == 0;
  if (terminal && size.ws_col > 0) return size.ws_col;
  const char* const asked_for = std::getenv("COLUMNS");
  int columns = 0;
  const bool given = asked_for != nullptr && absl::SimpleAtoi(asked_for, &columns);
  return given && columns > 0 ? columns : 0;
}

bool CanRedraw(int descriptor) {
  const char* const terminal = std::getenv("TERM");
  return isatty(descriptor) != 0 && terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
}

void HoldStandardStreams() {
  for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest free number is taken, which is this one. It cannot be written to.
    if (fcntl(descriptor, F_GETFD) == -1) open("/dev/null", O_RDONLY);
  }
}

}  // namespace cli

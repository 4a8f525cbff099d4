// The pipe that is the worker's standard error is also how its end is noticed: nobody else holds
// the other side.
#include "stress/workload/watcher.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "stress/workload/worker.h"

namespace workload {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLookEveryMs = 100;
constexpr std::size_t kStderrMax = 1 << 20;

// The environment, with what the sanitizers must be told: that one report is enough, and that who
// ends while threads of his run has said why; ThreadSanitizer would give them a second for more.
// What the user says himself comes later, and so is stronger.
std::vector<std::string> WorkerEnvironment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  const auto add = [&variables](const char* name, const char* options) {
    const char* const given = std::getenv(name);
    std::erase_if(variables, [name](const std::string& variable) {
      return variable.starts_with(absl::StrCat(name, "="));
    });
    variables.push_back(absl::StrCat(name, "=", options, ":", given == nullptr ? "" : given));
  };
  add("TSAN_OPTIONS", "halt_on_error=1:second_deadlock_stack=1:atexit_sleep_ms=0");
  add("ASAN_OPTIONS", "detect_leaks=1");
  add("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1");
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What the user sends to all of a terminal's processes is for the watcher alone: it decides when
// the worker ends. Blocked, and not ignored by the worker itself, because that would come too late.
// So a worker that dies has a reason of its own.
void BlockSignalsOfUsers(posix_spawnattr_t& attributes) {
  sigset_t blocked;
  sigemptyset(&blocked);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&blocked, signal);
  posix_spawnattr_setsigmask(&attributes, &blocked);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
}

class Worker {
 public:
  explicit Worker(const SharedBoard& board) {
    board->job.watcher = getpid();
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0, "no pipe");
    stderr_ = ends[0];
    const int error = Start(WorkerWord(board.descriptor()), ends[1]);
    close(ends[1]);
    CHECK(error == 0, "the program could not be started once more");
  }
  ~Worker() { close(stderr_); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Waits for a while. Returns: whether the worker is still there.
  bool Look() {
    pollfd pipe{.fd = stderr_, .events = POLLIN, .revents = 0};
    const int ready = poll(&pipe, 1, kLookEveryMs);
    if (ready <= 0) return true;  // Time is up, or a signal came.
    char bytes[4096];
    const ssize_t count = read(stderr_, bytes, sizeof(bytes));
    if (count < 0) return errno == EINTR;
    if (text_.size() < kStderrMax) text_.append(bytes, count);
    return count > 0;
  }
  void Kill() { kill(pid_, SIGKILL); }
  // Waits for the end. Returns: its status.
  int Wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0) CHECK(errno == EINTR);
    return status;
  }
  std::string TakeText() { return std::move(text_); }

 private:
  // Returns: why it could not be started; 0 if it was.
  int Start(const std::string& word, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    BlockSignalsOfUsers(attributes);
    std::vector<std::string> words = {"rmap_stress", word};
    std::vector<std::string> environment = WorkerEnvironment();
    const int error = posix_spawn(&pid_, "/proc/self/exe", &actions, &attributes,
                                  Pointers(words).data(), Pointers(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }

  pid_t pid_ = 0;
  int stderr_ = -1;
  std::string text_;
};

// Whether something has moved lately.
class Pulse {
 public:
  Pulse(const Board& board, std::chrono::milliseconds hang_after)
      : board_(board), hang_after_(hang_after) {}

  bool IsGone() {
    const std::uint64_t moves = board_.StepsBegun() + board_.rounds_done();
    const Clock::time_point now = Clock::now();
    if (moves != moves_) last_ = now;
    moves_ = moves;
    return now - last_ > hang_after_;
  }

 private:
  const Board& board_;
  const std::chrono::milliseconds hang_after_;
  std::uint64_t moves_ = 0;
  Clock::time_point last_ = Clock::now();
};

}  // namespace

std::optional<Ending> RunWorker(const SharedBoard& board, const Watch& watch) {
  Worker worker(board);
  Pulse pulse(*board, watch.hang_after);
  Ending ending;
  bool interrupted = false;
  while (worker.Look()) {
    interrupted = interrupted || watch.is_interrupted();
    ending.was_hung = ending.was_hung || pulse.IsGone();
    if (interrupted || ending.was_hung) worker.Kill();
  }
  ending.status = worker.Wait();
  // Of its own accord it ended earlier, and what it found is not lost.
  const bool killed = WIFSIGNALED(ending.status) && WTERMSIG(ending.status) == SIGKILL;
  if (interrupted && killed) return std::nullopt;
  ending.stderr_text = worker.TakeText();
  ending.message = board->message();
  ending.place = board->place();
  return ending;
}

}  // namespace workload

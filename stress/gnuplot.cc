// The script goes through memory, so that nothing is left behind if the process dies. "--svg" is
// what each command here calls the file.
#include "stress/gnuplot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace gnuplot {
namespace {

absl::Status Missing() {
  return absl::NotFoundError(
      "gnuplot: is not here: apt-get install gnuplot-nox, or leave --svg out");
}

absl::Status CannotWrite(const std::string& file) {
  return absl::UnknownError(
      absl::StrCat("--svg=", file, ": cannot be written: ", std::strerror(errno)));
}

// Runs gnuplot on the script, with its output in the open file. Returns: its exit status; -1 if it
// could not be started, or was killed.
int RunGnuplot(const std::string& script, int output) {
  const int input = memfd_create("plot", 0);
  const bool written = input >= 0 && write(input, script.data(), script.size()) ==
                                         static_cast<ssize_t>(script.size());
  int status = -1;
  if (written && lseek(input, 0, SEEK_SET) == 0) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    char name[] = "gnuplot";
    char* arguments[] = {name, nullptr};
    pid_t child = 0;
    const int failed = posix_spawnp(&child, name, &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0 || waitpid(child, &status, 0) != child) status = -1;
  }
  if (input >= 0) close(input);
  return status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

absl::Status CheckPlot(const std::string& file) {
  const int output = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (output < 0) return CannotWrite(file);
  const int status = RunGnuplot("exit\n", output);
  close(output);
  return status == 0 ? absl::OkStatus() : Missing();
}

absl::Status DrawPlot(const std::string& script, const std::string& file) {
  const int output = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (output < 0) return CannotWrite(file);
  const int status = RunGnuplot(script, output);
  const bool empty = lseek(output, 0, SEEK_END) <= 0;
  close(output);
  if (status == 0 && !empty) return absl::OkStatus();
  return absl::UnknownError(
      absl::StrCat("--svg=", file, ": gnuplot could not draw it (exit code ", status, ")"));
}

}  // namespace gnuplot

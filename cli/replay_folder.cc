// Paths, folders, and the one program that is run: `dot`.
// The system's temporary folder is asked for, never named.
#include "cli/replay_folder.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/words.h"
#include "core/base/whole_file.h"
#include "models/report/build_digest.h"
#include "models/report/replay_file.h"
#include "models/report/trace_dot.h"

extern char** environ;

namespace cli {
namespace {

namespace fs = std::filesystem;

std::string DefaultFolder() {
  std::error_code error;
  const fs::path temporary = fs::temp_directory_path(error);
  if (error) return "";
  return (temporary / absl::StrCat("rmapcheck-replays-", geteuid())).string();
}

absl::Status Unfit(std::string_view folder, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(folder, ": ", why, ": ", kOtherFolder));
}

absl::Status NotWritable(const std::string& folder, int error) {
  return Unfit(folder, absl::StrCat("cannot be written to (", std::strerror(error), ")"));
}

// Others can put things among the temporary ones, and know what the folder will be called.
absl::Status PrepareOwn(const std::string& folder) {
  if (folder.empty()) return Unfit("TMPDIR", "names no folder");
  if (mkdir(folder.c_str(), S_IRWXU) == 0) return absl::OkStatus();
  if (errno != EEXIST) return NotWritable(folder, errno);
  struct stat found {};
  if (lstat(folder.c_str(), &found) != 0) return NotWritable(folder, errno);
  const bool own = S_ISDIR(found.st_mode) && found.st_uid == geteuid() &&
                   (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  return own ? absl::OkStatus() : Unfit(folder, "is no folder that only you can write to");
}

// A file's name has at most 255 letters, and those of a part that is being written some more.
// Returns: the name; of one that is too long the beginning, and a digest (FNV-1a) of the whole.
std::string FittingName(const std::string& name) {
  constexpr std::size_t kNameMax = 200;
  if (name.size() <= kNameMax) return name;
  std::uint64_t digest = 0xcbf29ce484222325;
  for (char c : name) digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return absl::StrCat(name.substr(0, kNameMax), "-", absl::Hex(digest, absl::kZeroPad16));
}

// "A on G5 without KH-22" with model "sc" becomes "A-on-G5-without-KH-22-sc.json".
std::string FileName(const models::Replay& replay, const std::string& what) {
  std::string name = replay.program;
  if (replay.memory_model != "rc11") absl::StrAppend(&name, " ", replay.memory_model);
  if (!what.empty()) absl::StrAppend(&name, " ", what);
  for (char& c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_') c = '-';
  }
  return FittingName(name) + ".json";
}

// Reads what a child writes until it closes its end. Returns: the first line.
std::string FirstLine(int descriptor) {
  std::string text;
  char part[512];
  for (ssize_t got; (got = read(descriptor, part, sizeof part)) != 0;) {
    if (got < 0 && errno != EINTR) break;
    if (got > 0 && text.size() < sizeof part) text.append(part, static_cast<std::size_t>(got));
  }
  return text.substr(0, text.find('\n'));
}

int WaitFor(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// Returns: whether there is a `dot` to draw the picture. Fails: if it could not.
absl::StatusOr<bool> Draw(const std::string& dot_file, const std::string& svg_file) {
  std::string words[] = {"dot", "-Tsvg", "-o", svg_file, dot_file};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                       words[3].data(), words[4].data(), nullptr};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, "dot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  const std::string said = failed == 0 ? FirstLine(ends[0]) : "";
  close(ends[0]);
  if (failed != 0) return false;
  const int status = WaitFor(child);
  if (status == 0) return true;
  const std::string how = WIFEXITED(status) ? absl::StrCat("exit code ", WEXITSTATUS(status))
                                            : absl::StrCat("signal ", WTERMSIG(status));
  return absl::InvalidArgumentError(
      absl::StrCat(svg_file, ": dot cannot draw it (", how, said.empty() ? "" : ", ", said, ")"));
}

}  // namespace

ReplayFolder::ReplayFolder(const std::string& asked_for)
    : own_(asked_for.empty()), folder_(asked_for.empty() ? DefaultFolder() : UserPath(asked_for)) {}

absl::Status ReplayFolder::Prepare() const {
  if (own_) {
    const absl::Status prepared = PrepareOwn(folder_);
    if (!prepared.ok()) return prepared;
  } else {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) return NotWritable(folder_, error.value());
  }
  if (access(folder_.c_str(), W_OK | X_OK) != 0) return NotWritable(folder_, errno);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReplayFolder::Write(models::Replay replay,
                                                const std::string& what) const {
  replay.build = models::BuildDigest();
  const std::string file = (fs::path(folder_) / FileName(replay, what)).string();
  const absl::Status written = models::WriteReplay(replay, file);
  if (!written.ok()) return written;
  return file;
}

std::string PictureText(const Picture& picture) {
  const std::string dot_file = OneLine(picture.dot_file);
  const std::string svg_file = OneLine(picture.svg_file);
  if (picture.drawn) return absl::StrCat("  pictures: ", dot_file, " ", svg_file, "\n");
  return absl::StrCat("  written: ", dot_file,
                      "; to see it as a picture, install graphviz and run: ", "dot -Tsvg -o ",
                      ShellWord(picture.svg_file), " ", ShellWord(picture.dot_file), "\n");
}

nlohmann::ordered_json PictureJson(const std::optional<Picture>& picture) {
  if (!picture.has_value()) return nullptr;
  if (!picture->drawn) return {picture->dot_file};
  return {picture->dot_file, picture->svg_file};
}

absl::StatusOr<Picture> WritePicture(const models::Trace& trace, const std::string& replay_file) {
  const std::string base = fs::path(replay_file).replace_extension().string();
  const std::string dot_file = base + ".dot";
  const std::string svg_file = base + ".svg";
  if (replay_file == dot_file || replay_file == svg_file) {
    return absl::InvalidArgumentError(
        absl::StrCat(replay_file, ": a picture would take the place of the replay"));
  }
  return DrawPicture(models::TraceDot(models::WithoutSetUp(trace)), dot_file, svg_file);
}

absl::StatusOr<std::string> DotFileOf(const std::string& svg_file) {
  const auto wrong = [&svg_file](const std::string& what) {
    return absl::InvalidArgumentError(absl::StrCat(svg_file, ": ", what));
  };
  std::error_code error;
  const fs::path path(svg_file);
  if (!path.has_filename() || fs::is_directory(path, error)) {
    return wrong("is a folder: give a file in it");
  }
  const std::string dot_file = fs::path(path).replace_extension(".dot").string();
  if (dot_file == svg_file) {
    return wrong("is where the source of the picture goes: give a name that ends in .svg");
  }
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    return wrong(absl::StrCat("cannot be written (", std::strerror(errno), "): give another file"));
  }
  if (fs::is_directory(dot_file, error)) {
    return wrong(absl::StrCat("its source cannot be written, ", dot_file,
                              " is a folder: give another file"));
  }
  return dot_file;
}

absl::StatusOr<Picture> DrawPicture(const std::string& text, const std::string& dot_file,
                                    const std::string& svg_file) {
  const absl::Status written = base::WriteWholeFile(dot_file, text);
  if (!written.ok()) return written;
  unlink(svg_file.c_str());  // It may be of another execution; and `dot` would follow a link.
  const absl::StatusOr<bool> drawn = Draw(dot_file, svg_file);
  if (!drawn.ok()) return drawn.status();
  return Picture{dot_file, svg_file, *drawn};
}

}  // namespace cli

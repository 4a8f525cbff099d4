// `rmapcheck run`: a program that was built for checking, in a process of its own.
//
// Such a program contains the checker: to run it is to check it. So the command says what it was
// told, through the environment variable that those programs read, and becomes the program. What
// was built otherwise is refused, for it would simply run.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/words.h"

namespace cli {
namespace {

constexpr char kFlagsVariable[] = "RMAPCHECK_FLAGS";
constexpr char kLibrary[] = "librmapcheck_program.so";

// Returns: why it is no program for `run`, and the mend; empty if it is one.
std::string WhyNotCheckable(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return "is no file: give a program";
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  const auto has = [&bytes](const char* text) { return bytes.find(text) != std::string::npos; };
  if (!bytes.starts_with("\177ELF") || !has(kLibrary)) {
    return absl::StrCat("is no program built for checking: compile it with -fsanitize=thread ",
                        "and link it with ", kLibrary);
  }
  // g++ links it as a library, clang as part of the program.
  if (has("libtsan.so") || has("FATAL: ThreadSanitizer")) {
    return "has ThreadSanitizer's runtime as well: link it without -fsanitize=thread";
  }
  return "";
}

std::string FlagsOf(const Command& command) {
  std::string flags =
      absl::StrCat("--memory_model=", models::MemoryModelName(command.memory_model),
                   " --executions_max=", command.executions_max,
                   " --events_max=", command.events_max, " --seconds_max=", command.seconds_max,
                   " --format=", command.format == Format::kJson ? "json" : "text");
  switch (command.trace) {
    case TraceStyle::kBrief:
    case TraceStyle::kText:
      break;
    case TraceStyle::kFull:
      absl::StrAppend(&flags, " --trace=full");
      break;
    case TraceStyle::kDot:
    case TraceStyle::kNone:
      absl::StrAppend(&flags, " --trace=none");
      break;
  }
  if (!command.replay_dir.empty()) {
    absl::StrAppend(&flags, " --replay_dir=", UserPath(command.replay_dir));
  }
  if (!command.program_replay.empty()) {
    absl::StrAppend(&flags, " --replay=", UserPath(command.program_replay));
  }
  return flags + command.program_flags;
}

}  // namespace

ExitCode RunProgram(const Command& command, Console& console) {
  const std::string file = UserPath(command.arguments[0]);
  if (access(file.c_str(), X_OK) != 0) {
    console.Complain(absl::StrCat(file, ": cannot be run (", std::strerror(errno), ")"));
    return kBadInput;
  }
  const std::string why_not = WhyNotCheckable(file);
  if (!why_not.empty()) {
    console.Complain(absl::StrCat(file, ": ", why_not));
    return kBadInput;
  }
  if (command.replay_dir.find(' ') != std::string::npos) {
    console.Complain("--replay_dir: has a space, which cannot be handed on: give another folder");
    return kBadInput;
  }
  if (command.trace == TraceStyle::kDot) {
    console.Complain("--trace=dot: means nothing to `run`: write --trace=full");
    return kBadInput;
  }
  std::vector<std::string> words = command.arguments;
  words[0] = file;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  setenv(kFlagsVariable, FlagsOf(command).c_str(), 1);
  execv(file.c_str(), arguments.data());
  console.Complain(absl::StrCat(file, ": cannot be run (", std::strerror(errno), ")"));
  return kBadInput;
}

}  // namespace cli

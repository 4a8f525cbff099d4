// The command as a process, for tests: arguments in, two streams, an exit code and files out. The
// binary is named by RMAPCHECK in the environment; each test has a folder of its own.
#ifndef RMAPCHECK_CLI_TESTING_RMAPCHECK_PROCESS_H_
#define RMAPCHECK_CLI_TESTING_RMAPCHECK_PROCESS_H_

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cli {

inline std::string Contents(const std::string& file) {
  std::ostringstream contents;
  contents << std::ifstream(file).rdbuf();
  return contents.str();
}

struct Outcome {
  int code;
  std::string out;
  std::string err;

  nlohmann::json Json() const { return nlohmann::json::parse(out); }
};

class RmapcheckTest : public testing::Test {
 protected:
  Outcome Run(const std::string& arguments) {
    const std::string err_file = folder_ + "/err";
    const std::string command =
        absl::StrCat(std::getenv("RMAPCHECK"), " ", arguments, " 2>", err_file);
    FILE* const pipe = popen(command.c_str(), "r");
    std::string out;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
    const int status = pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out, Contents(err_file)};
  }
  // Runs with the test's own folder for replays.
  Outcome Search(const std::string& arguments) {
    return Run(absl::StrCat(arguments, " --replay_dir=", folder_, "/replays"));
  }
  void ExpectRefused(const std::string& arguments, const std::string& because) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments;
    EXPECT_EQ(outcome.out, "") << arguments;
    EXPECT_TRUE(absl::StartsWith(outcome.err, "rmapcheck: ")) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
    EXPECT_TRUE(absl::StrContains(outcome.err, because)) << outcome.err;
  }

  const std::string folder_ = testing::TempDir();
};

}  // namespace cli

#endif  // RMAPCHECK_CLI_TESTING_RMAPCHECK_PROCESS_H_

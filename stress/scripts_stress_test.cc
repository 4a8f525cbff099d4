// The examples of scripts on real threads, many rounds each, on the kernel that each asks for. The
// twin under the checker is models/rmap/scripts_model_test.cc, with the same names;
// //models:twins_test compares them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_replace.h"
#include "core/history/kernel.h"
#include "core/scripts/run_script.h"
#include "core/scripts/script_text.h"
#include "gtest/gtest.h"
#include "stress/rounds.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr char kFolder[] = "core/scripts/examples";
constexpr int kRounds = 500;
constexpr int kSpinsMax = 2'000;
constexpr int kFailuresPerMille = 200;
constexpr double kShareOfANight = 0.05;

std::vector<std::filesystem::path> Examples() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string TestName(const testing::TestParamInfo<std::filesystem::path>& info) {
  return absl::StrReplaceAll(info.param.stem().string(), {{"-", "_"}});
}

class ExampleStress : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(ExampleStress, Holds) {
  static const int examples = static_cast<int>(Examples().size());
  std::ostringstream text;
  text << std::ifstream(GetParam()).rdbuf();
  const absl::StatusOr<Script> script = ParseScript(text.str());
  ASSERT_TRUE(script.ok()) << script.status();
  const Kernel kernel =
      script->kernel.empty() ? Kernel().WithAll() : ParseKernel(script->kernel).value();
  const stress::RoundsPlan plan = {.rounds = kRounds,
                                   .budget = stress::NightlyPart(examples, kShareOfANight),
                                   .spins_max = kSpinsMax,
                                   .failures_per_mille = kFailuresPerMille};
  const stress::RoundsDone done = stress::RunRounds(plan, [&] { RunScript(kernel, *script); });
  EXPECT_EQ(done.counted, done.rounds) << "no script assumes anything";
}

INSTANTIATE_TEST_SUITE_P(Holds, ExampleStress, testing::ValuesIn(Examples()), TestName);

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

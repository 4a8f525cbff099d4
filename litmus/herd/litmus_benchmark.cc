// How long a litmus test takes, reading included: one batch over a folder, again and again.
//
// The folder is LITMUS_CORPUS, or our own tests. The unit is milliseconds a test; the files are in
// memory before the clock starts. A test that is malformed makes the row an error: a reader that
// gives up early is not fast.
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "litmus/herd/corpus.h"
#include "litmus/herd/runner.h"

namespace herd {
namespace {

using File = std::pair<std::string, std::string>;  // Path, text.

std::vector<File> ReadFolder() {
  const char* given = std::getenv("LITMUS_CORPUS");
  std::vector<File> files;
  const auto paths = LitmusFiles(given != nullptr ? given : "litmus/tests");
  if (!paths.ok()) return files;
  for (const std::string& path : *paths) {
    const absl::StatusOr<std::string> text = ReadText(path);
    if (text.ok()) files.emplace_back(path, *text);
  }
  return files;
}

void Batch(benchmark::State& state) {
  const std::vector<File> files = ReadFolder();
  if (files.empty()) state.SkipWithError("no files: set LITMUS_CORPUS to a folder");
  std::uint64_t executions = 0;
  for (auto _ : state) {
    for (const auto& [path, text] : files) {
      const absl::StatusOr<Answer> answer = RunText(text, path, RunOptions());
      if (!answer.ok()) return state.SkipWithError(std::string(answer.status().message()).c_str());
      executions += answer->executions;
    }
  }
  const double tests = static_cast<double>(state.iterations() * files.size());
  state.counters["tests"] = static_cast<double>(files.size());
  state.counters["ms_per_test"] =
      benchmark::Counter(tests / 1e3, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["executions/s"] =
      benchmark::Counter(static_cast<double>(executions), benchmark::Counter::kIsRate);
}
BENCHMARK(Batch)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace herd

BENCHMARK_MAIN();

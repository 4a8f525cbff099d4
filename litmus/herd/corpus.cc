// One file after the other; a file that cannot be read counts as malformed.
// What agrees is counted by what there was to compare, so that an empty table proves nothing.
#include "litmus/herd/corpus.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace herd {
namespace {

using Clock = std::chrono::steady_clock;

void CountAgreement(const Verdict& verdict, CorpusResult& result) {
  ++result.agreeing;
  ++result.races;
  if (verdict.race && !verdict.is_kernel_test) return;
  result.verdicts += verdict.has_quantifier;
  result.counts += verdict.executions.has_value();
  result.state_sets += verdict.states.has_value();
}

void Judge(const std::string& file, const Answer& answer, const Verdict& verdict,
           const RunOptions& options, CorpusResult& result) {
  if (answer.observation == Observation::kUnsupported) {
    result.unsupported[answer.reason].push_back(file);
  } else {
    const std::string difference = Difference(answer, verdict, options.search.memory_model);
    if (difference.empty()) {
      CountAgreement(verdict, result);
    } else {
      result.differing.emplace_back(file, difference);
    }
  }
}

}  // namespace

absl::StatusOr<std::vector<std::string>> LitmusFiles(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end;
       !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".litmus") files.push_back(entry->path().string());
  }
  if (error) return absl::NotFoundError(absl::StrCat(folder, ": ", error.message()));
  std::sort(files.begin(), files.end());
  return files;
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  // Of a pipe one would wait for somebody to write.
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": is no file: give a file of text"));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

CorpusResult RunCorpus(const std::vector<std::string>& files, const VerdictTable& table,
                       const RunOptions& options) {
  CorpusResult result;
  const Clock::time_point start = Clock::now();
  for (const std::string& file : files) {
    const auto verdict = table.find(std::filesystem::path(file).filename().string());
    if (verdict == table.end()) {
      ++result.without_verdict;
      continue;
    }
    ++result.tests;
    const absl::StatusOr<std::string> text = ReadText(file);
    RunOptions as_told = options;
    as_told.as_kernel_test = verdict->second.is_kernel_test;
    const absl::StatusOr<Answer> answer = text.ok() ? RunText(*text, file, as_told) : text.status();
    if (answer.ok()) {
      Judge(file, *answer, verdict->second, options, result);
    } else {
      result.malformed.emplace_back(file, std::string(answer.status().message()));
    }
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

std::string CorpusText(const CorpusResult& result) {
  std::string text = absl::StrFormat(
      "%d tests in %.2f s (%.3f ms each): %d agree, %d differ, %d malformed; "
      "%d more have no verdict\n",
      result.tests, result.seconds,
      1e3 * result.seconds / static_cast<double>(std::max<std::size_t>(result.tests, 1)),
      result.agreeing, result.differing.size(), result.malformed.size(), result.without_verdict);
  absl::StrAppend(&text, "compared: ", result.verdicts, " verdicts, ", result.races,
                  " race flags, ", result.counts, " counts, ", result.state_sets,
                  " sets of states\n");
  for (const auto& [file, what] : result.differing) {
    absl::StrAppend(&text, "differs: ", file, ": ", what, "\n");
  }
  for (const auto& [file, what] : result.malformed) {
    absl::StrAppend(&text, "malformed: ", what, "\n");
  }
  for (const auto& [reason, files] : result.unsupported) {
    absl::StrAppend(&text, "unsupported: ", files.size(), " x ", reason, ", such as ", files[0],
                    "\n");
  }
  return text;
}

}  // namespace herd

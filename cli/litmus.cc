// `rmapcheck litmus`: tests in herd's format, each with herd's answer; compared with what is
// expected, if anything is.
//
// With --expect, every test must come out so. With --verdicts, each as its row of the table says,
// states and executions too; then only what is not as expected is told in full. A file that is no
// litmus test is a line on standard error, and the others are run all the same.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/commands.h"
#include "cli/search.h"
#include "cli/words.h"
#include "core/base/interrupt.h"
#include "litmus/herd/corpus.h"
#include "litmus/herd/report.h"
#include "litmus/herd/runner.h"
#include "litmus/herd/verdicts.h"
#include "models/report/json.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// A test that was run, and how its answer compares.
struct LitmusRow {
  herd::Answer answer;
  std::string expected;    // Empty: nothing.
  std::string difference;  // Empty: none.
  Judgement judgement = Judgement::kNothingExpected;
};

// Or a mistyped folder would be a success.
absl::Status NoTest(const std::string& argument, const char* what) {
  return absl::NotFoundError(absl::StrCat(argument, ": ", what, ": give another"));
}

// Adds the files that a list names, one a line; a relative path begins at the list's folder.
absl::Status AddList(const std::string& list, std::vector<std::string>& files) {
  const absl::StatusOr<std::string> text = herd::ReadText(list);
  if (!text.ok()) return text.status();
  const std::size_t before = files.size();
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    files.push_back((fs::path(list).parent_path() / line).string());
  }
  return files.size() > before ? absl::OkStatus() : NoTest(list, "names no file");
}

// Returns: the files that the arguments stand for.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::vector<std::string>& arguments) {
  std::vector<std::string> files;
  for (const std::string& word : arguments) {
    const bool is_list = word[0] == '@';
    if (word == "@") return NoTest(word, "names no list");
    const std::string argument = UserPath(is_list ? word.substr(1) : word);
    std::error_code ignored;
    if (is_list) {
      const absl::Status status = AddList(argument, files);
      if (!status.ok()) return status;
    } else if (fs::is_directory(argument, ignored)) {
      const absl::StatusOr<std::vector<std::string>> below = herd::LitmusFiles(argument);
      if (!below.ok()) return below.status();
      if (below->empty()) return NoTest(argument, "is a folder without a *.litmus file");
      files.insert(files.end(), below->begin(), below->end());
    } else {
      files.push_back(argument);
    }
  }
  return files;
}

// Returns: what --expect would have to be. A kernel test may be observed although it has a race, so
// there both will do.
std::vector<std::string> AnswerWords(const herd::Answer& answer) {
  const std::string observation = herd::ObservationName(answer.observation);
  if (!answer.race) return {observation};
  if (answer.memory_model != herd::kKernelModel) return {"race"};
  return {"race", observation};
}

class LitmusRun {
 public:
  LitmusRun(const Command& command, herd::VerdictTable table, Console& console)
      : command_(command), table_(std::move(table)), console_(console) {
    options_.search = OptionsOf(command);
    options_.search.on_progress = console.OnProgress();
    options_.search.interrupted = base::Interrupted;
    options_.unroll_max = static_cast<int>(command.unroll_max);
  }

  // Runs one file and prints what is to be said of it.
  void Run(const std::string& file) {
    console_.StartSearch(file);
    const absl::StatusOr<std::string> text = herd::ReadText(file);
    const auto verdict = table_.find(fs::path(file).filename().string());
    options_.as_kernel_test = verdict != table_.end() && verdict->second.is_kernel_test;
    const absl::StatusOr<herd::Answer> answer =
        text.ok() ? herd::RunText(*text, file, options_) : text.status();
    if (!answer.ok()) {
      console_.Complain(std::string(answer.status().message()));
      malformed_.push_back(std::string(answer.status().message()));
      return;
    }
    const LitmusRow row = Compare(*answer);
    judgements_.push_back(row.judgement);
    if (command_.format == Format::kJson) {
      results_.push_back(RowJson(row));
    } else {
      Print(row);
    }
  }

  ExitCode Finish(std::size_t files) {
    const std::size_t not_begun = files - judgements_.size() - malformed_.size();
    if (command_.format == Format::kJson) {
      const Json all = {{"results", results_},
                        {"malformed", malformed_},
                        {"summary", SummaryJson(judgements_, not_begun)}};
      console_.Print(models::JsonText(all) + "\n");
    } else if (files > 1) {
      console_.Print(SummaryText(judgements_, not_begun, console_.seconds()));
      if (!malformed_.empty()) {
        console_.Print(absl::StrCat(malformed_.size(), " could not be read\n"));
      }
    }
    if (base::Interrupted()) return kInterrupted;
    return malformed_.empty() ? ExitCodeOf(judgements_) : kBadInput;
  }

  bool Ended() const { return base::Interrupted() || !console_.lost().empty(); }

 private:
  LitmusRow Compare(const herd::Answer& answer) const {
    LitmusRow row;
    row.answer = answer;
    const auto verdict = table_.find(fs::path(answer.file).filename().string());
    if (verdict != table_.end()) {
      row.expected = verdict->second.race ? "race" : verdict->second.observation;
      const bool supported = answer.observation != herd::Observation::kUnsupported;
      row.difference = supported ? herd::Difference(answer, verdict->second, command_.memory_model)
                                 : absl::StrCat("unsupported instead of ",
                                                row.expected.empty() ? "decided" : row.expected);
    } else if (!command_.expect.empty()) {
      row.expected = command_.expect;
      const std::vector<std::string> words = AnswerWords(answer);
      if (std::find(words.begin(), words.end(), row.expected) == words.end()) {
        row.difference = absl::StrCat(words[0], " instead of ", row.expected);
      }
    }
    // Other tools cut loops, too; so a table may be compared with.
    const bool has_row = verdict != table_.end();
    if (!herd::IsCertain(answer) && !(has_row && answer.limit_hit.empty())) {
      row.judgement = Judgement::kCut;
    } else if (has_row || !row.expected.empty()) {
      row.judgement = row.difference.empty() ? Judgement::kAsExpected : Judgement::kDiffers;
    }
    return row;
  }

  void Print(const LitmusRow& row) const {
    const bool brief = !command_.verdicts.empty() && row.judgement == Judgement::kAsExpected;
    if (brief) return;
    console_.Print(herd::AnswerText(row.answer));
    if (row.difference.empty()) return;
    console_.Print(absl::StrCat(row.answer.file, ": not as expected: ", row.difference, "\n\n"));
  }

  static Json RowJson(const LitmusRow& row) {
    Json json = herd::AnswerJson(row.answer);
    if (!row.expected.empty()) json["expected"] = row.expected;
    json["difference"] = row.difference.empty() ? Json(nullptr) : Json(row.difference);
    return json;
  }

  const Command& command_;
  const herd::VerdictTable table_;
  Console& console_;
  herd::RunOptions options_;
  std::vector<Judgement> judgements_;
  std::vector<std::string> malformed_;
  Json results_ = Json::array();
};

absl::StatusOr<herd::VerdictTable> ReadVerdicts(const std::string& file) {
  if (file.empty()) return herd::VerdictTable();
  const absl::StatusOr<std::string> text = herd::ReadText(file);
  if (!text.ok()) return text.status();
  return herd::ParseVerdicts(*text, file);
}

// A table of other tests would compare nothing, and be agreed with.
absl::Status CheckIsOfThem(const Command& command, const herd::VerdictTable& table,
                           const std::vector<std::string>& files) {
  if (command.verdicts.empty()) return absl::OkStatus();
  for (const std::string& file : files) {
    if (table.contains(fs::path(file).filename().string())) return absl::OkStatus();
  }
  return NoTest(command.verdicts, "has a row for none of the tests");
}

}  // namespace

ExitCode Litmus(const Command& command, Console& console) {
  const absl::StatusOr<herd::VerdictTable> table = ReadVerdicts(UserPath(command.verdicts));
  const absl::StatusOr<std::vector<std::string>> files = FilesOf(command.arguments);
  if (!table.ok() || !files.ok()) {
    const absl::Status status = table.ok() ? files.status() : table.status();
    console.Complain(std::string(status.message()));
    return kBadInput;
  }
  const absl::Status is_of_them = CheckIsOfThem(command, *table, *files);
  if (!is_of_them.ok()) {
    console.Complain(std::string(is_of_them.message()));
    return kBadInput;
  }
  const base::InterruptListener listener;
  LitmusRun run(command, *table, console);
  console.StartSearches(files->size());
  for (const std::string& file : *files) {
    if (run.Ended()) break;
    run.Run(file);
  }
  return run.Finish(files->size());
}

}  // namespace cli

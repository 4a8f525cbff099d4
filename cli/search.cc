// One job at a time, in the calling thread.
// A replay that cannot be written is complained of, but does not undo what the search has found:
// the table is printed as ever, and the exit code says that something is lost.
#include "cli/search.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/table.h"
#include "cli/words.h"
#include "models/check.h"
#include "models/report/json.h"
#include "models/report/trace_text.h"
#include "models/scale/check_together.h"

namespace cli {
namespace {

std::size_t CountOf(const std::vector<Judgement>& judgements, Judgement judgement) {
  return static_cast<std::size_t>(std::count(judgements.begin(), judgements.end(), judgement));
}

std::size_t AsExpected(const std::vector<Judgement>& judgements) {
  return CountOf(judgements, Judgement::kAsExpected) +
         CountOf(judgements, Judgement::kNotReproduced);
}

}  // namespace

Judgement Judge(const Job& job, const models::Report& report) {
  if (report.verdict == models::Verdict::kUndecided) return Judgement::kCut;
  if (!job.expected_failure.has_value()) return Judgement::kNothingExpected;
  const bool same = std::string(job.expected()) == models::VerdictName(report.verdict);
  return same ? Judgement::kAsExpected : Judgement::kDiffers;
}

ExitCode ExitCodeOf(const std::vector<Judgement>& judgements) {
  if (CountOf(judgements, Judgement::kDiffers) > 0) return kDiffers;
  return CountOf(judgements, Judgement::kCut) > 0 ? kCut : kAsExpected;
}

nlohmann::ordered_json SummaryJson(const std::vector<Judgement>& judgements,
                                   std::size_t not_begun) {
  const std::size_t as_expected = AsExpected(judgements);
  const std::size_t unlisted = CountOf(judgements, Judgement::kNothingExpected);
  return {{"total", judgements.size()},
          {"as_expected", as_expected},
          {"differing", judgements.size() - as_expected - unlisted},
          {"without_expectation", unlisted},
          {"not_begun", not_begun}};
}

std::string SummaryText(const std::vector<Judgement>& judgements, std::size_t not_begun,
                        double seconds) {
  const std::size_t differing = CountOf(judgements, Judgement::kDiffers);
  const std::size_t unshown = CountOf(judgements, Judgement::kNotReproduced);
  const std::size_t cut = CountOf(judgements, Judgement::kCut);
  const std::size_t unlisted = CountOf(judgements, Judgement::kNothingExpected);
  const std::size_t listed = judgements.size() - unlisted;
  std::vector<std::string> parts;
  if (listed > 0 || unlisted == 0) {
    parts.push_back(absl::StrCat(AsExpected(judgements), " of ", listed, " as expected"));
  }
  if (unshown > 0) parts.push_back(absl::StrCat("among them ", unshown, " not reproduced"));
  if (differing > 0) parts.push_back(absl::StrCat(differing, " not"));
  if (cut > 0) parts.push_back(absl::StrCat(cut, " undecided because of a limit"));
  if (unlisted > 0) parts.push_back(absl::StrCat(unlisted, " without an expectation"));
  if (not_begun > 0) parts.push_back(absl::StrCat(not_begun, " not begun"));
  parts.push_back(absl::StrFormat("in %.1f s", seconds));
  return absl::StrJoin(parts, ", ") + "\n";
}

models::Options OptionsOf(const Command& command) {
  models::Options options;
  options.memory_model = command.memory_model;
  options.executions_max = command.executions_max;
  options.events_max = command.events_max;
  options.seconds_max = command.seconds_max;
  return options;
}

// What one process does from beginning to end needs none of what many do.
absl::StatusOr<models::Report> Search::Check(const Job& job, const models::Options& options) const {
  const std::function<void()> program = [&job] { job.scenario->run(job.kernel); };
  if (command_.jobs == 1 && command_.checkpoint.empty() && command_.resume.empty()) {
    return models::Check(options, program);
  }
  models::TogetherWay way;
  way.jobs = static_cast<int>(command_.jobs);
  way.program = job.script != nullptr ? job.script->source : job.Name();
  way.resume = command_.resume;
  way.checkpoint = command_.checkpoint.empty() ? command_.resume : command_.checkpoint;
  return models::CheckTogether(options, way, program);
}

std::optional<Row> Search::Run(const Job& job) {
  models::Options options = OptionsOf(command_);
  options.program = job.Name();
  options.on_progress = console_.OnProgress();
  options.interrupted = base::Interrupted;
  console_.StartSearch(job.Name());
  absl::StatusOr<models::Report> report = Check(job, options);
  if (!report.ok()) {
    lost_a_file_ = true;
    console_.Complain(std::string(report.status().message()));
    return std::nullopt;
  }
  Row row{job, *std::move(report), "", {}};
  if (row.report.verdict == models::Verdict::kViolated) Keep(row);
  return row;
}

void Search::Keep(Row& row) {
  if (row.job.script != nullptr) row.report.replay.source = row.job.script->source;
  const absl::StatusOr<std::string> file = folder_.Write(row.report);
  if (!file.ok()) return ComplainOfFile(file.status());
  row.replay_file = *file;
  if (command_.trace != TraceStyle::kDot) return;
  const absl::StatusOr<Picture> picture = WritePicture(row.report.trace, *file);
  if (!picture.ok()) return ComplainOfFile(picture.status());
  row.picture = *picture;
}

void Search::ComplainOfFile(const absl::Status& status) {
  lost_a_file_ = true;
  console_.Complain(absl::StrCat(status.message(), ": ", kOtherFolder));
}

nlohmann::ordered_json Search::ToJson(const Row& row) const {
  const bool with_trace =
      command_.trace == TraceStyle::kText || command_.trace == TraceStyle::kFull;
  const char* const expected = row.job.expected_failure.has_value() ? row.job.expected() : "";
  nlohmann::ordered_json json = models::ToJson(row.report, {.name = row.job.scenario->name,
                                                            .expected = expected,
                                                            .replay_file = row.replay_file,
                                                            .with_trace = with_trace});
  json["kernel"] = row.job.kernel.Name();
  json["claim"] = row.job.scenario->claim;
  json["pictures"] = PictureJson(row.picture);
  return json;
}

std::string Search::Story(const Row& row) const {
  if (row.report.verdict != models::Verdict::kViolated) return "";
  const bool full = command_.trace == TraceStyle::kFull;
  const models::Trace trace = full ? row.report.trace : models::WithoutSetUp(row.report.trace);
  return absl::StrCat("\n", Pointer(row), models::TraceText(trace, console_.columns()));
}

std::string Search::Pointer(const Row& row) const {
  if (row.report.verdict != models::Verdict::kViolated) return "";
  const std::string what = absl::StrCat(
      row.job.Name(), ": ", models::FailureName(row.report.failure_kind), ": ", row.report.failure);
  std::string text = Paragraph(OneLine(what), "", console_.columns());
  if (!row.replay_file.empty()) {
    absl::StrAppend(&text, "  ", CommandName(), " replay ", ShellWord(row.replay_file), "\n");
  }
  if (row.picture.has_value()) text += PictureText(*row.picture);
  return text;
}

}  // namespace cli

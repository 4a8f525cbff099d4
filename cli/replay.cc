// `rmapcheck replay`: one stored failing execution, run again in this process.
// A replay of another build is refused, because its decisions may mean something else there.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/search.h"
#include "cli/table.h"
#include "cli/words.h"
#include "models/check.h"
#include "models/locks/lock_observer.h"
#include "models/report/build_digest.h"
#include "models/report/json.h"
#include "models/report/replay_file.h"
#include "models/report/trace_text.h"

namespace cli {
namespace {

absl::Status Refused(const std::string& file, std::string_view why, std::string_view mend) {
  return absl::FailedPreconditionError(absl::StrCat(file, ": ", why, ": ", mend));
}

std::string Again(const Job& job) {
  return absl::StrCat("`", CommandName(), " prove ", ShellWord(job.scenario->name), "`");
}

struct Stored {
  std::string file;
  models::Replay replay;
  Job job;
  models::MemoryModelKind memory_model;
};

absl::StatusOr<Stored> Open(const Command& command, const Scenarios& scenarios) {
  const std::string file = UserPath(command.arguments[0]);
  const absl::StatusOr<models::Replay> replay = models::ReadReplay(file);
  if (!replay.ok()) return replay.status();
  const absl::StatusOr<Job> job = FindJob(replay->program, replay->source, scenarios);
  if (!job.ok()) {
    return Refused(file,
                   absl::StrCat("is of a scenario or kernel this build has not (",
                                job.status().message(), ")"),
                   "run it with the build that wrote it, or if it is of an unmodified program, "
                   "`rmapcheck run --replay=FILE PROGRAM`");
  }
  const auto memory_model = FindMemoryModel(replay->memory_model);
  if (!memory_model.has_value()) {
    return Refused(file, "names a memory model that there is not",
                   absl::StrCat("make it again with ", Again(*job)));
  }
  if (replay->build != models::BuildDigest() && !command.any_build) {
    return Refused(file, "was written by another build of rmapcheck",
                   absl::StrCat("run ", Again(*job), " again, or give --any_build"));
  }
  return Stored{file, *replay, *job, *memory_model};
}

// What came instead of the stored failure.
std::string Instead(const Stored& stored, const models::Report& report) {
  if (report.failure.empty()) return "this time: no failure";
  if (report.failure_kind == models::FailureKind::kNondeterminism) {
    return absl::StrCat(report.failure, ": it was changed, or is another program's; make it again ",
                        "with ", Again(stored.job));
  }
  return absl::StrCat("this time: ", models::FailureName(report.failure_kind), ": ",
                      report.failure);
}

void PrintText(const Command& command, const Stored& stored, const models::Report& report,
               const std::optional<Picture>& picture, bool reproduced, Console& console) {
  std::string text = absl::StrCat(stored.job.Name(), " (", stored.replay.memory_model, "): ");
  absl::StrAppend(&text, reproduced ? "reproduced: " : "NOT reproduced: ", stored.replay.failure,
                  ": ", stored.replay.message);
  if (!reproduced) absl::StrAppend(&text, "; ", Instead(stored, report));
  console.Print(Paragraph(OneLine(text), "", console.columns()));
  if (picture.has_value()) console.Print(PictureText(*picture));
  const bool whole = command.trace == TraceStyle::kFull;
  if (command.trace == TraceStyle::kNone || command.trace == TraceStyle::kDot) return;
  if (report.trace.empty()) return;
  const models::Trace trace = whole ? report.trace : models::WithoutSetUp(report.trace);
  console.Print(models::TraceText(trace, console.columns()));
}

void PrintJson(const Command& command, const Stored& stored, const models::Report& report,
               const std::optional<Picture>& picture, bool reproduced, Console& console) {
  const bool with_trace = command.trace == TraceStyle::kText || command.trace == TraceStyle::kFull;
  nlohmann::ordered_json row = models::ToJson(report, {.name = stored.job.scenario->name,
                                                       .expected = "violated",
                                                       .replay_file = stored.file,
                                                       .with_trace = with_trace});
  row["kernel"] = stored.job.kernel.Name();
  row["claim"] = stored.job.scenario->claim;
  row["pictures"] = PictureJson(picture);
  row["reproduced"] = reproduced;
  row["limit_hit"] = nullptr;  // One execution is all that was asked for.
  const Judgement judgement = reproduced ? Judgement::kAsExpected : Judgement::kDiffers;
  const nlohmann::ordered_json all = {{"results", {row}}, {"summary", SummaryJson({judgement})}};
  console.Print(models::JsonText(all) + "\n");
}

}  // namespace

ExitCode Replay(const Command& command, const Scenarios& scenarios, Console& console) {
  const absl::StatusOr<Stored> stored = Open(command, scenarios);
  if (!stored.ok()) {
    console.Complain(std::string(stored.status().message()));
    return kBadInput;
  }
  const Job& job = stored->job;
  models::Options options = OptionsOf(command);
  options.memory_model = stored->memory_model;
  options.program = job.Name();
  options.events_max = std::max(options.events_max, stored->replay.steps.size() + 2);
  // What an observer has seen is no failure of the program: it must be looked for again.
  models::Observations seen;
  models::LockObserver observer(seen, {job.Name(), stored->replay.memory_model},
                                stored->replay.message);
  const bool of_locks =
      stored->replay.failure == models::FailureName(models::FailureKind::kLockRule);
  if (of_locks) options.observer = &observer;
  const models::Report report = models::CheckReplay(
      options, [&job] { job.scenario->run(job.kernel); }, stored->replay);
  const bool reproduced = stored->replay.failure == models::FailureName(report.failure_kind) &&
                          stored->replay.message == report.failure;
  absl::Status drawn;
  std::optional<Picture> picture;
  if (command.trace == TraceStyle::kDot) {
    const absl::StatusOr<Picture> made = WritePicture(report.trace, stored->file);
    drawn = made.status();
    if (made.ok()) picture = *made;
  }
  const auto print = command.format == Format::kText ? PrintText : PrintJson;
  print(command, *stored, report, picture, reproduced, console);
  if (!drawn.ok()) {
    console.Complain(absl::StrCat(drawn.message(), ": copy the replay to another folder"));
    return kBadInput;
  }
  return reproduced ? kAsExpected : kDiffers;
}

}  // namespace cli

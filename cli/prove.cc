// `rmapcheck prove`: a row for each scenario and kernel, its claim above, the stories below.
//
// If everything is proved, which is much, a line of the table tells several rows: the kernels on
// which a scenario behaves alike, and all the scenarios of a family that hold. What is not as
// expected has its own line always, and JSON every row.
//
// A story is told in full where it is news: a violation that was not expected, or the only one that
// was asked for. Otherwise a line says which command tells it.
#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/commands.h"
#include "cli/search.h"
#include "cli/table.h"
#include "cli/words.h"
#include "models/report/json.h"

namespace cli {
namespace {

// Returns: a table whose first two columns fit what will be in them.
Table MakeTable(const std::vector<Job>& jobs) {
  std::size_t scenario = 0;
  std::size_t kernel = 0;
  for (const Job& job : jobs) {
    scenario = std::max(scenario, job.scenario->name.size());
    kernel = std::max(kernel, job.kernel.Name().size());
  }
  return Table({{"scenario", scenario},
                {"kernel", kernel},
                {"expected", 8},
                {"verdict", 9},
                {"failure", 14},
                {"executions", 10, Align::kRight},
                {"blocked", 9, Align::kRight},
                {"seconds", 7, Align::kRight},
                {"exhaustive", 10},
                {"", 0}});
}

std::string Remark(const Row& row) {
  const std::string kind = models::FailureName(row.report.failure_kind);
  switch (Judge(row.job, row.report)) {
    case Judgement::kDiffers:
      return "<- not as expected";
    case Judgement::kCut:
      return absl::StrCat("<- cut: ", row.report.limit_hit);
    case Judgement::kNothingExpected:
      return "";
    case Judgement::kAsExpected:
    case Judgement::kNotReproduced:
      break;
  }
  const std::string& expected = *row.job.expected_failure;
  return kind == expected ? "" : absl::StrCat("<- as ", expected, " otherwise");
}

bool Folds(const Command& command) {
  return command.arguments.empty() && command.trace == TraceStyle::kBrief;
}

// Returns: whether one line may tell two jobs, if they end alike.
bool MayShareLine(const Job& one, const Job& other) {
  if (one.scenario == other.scenario) return true;
  const bool relatives =
      one.scenario->family != nullptr && one.scenario->family == other.scenario->family;
  return relatives && one.kernel == other.kernel;
}

bool EndAlike(const Row& one, const Row& other) {
  const Judgement judgement = Judge(one.job, one.report);
  return judgement != Judgement::kDiffers && judgement != Judgement::kCut &&
         judgement == Judge(other.job, other.report) &&
         one.job.expected_failure == other.job.expected_failure &&
         one.report.verdict == other.report.verdict &&
         one.report.failure_kind == other.report.failure_kind;
}

// Returns: "Pair* (12)".
std::string FamilyName(const Row& row, std::size_t members) {
  return absl::StrCat(row.job.scenario->family->prefix, "* (", members, ")");
}

// Returns: the line that tells these rows: what they have in common, and sums.
std::string LineText(const Table& table, std::span<const Row> rows) {
  const Row& first = rows.front();
  const Row& last = rows.back();
  std::uint64_t executions = 0, blocked = 0;
  double seconds = 0;
  for (const Row& row : rows) {
    executions += row.report.executions;
    blocked += row.report.blocked;
    seconds += row.report.seconds;
  }
  const bool one_scenario = first.job.scenario == last.job.scenario;
  const bool one_kernel = first.job.kernel == last.job.kernel;
  return table.Row({one_scenario ? first.job.scenario->name : FamilyName(first, rows.size()),
                    one_kernel
                        ? first.job.kernel.Name()
                        : absl::StrCat(first.job.kernel.Name(), "..", last.job.kernel.Name()),
                    first.job.expected(), models::VerdictName(first.report.verdict),
                    models::FailureName(first.report.failure_kind), WithSeparators(executions),
                    WithSeparators(blocked), absl::StrFormat("%.2f", seconds),
                    first.report.exhaustive ? "yes" : "no", Remark(first)});
}

// Prints the table, each line as soon as its last row is known.
class Lines {
 public:
  // Requires: the console outlives it, and `rows` is not moved before the last line is told.
  Lines(const std::vector<Job>& jobs, Console& console)
      : table_(MakeTable(jobs)), console_(console) {}

  void Tell(std::span<const Row> rows) {
    if (rows.empty()) return;
    if (claim_.empty()) console_.Print(table_.Header());
    const models::RmapScenario* const scenario = rows.front().job.scenario;
    const bool several = scenario != rows.back().job.scenario;
    const std::string claim = several ? scenario->family->claim : scenario->claim;
    if (claim_ != claim) {
      console_.Print(Paragraph(claim, "  ", console_.columns()));
    }
    claim_ = claim;
    console_.Print(LineText(table_, rows));
  }

 private:
  const Table table_;
  Console& console_;
  std::string claim_;
};

std::vector<Row> RunAll(const std::vector<Job>& jobs, Search& search, Console& console, bool prints,
                        bool folds) {
  Lines lines(jobs, console);
  std::vector<Row> rows;
  rows.reserve(jobs.size());
  std::size_t told = 0;
  const auto tell = [&] {
    if (prints) lines.Tell(std::span<const Row>(rows).subspan(told));
    told = rows.size();
  };
  console.StartSearches(jobs.size());
  for (const Job& job : jobs) {
    if (search.Ended()) break;
    const bool may_join = folds && told < rows.size() && MayShareLine(rows.back().job, job);
    if (!may_join) tell();
    std::optional<Row> row = search.Run(job);
    if (!row) break;
    if (may_join && !EndAlike(rows.back(), *row)) tell();
    rows.push_back(*std::move(row));
    if (!folds) tell();
  }
  tell();
  return rows;
}

bool TellsInFull(const Command& command, const Row& row, std::size_t rows) {
  switch (command.trace) {
    case TraceStyle::kText:
    case TraceStyle::kFull:
      return true;
    case TraceStyle::kDot:
    case TraceStyle::kNone:
      return false;
    case TraceStyle::kBrief:
      break;
  }
  return rows == 1 || Judge(row.job, row.report) == Judgement::kDiffers;
}

// Returns: " --with=all --without=KH-01,KH-04", as it was given.
std::string FixFlags(const Command& command) {
  std::string with = command.with_all ? " --with=all" : "";
  for (rmap::Fix fix : command.with) {
    absl::StrAppend(&with, with.empty() ? " --with=" : ",", rmap::Name(fix));
  }
  std::string without;
  for (rmap::Fix fix : command.without) {
    absl::StrAppend(&without, without.empty() ? " --without=" : ",", rmap::Name(fix));
  }
  return with + without;
}

void PrintStories(const Command& command, const Search& search, const std::vector<Row>& rows,
                  Console& console) {
  if (command.trace == TraceStyle::kNone) return;
  std::string pointers;
  bool all_kept = true;
  for (const Row& row : rows) {
    if (TellsInFull(command, row, rows.size())) {
      console.Print(search.Story(row));
    } else {
      const std::string pointer = search.Pointer(row);
      pointers += pointer;
      all_kept = all_kept && (pointer.empty() || !row.replay_file.empty());
    }
  }
  if (pointers.empty()) return;
  if (Folds(command)) {
    console.Print(absl::StrCat("\nTo see a failing execution: ", CommandName(),
                               " prove SCENARIO --generation=G", FixFlags(command), "\n"));
    return;
  }
  console.Print(all_kept ? "\nViolated; the command below each tells its story:\n"
                         : "\nViolated:\n");
  console.Print(pointers);
}

// A file keeps one search, or a part of one.
absl::Status CheckKeeping(const Command& command, std::size_t jobs) {
  const bool keeps = !command.checkpoint.empty() || !command.resume.empty();
  if (command.shard.has_value() && keeps) {
    return absl::InvalidArgumentError(
        "--shard: is not kept by --checkpoint or --resume: leave these out");
  }
  if (jobs == 1 || (!keeps && !command.shard.has_value())) return absl::OkStatus();
  const char* const flag = command.shard.has_value() ? "--shard"
                           : command.resume.empty()  ? "--checkpoint"
                                                     : "--resume";
  return absl::InvalidArgumentError(absl::StrCat(flag, ": is of one search, not ", jobs,
                                                 ": name one scenario and one --generation"));
}

}  // namespace

ExitCode Prove(const Command& command, const Scenarios& scenarios, Console& console) {
  const absl::StatusOr<std::vector<Job>> jobs = SelectJobs(command, scenarios);
  Search search(command, console);
  absl::Status ready = jobs.status();
  if (ready.ok()) ready = CheckKeeping(command, jobs->size());
  if (ready.ok()) ready = search.Prepare();
  if (!ready.ok()) {
    console.Complain(std::string(ready.message()));
    return kBadInput;
  }
  if (command.shard.has_value()) return ProveShard(command, jobs->front(), console);
  const bool text = command.format == Format::kText;
  const std::vector<Row> rows = RunAll(*jobs, search, console, text, Folds(command));
  if (rows.empty() && !jobs->empty() && !search.Ended()) return kBadInput;
  std::vector<Judgement> judgements;
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    judgements.push_back(Judge(row.job, row.report));
    results.push_back(search.ToJson(row));
  }
  const std::size_t not_begun = jobs->size() - rows.size();
  if (text) {
    PrintStories(command, search, rows, console);
    console.Print("\n" + SummaryText(judgements, not_begun, console.seconds()));
  } else {
    const nlohmann::ordered_json all = {{"results", results},
                                        {"summary", SummaryJson(judgements, not_begun)}};
    console.Print(models::JsonText(all) + "\n");
  }
  return search.Ends(judgements);
}

}  // namespace cli

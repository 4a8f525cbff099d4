// `rmapcheck prove`: a row for each scenario and kernel, its claim above, the stories below.
//
// A story is told in full where it is news: a violation that was not expected, or the only one that
// was asked for. Otherwise a line says which command tells it.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/commands.h"
#include "cli/search.h"
#include "cli/table.h"
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

std::string RowText(const Table& table, const Row& row) {
  const models::Report& report = row.report;
  return table.Row({row.job.scenario->name, row.job.kernel.Name(), row.job.expected(),
                    models::VerdictName(report.verdict), models::FailureName(report.failure_kind),
                    WithSeparators(report.executions), WithSeparators(report.blocked),
                    absl::StrFormat("%.2f", report.seconds), report.exhaustive ? "yes" : "no",
                    Remark(row)});
}

std::vector<Row> RunAll(const std::vector<Job>& jobs, Search& search, Console& console,
                        bool prints) {
  const Table table = MakeTable(jobs);
  std::vector<Row> rows;
  console.StartSearches(jobs.size());
  for (const Job& job : jobs) {
    if (prints && rows.empty()) console.Print(table.Header());
    if (prints && (rows.empty() || rows.back().job.scenario != job.scenario)) {
      console.Print(Paragraph(job.scenario->claim, "  ", console.columns()));
    }
    rows.push_back(search.Run(job));
    if (prints) console.Print(RowText(table, rows.back()));
  }
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
  console.Print(all_kept ? "\nViolated; the command below each tells its story:\n"
                         : "\nViolated:\n");
  console.Print(pointers);
}

}  // namespace

ExitCode Prove(const Command& command, const Scenarios& scenarios, Console& console) {
  const absl::StatusOr<std::vector<Job>> jobs = SelectJobs(command, scenarios);
  Search search(command, console);
  const absl::Status ready = jobs.ok() ? search.Prepare() : jobs.status();
  if (!ready.ok()) {
    console.Complain(std::string(ready.message()));
    return kBadInput;
  }
  const bool text = command.format == Format::kText;
  const std::vector<Row> rows = RunAll(*jobs, search, console, text);
  std::vector<Judgement> judgements;
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    judgements.push_back(Judge(row.job, row.report));
    results.push_back(search.ToJson(row));
  }
  if (text) {
    PrintStories(command, search, rows, console);
    console.Print("\n" + SummaryText(judgements, console.seconds()));
  } else {
    const nlohmann::ordered_json all = {{"results", results}, {"summary", SummaryJson(judgements)}};
    console.Print(models::JsonText(all) + "\n");
  }
  return search.Ends(judgements);
}

}  // namespace cli

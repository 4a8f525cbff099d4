// `rmapcheck bugs`: each historical bug twice. Without its fix it must be found; with it, every
// execution is visited and none fails. One row a bug and scenario.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/commands.h"
#include "cli/search.h"
#include "cli/table.h"
#include "models/report/json.h"

namespace cli {
namespace {

constexpr char kFoundAndFixed[] = "found-and-fixed";

struct BugRow {
  const rmap::FixInfo* fix;
  Row without;
  Row with;

  bool cut() const {
    return Judge(without.job, without.report) == Judgement::kCut ||
           Judge(with.job, with.report) == Judgement::kCut;
  }
};

// Returns: "found-and-fixed", or what is wrong with that.
const char* BugVerdict(const BugRow& row) {
  if (row.with.report.verdict == models::Verdict::kViolated) return "not-fixed";
  if (row.without.report.verdict == models::Verdict::kHolds) return "not-found";
  return row.cut() ? "undecided" : kFoundAndFixed;
}

Judgement JudgeBug(const BugRow& row) {
  const std::string verdict = BugVerdict(row);
  if (verdict == "undecided") return Judgement::kCut;
  if (!row.with.job.expected_failure.has_value()) return Judgement::kNothingExpected;
  return verdict == kFoundAndFixed ? Judgement::kAsExpected : Judgement::kDiffers;
}

Table MakeTable(const std::vector<BugCase>& cases) {
  std::size_t scenario = 0;
  std::size_t without = 0;
  std::size_t with = 0;
  for (const BugCase& bug : cases) {
    scenario = std::max(scenario, bug.with.scenario->name.size());
    without = std::max(without, bug.without.kernel.Name().size());
    with = std::max(with, bug.with.kernel.Name().size());
  }
  return Table({{"bug", 6},
                {"scenario", scenario},
                {"kernel without", without},
                {"found as", 14},
                {"kernel with", with},
                {"verdict", 9},
                {"executions", 10, Align::kRight},
                {"seconds", 7, Align::kRight},
                {"result", 0}});
}

std::string RowText(const Table& table, const BugRow& row) {
  const models::Report& without = row.without.report;
  const models::Report& with = row.with.report;
  const bool violated = without.verdict == models::Verdict::kViolated;
  return table.Row(
      {row.fix->id, row.with.job.scenario->name, row.without.job.kernel.Name(),
       violated ? models::FailureName(without.failure_kind) : models::VerdictName(without.verdict),
       row.with.job.kernel.Name(), models::VerdictName(with.verdict),
       WithSeparators(with.executions), absl::StrFormat("%.2f", without.seconds + with.seconds),
       BugVerdict(row)});
}

nlohmann::ordered_json ToJson(const BugRow& row, const Search& search) {
  const models::Report& without = row.without.report;
  const models::Report& with = row.with.report;
  nlohmann::ordered_json json = search.ToJson(row.without);
  const std::string& limit = with.limit_hit.empty() ? without.limit_hit : with.limit_hit;
  json["name"] = row.fix->id;
  if (row.with.job.expected_failure.has_value()) json["expected"] = kFoundAndFixed;
  json["verdict"] = BugVerdict(row);
  json["executions"] = without.executions + with.executions;
  json["blocked"] = without.blocked + with.blocked;
  json["exhaustive"] = with.exhaustive;
  if (!limit.empty()) json["limit_hit"] = limit;
  json["seconds"] = without.seconds + with.seconds;
  json["scenario"] = row.with.job.scenario->name;
  json["commit"] = row.fix->commit;
  json["story"] = row.fix->story;
  json["without"] = search.ToJson(row.without);
  json["with"] = search.ToJson(row.with);
  return json;
}

std::vector<BugRow> RunAll(const std::vector<BugCase>& cases, Search& search, Console& console,
                           bool prints) {
  const Table table = MakeTable(cases);
  std::vector<BugRow> rows;
  console.StartSearches(2 * cases.size());
  for (const BugCase& bug : cases) {
    if (prints && rows.empty()) console.Print(table.Header());
    if (prints && (rows.empty() || rows.back().fix != bug.fix)) {
      console.Print(Paragraph(bug.fix->story, "  ", console.columns()));
    }
    Row without = search.Run(bug.without);
    Row with = search.Run(bug.with);
    rows.push_back({bug.fix, std::move(without), std::move(with)});
    if (prints) console.Print(RowText(table, rows.back()));
  }
  return rows;
}

void PrintStories(const Command& command, const Search& search, const BugRow& row, std::size_t rows,
                  Console& console) {
  const bool all = command.trace == TraceStyle::kText || command.trace == TraceStyle::kFull;
  if (command.trace == TraceStyle::kNone) return;
  if (command.trace == TraceStyle::kDot) {
    console.Print(search.Pointer(row.without) + search.Pointer(row.with));
    return;
  }
  console.Print(search.Story(row.with));  // Never expected.
  console.Print(all || rows == 1 ? search.Story(row.without) : search.Pointer(row.without));
}

}  // namespace

ExitCode Bugs(const Command& command, const Scenarios& scenarios, Console& console) {
  const absl::StatusOr<std::vector<BugCase>> cases = SelectBugs(command, scenarios);
  Search search(command, console);
  const absl::Status ready = cases.ok() ? search.Prepare() : cases.status();
  if (!ready.ok()) {
    console.Complain(std::string(ready.message()));
    return kBadInput;
  }
  const bool text = command.format == Format::kText;
  const std::vector<BugRow> rows = RunAll(*cases, search, console, text);
  if (text) console.Print("\n");
  std::vector<Judgement> judgements;
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (const BugRow& row : rows) {
    judgements.push_back(JudgeBug(row));
    results.push_back(ToJson(row, search));
    if (text) PrintStories(command, search, row, rows.size(), console);
  }
  if (text) {
    console.Print("\n" + SummaryText(judgements));
  } else {
    const nlohmann::ordered_json all = {{"results", results}, {"summary", SummaryJson(judgements)}};
    console.Print(models::JsonText(all) + "\n");
  }
  return search.Ends(judgements);
}

}  // namespace cli

// `rmapcheck bugs`: each historical bug twice. Without its fix it must be found, by the kind of
// failure that the scenario says; with it, every execution is visited and none fails. One row a bug
// and scenario.
//
// No bug of the table is left out. One that no scenario can show is a row as well, with the reason;
// one that has neither scenario nor reason is a row that says so.
#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/commands.h"
#include "cli/search.h"
#include "cli/table.h"
#include "models/report/json.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using models::Verdict;

constexpr std::string_view kFoundAndFixed = "found-and-fixed";
constexpr std::string_view kNotReproduced = "not-reproduced";
constexpr std::string_view kNoScenario = "no-scenario";
constexpr std::string_view kUndecided = "undecided";

struct RowPair {
  Row without;
  Row with;

  bool found() const { return without.report.verdict == Verdict::kViolated; }
  double seconds() const { return without.report.seconds + with.report.seconds; }
  // The one that failed included.
  std::uint64_t executions_until_found() const { return without.report.executions + 1; }
};

struct BugRow {
  const rmap::FixInfo* fix;
  std::optional<RowPair> runs;  // Nothing: no scenario shows the bug.
};

// Whether it failed in the way the scenario says of this bug, if it says anything.
bool FailedAsSaid(const Row& row) {
  const std::optional<std::string>& said = row.job.expected_failure;
  return !said.has_value() || *said == models::FailureName(row.report.failure_kind);
}

bool IsCut(const Row& row) { return Judge(row.job, row.report) == Judgement::kCut; }

// Returns: "found-and-fixed", or what is wrong with that.
std::string_view BugVerdict(const BugRow& row) {
  if (!row.runs.has_value()) return *row.fix->unshown == '\0' ? kNoScenario : kNotReproduced;
  const auto& [without, with] = *row.runs;
  if (with.report.verdict == Verdict::kViolated) return "not-fixed";
  if (without.report.verdict == Verdict::kHolds) return "not-found";
  if (IsCut(without) || IsCut(with)) return kUndecided;
  return FailedAsSaid(without) ? kFoundAndFixed : "found-otherwise";
}

// A bug with neither scenario nor reason is not as expected: somebody forgot it.
Judgement JudgeBug(const BugRow& row) {
  const std::string_view verdict = BugVerdict(row);
  if (verdict == kNotReproduced) return Judgement::kNotReproduced;
  if (verdict == kNoScenario) return Judgement::kDiffers;
  if (verdict == kUndecided) return Judgement::kCut;
  if (!row.runs->with.job.expected_failure.has_value()) return Judgement::kNothingExpected;
  return verdict == kFoundAndFixed ? Judgement::kAsExpected : Judgement::kDiffers;
}

Table MakeTable(const std::vector<BugCase>& cases) {
  std::size_t scenario = 0;
  std::size_t without = 0;
  std::size_t with = 0;
  for (const BugCase& bug : cases) {
    if (!bug.shown_by.has_value()) continue;
    scenario = std::max(scenario, bug.shown_by->with.scenario->name.size());
    without = std::max(without, bug.shown_by->without.kernel.Name().size());
    with = std::max(with, bug.shown_by->with.kernel.Name().size());
  }
  return Table({{"bug", 6},
                {"scenario", scenario},
                {"threads", 7, Align::kRight},
                {"kernel without", without},
                {"found as", 14},
                {"found after", 11, Align::kRight},
                {"kernel with", with},
                {"proof", 10, Align::kRight},
                {"seconds", 7, Align::kRight},
                {"verdict", 15},
                {"", 0}});
}

// Returns: the limit that cut one of the searches, or "".
std::string LimitHit(const BugRow& row) {
  if (!row.runs.has_value()) return "";
  const std::string& with = row.runs->with.report.limit_hit;
  return with.empty() ? row.runs->without.report.limit_hit : with;
}

std::string Remark(const BugRow& row) {
  const std::string limit = LimitHit(row);
  return limit.empty() ? "" : absl::StrCat("<- cut: ", limit);
}

std::string RowText(const Table& table, const BugRow& row, int columns) {
  const std::string verdict(BugVerdict(row));
  if (!row.runs.has_value()) {
    const std::string line =
        table.Row({row.fix->id, "-", "-", "-", "-", "-", "-", "-", "-", verdict});
    return *row.fix->unshown == '\0' ? line
                                     : line + Paragraph(row.fix->unshown, "        ", columns);
  }
  const auto& [without, with] = *row.runs;
  const bool found = row.runs->found();
  const bool proved = with.report.verdict == Verdict::kHolds;
  return table.Row({row.fix->id, with.job.scenario->name,
                    found ? absl::StrCat(without.report.trace.threads.size()) : "-",
                    without.job.kernel.Name(),
                    found ? models::FailureName(without.report.failure_kind)
                          : models::VerdictName(without.report.verdict),
                    found ? WithSeparators(row.runs->executions_until_found()) : "-",
                    with.job.kernel.Name(), proved ? WithSeparators(with.report.executions) : "-",
                    absl::StrFormat("%.2f", row.runs->seconds()), verdict, Remark(row)});
}

// What rows with runs and rows without have in common.
void AddFix(const BugRow& row, Json& json) {
  json["commit"] = row.fix->commit;
  json["story"] = row.fix->story;
  json["reason"] = *row.fix->unshown == '\0' ? Json(nullptr) : Json(row.fix->unshown);
}

Json UnshownJson(const BugRow& row) {
  const bool known = BugVerdict(row) == kNotReproduced;
  Json json =
      models::ToJson(models::Report(),
                     {.name = row.fix->id, .expected = known ? std::string(kNotReproduced) : ""});
  json["verdict"] = BugVerdict(row);
  for (const char* name : {"kernel", "claim", "pictures", "threads", "executions_until_found",
                           "executions_of_proof", "scenario", "without", "with"}) {
    json[name] = nullptr;
  }
  AddFix(row, json);
  return json;
}

Json ShownJson(const BugRow& row, const Search& search) {
  const models::Report& without = row.runs->without.report;
  const models::Report& with = row.runs->with.report;
  const bool found = row.runs->found();
  Json json = search.ToJson(row.runs->without);
  json["name"] = row.fix->id;
  if (row.runs->with.job.expected_failure.has_value()) json["expected"] = kFoundAndFixed;
  json["verdict"] = BugVerdict(row);
  json["executions"] = without.executions + with.executions;
  json["blocked"] = without.blocked + with.blocked;
  json["exhaustive"] = with.exhaustive;
  if (!LimitHit(row).empty()) json["limit_hit"] = LimitHit(row);
  json["seconds"] = row.runs->seconds();
  json["threads"] = found ? Json(without.trace.threads.size()) : Json(nullptr);
  json["executions_until_found"] = found ? Json(row.runs->executions_until_found()) : Json(nullptr);
  json["executions_of_proof"] =
      with.verdict == Verdict::kHolds ? Json(with.executions) : Json(nullptr);
  json["scenario"] = row.runs->with.job.scenario->name;
  AddFix(row, json);
  json["without"] = search.ToJson(row.runs->without);
  json["with"] = search.ToJson(row.runs->with);
  return json;
}

Json ToJson(const BugRow& row, const Search& search) {
  return row.runs.has_value() ? ShownJson(row, search) : UnshownJson(row);
}

BugRow RunOne(const BugCase& bug, Search& search) {
  if (!bug.shown_by.has_value()) return {bug.fix, std::nullopt};
  Row without = *search.Run(bug.shown_by->without);
  Row with = *search.Run(bug.shown_by->with);
  return {bug.fix, RowPair{std::move(without), std::move(with)}};
}

std::vector<BugRow> RunAll(const std::vector<BugCase>& cases, Search& search, Console& console,
                           bool prints) {
  const Table table = MakeTable(cases);
  std::vector<BugRow> rows;
  const auto shown = std::count_if(cases.begin(), cases.end(),
                                   [](const BugCase& bug) { return bug.shown_by.has_value(); });
  console.StartSearches(2 * static_cast<std::size_t>(shown));
  for (const BugCase& bug : cases) {
    if (search.Ended()) break;
    if (prints && rows.empty()) console.Print(table.Header());
    if (prints && (rows.empty() || rows.back().fix != bug.fix)) {
      console.Print(Paragraph(bug.fix->story, "  ", console.columns()));
    }
    rows.push_back(RunOne(bug, search));
    if (prints) console.Print(RowText(table, rows.back(), console.columns()));
  }
  return rows;
}

void PrintStories(const Command& command, const Search& search, const RowPair& runs,
                  bool is_the_only_one, Console& console) {
  const bool all = command.trace == TraceStyle::kText || command.trace == TraceStyle::kFull;
  if (command.trace == TraceStyle::kNone) return;
  if (command.trace == TraceStyle::kDot) {
    console.Print(search.Pointer(runs.without) + search.Pointer(runs.with));
    return;
  }
  console.Print(search.Story(runs.with));  // Never expected.
  console.Print(all || is_the_only_one ? search.Story(runs.without) : search.Pointer(runs.without));
}

}  // namespace

ExitCode Bugs(const Command& command, std::span<const rmap::FixInfo> fixes,
              const Scenarios& scenarios, Console& console) {
  const absl::StatusOr<std::vector<BugCase>> cases = SelectBugs(command, fixes, scenarios);
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
  Json results = Json::array();
  for (const BugRow& row : rows) {
    judgements.push_back(JudgeBug(row));
    results.push_back(ToJson(row, search));
    if (text && row.runs.has_value()) {
      PrintStories(command, search, *row.runs, rows.size() == 1, console);
    }
  }
  const std::size_t not_begun = cases->size() - rows.size();
  if (text) {
    console.Print("\n" + SummaryText(judgements, not_begun, console.seconds()));
  } else {
    const Json all = {{"results", results}, {"summary", SummaryJson(judgements, not_begun)}};
    console.Print(models::JsonText(all) + "\n");
  }
  return search.Ends(judgements);
}

}  // namespace cli

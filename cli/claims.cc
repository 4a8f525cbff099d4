// `rmapcheck claims`: what was claimed about the design, and what the engine says to it.
//
// Every run that a claim names is made; the verdict is counted from the outcomes (models/claims). A
// claim is as expected if that verdict is the one written down beside it, and each run came out as
// its own scenario lists: two surprises must not add up to no surprise.
// Several claims may name one run; it is made once.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/search.h"
#include "cli/suggestion.h"
#include "cli/table.h"
#include "cli/words.h"
#include "models/report/json.h"

namespace cli {
namespace {

using models::Claim;
using models::ClaimVerdict;
using Json = nlohmann::ordered_json;

struct ClaimCase {
  const Claim* claim;
  std::vector<Job> jobs;  // One for each of its runs, in their order.
};

// The runs that were made, by the written form of their jobs.
using Made = std::map<std::string, Row>;

struct ClaimRow {
  const Claim* claim;
  std::vector<const Row*> runs;

  ClaimVerdict Verdict() const {
    std::vector<models::Verdict> found;
    for (const Row* run : runs) found.push_back(run->report.verdict);
    return models::Decide(*claim, found);
  }
  std::string VerdictText() const { return models::ClaimVerdictText(*claim, Verdict()); }
  std::string ExpectedText() const { return models::ClaimVerdictText(*claim, claim->expected); }
  double Seconds() const {
    double seconds = 0;
    for (const Row* run : runs) seconds += run->report.seconds;
    return seconds;
  }
};

bool AsPredicted(const models::Evidence& evidence, const Row& run) {
  return run.report.verdict == evidence.predicts;
}

Judgement JudgeClaim(const ClaimRow& row) {
  if (row.Verdict() == ClaimVerdict::kNotModelled) return Judgement::kNothingExpected;
  std::vector<Judgement> of_runs;
  for (const Row* run : row.runs) of_runs.push_back(Judge(run->job, run->report));
  for (Judgement news : {Judgement::kDiffers, Judgement::kCut, Judgement::kNothingExpected}) {
    if (std::find(of_runs.begin(), of_runs.end(), news) != of_runs.end()) return news;
  }
  return row.Verdict() == row.claim->expected ? Judgement::kAsExpected : Judgement::kDiffers;
}

// Fails: naming the run that cannot be made.
absl::StatusOr<ClaimCase> CaseOf(const Claim& claim, const Command& command,
                                 const Scenarios& scenarios) {
  ClaimCase result{&claim, {}};
  for (const models::Evidence& evidence : claim.decided_by) {
    const std::string name = absl::StrCat(evidence.scenario, " on ", evidence.kernel);
    absl::StatusOr<Job> job = FindJob(name, "", scenarios);
    if (!job.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(claim.id, ": cannot be decided: ", job.status().message()));
    }
    // Scenarios say what is to be expected under RC11.
    const bool known = command.memory_model == models::MemoryModelKind::kRc11;
    if (!known) job->expected_failure.reset();
    result.jobs.push_back(*std::move(job));
  }
  return result;
}

// Returns: the claims asked for, all if none is, in the table's order.
// Fails: naming the id that is unknown, or the run that cannot be made.
absl::StatusOr<std::vector<ClaimCase>> SelectClaims(const Command& command,
                                                    std::span<const Claim> claims,
                                                    const Scenarios& scenarios) {
  const std::vector<std::string>& ids = command.arguments;
  std::vector<std::string> known;
  for (const Claim& claim : claims) known.push_back(claim.id);
  for (const std::string& id : ids) {
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(id, ": is no known claim: ", Suggestion(id, known)));
  }
  std::vector<ClaimCase> cases;
  for (const Claim& claim : claims) {
    if (!ids.empty() && std::find(ids.begin(), ids.end(), claim.id) == ids.end()) continue;
    absl::StatusOr<ClaimCase> one = CaseOf(claim, command, scenarios);
    if (!one.ok()) return one.status();
    cases.push_back(*std::move(one));
  }
  return cases;
}

// The rows of claims, and the indented ones of their runs.
struct Tables {
  Table claims;
  Table runs;
};

Tables MakeTables(const std::vector<ClaimCase>& cases) {
  std::size_t scenario = 0;
  std::size_t kernel = 0;
  for (const ClaimCase& one : cases) {
    for (const Job& job : one.jobs) {
      scenario = std::max(scenario, job.scenario->name.size());
      kernel = std::max(kernel, job.kernel.Name().size());
    }
  }
  return {Table({{"claim", 0},
                 {"decided by", 10, Align::kRight},
                 {"seconds", 7, Align::kRight},
                 {"verdict", 0},
                 {"", 0}}),
          Table({{"", 2},
                 {"scenario", scenario},
                 {"kernel", kernel},
                 {"claimed", 8},
                 {"verdict", 9},
                 {"failure", 14},
                 {"executions", 10, Align::kRight},
                 {"", 0}})};
}

std::string RunRemark(const Row& run) {
  switch (Judge(run.job, run.report)) {
    case Judgement::kDiffers:
      return "<- not as the scenario lists";
    case Judgement::kCut:
      return absl::StrCat("<- cut: ", run.report.limit_hit);
    default:
      return "";
  }
}

std::string ClaimRemark(const ClaimRow& row) {
  if (JudgeClaim(row) != Judgement::kDiffers) return "";
  return absl::StrCat("<- not as expected: ", row.ExpectedText());
}

std::string RowText(const Tables& tables, const ClaimRow& row, int columns) {
  const Claim& claim = *row.claim;
  const std::string count = absl::StrCat(row.runs.size(), row.runs.size() == 1 ? " run" : " runs");
  std::string text = tables.claims.Row({claim.id, count, absl::StrFormat("%.2f", row.Seconds()),
                                        row.VerdictText(), ClaimRemark(row)});
  text += Paragraph(absl::StrCat(claim.text, " (", claim.said, ")"), "  ", columns);
  for (std::size_t i = 0; i < row.runs.size(); ++i) {
    const Row& run = *row.runs[i];
    text += tables.runs.Row({"", run.job.scenario->name, run.job.kernel.Name(),
                             models::VerdictName(claim.decided_by[i].predicts),
                             models::VerdictName(run.report.verdict),
                             models::FailureName(run.report.failure_kind),
                             WithSeparators(run.report.executions), RunRemark(run)});
  }
  if (!claim.why.empty()) text += Paragraph(claim.why, "  ", columns);
  return text + "\n";
}

std::vector<ClaimRow> RunAll(const std::vector<ClaimCase>& cases, Search& search, Console& console,
                             bool prints, Made& made) {
  const Tables tables = MakeTables(cases);
  std::vector<ClaimRow> rows;
  std::map<std::string, bool> different;
  for (const ClaimCase& one : cases) {
    for (const Job& job : one.jobs) different[job.Name()] = true;
  }
  console.StartSearches(different.size());
  if (prints) console.Print(tables.claims.Header() + tables.runs.Header() + "\n");
  for (const ClaimCase& one : cases) {
    if (search.Ended()) break;
    ClaimRow row{one.claim, {}};
    for (const Job& job : one.jobs) {
      auto at = made.find(job.Name());
      if (at == made.end()) at = made.emplace(job.Name(), *search.Run(job)).first;
      row.runs.push_back(&at->second);
    }
    rows.push_back(std::move(row));
    if (prints) console.Print(RowText(tables, rows.back(), console.columns()));
  }
  return rows;
}

// Returns: a line that names the claims on what is not modelled; "" if there are none.
std::string NotModelledText(const std::vector<ClaimRow>& rows) {
  std::vector<std::string> names;
  for (const ClaimRow& row : rows) {
    if (row.Verdict() == ClaimVerdict::kNotModelled) names.push_back(row.claim->id);
  }
  if (names.empty()) return "";
  return absl::StrCat("Not decided, because not modelled yet: ", absl::StrJoin(names, ", "), "\n");
}

// Returns: the first run that speaks against the claim by failing, or null.
const Row* CounterExample(const ClaimRow& row) {
  for (std::size_t i = 0; i < row.runs.size(); ++i) {
    const bool violated = row.runs[i]->report.verdict == models::Verdict::kViolated;
    if (violated && !AsPredicted(row.claim->decided_by[i], *row.runs[i])) return row.runs[i];
  }
  return nullptr;
}

Json ToJson(const ClaimRow& row, const Search& search) {
  const Row* const against = CounterExample(row);
  models::Report sum = against != nullptr ? against->report : models::Report();
  sum.executions = sum.blocked = 0;
  sum.exhaustive = true;
  Json evidence = Json::array();
  for (std::size_t i = 0; i < row.runs.size(); ++i) {
    const models::Report& report = row.runs[i]->report;
    sum.executions += report.executions;
    sum.blocked += report.blocked;
    sum.exhaustive &= report.exhaustive || report.verdict == models::Verdict::kViolated;
    if (!report.limit_hit.empty()) sum.limit_hit = report.limit_hit;
    Json run = search.ToJson(*row.runs[i]);
    run["claimed"] = models::VerdictName(row.claim->decided_by[i].predicts);
    evidence.push_back(run);
  }
  sum.seconds = row.Seconds();
  const bool expects = JudgeClaim(row) != Judgement::kNothingExpected;
  Json json = models::ToJson(sum, {.name = row.claim->id,
                                   .expected = expects ? row.ExpectedText() : "",
                                   .replay_file = against != nullptr ? against->replay_file : "",
                                   .with_trace = false});
  json["verdict"] = row.VerdictText();
  json["scenario"] = against != nullptr ? Json(against->job.scenario->name) : Json(nullptr);
  json["kernel"] = against != nullptr ? Json(against->job.kernel.Name()) : Json(nullptr);
  json["pictures"] = against != nullptr ? PictureJson(against->picture) : Json(nullptr);
  json["claim"] = row.claim->text;
  json["said"] = row.claim->said;
  json["why"] = row.claim->why;
  json["evidence"] = evidence;
  return json;
}

// A story in full is for what is news; for the rest, the command that tells it.
void PrintStories(const Command& command, const Search& search, const Made& made,
                  Console& console) {
  const bool all = command.trace == TraceStyle::kText || command.trace == TraceStyle::kFull;
  const bool some = command.trace == TraceStyle::kBrief;
  if (command.trace == TraceStyle::kNone) return;
  for (const auto& [name, run] : made) {
    const bool news = Judge(run.job, run.report) == Judgement::kDiffers;
    console.Print(all || (some && news) ? search.Story(run) : search.Pointer(run));
  }
}

}  // namespace

ExitCode Claims(const Command& command, std::span<const Claim> claims, const Scenarios& scenarios,
                Console& console) {
  const absl::StatusOr<std::vector<ClaimCase>> cases = SelectClaims(command, claims, scenarios);
  Search search(command, console);
  const absl::Status ready = cases.ok() ? search.Prepare() : cases.status();
  if (!ready.ok()) {
    console.Complain(std::string(ready.message()));
    return kBadInput;
  }
  const bool text = command.format == Format::kText;
  Made made;
  const std::vector<ClaimRow> rows = RunAll(*cases, search, console, text, made);
  if (text) PrintStories(command, search, made, console);
  std::vector<Judgement> judgements;
  Json results = Json::array();
  for (const ClaimRow& row : rows) {
    judgements.push_back(JudgeClaim(row));
    results.push_back(ToJson(row, search));
  }
  const std::size_t not_begun = cases->size() - rows.size();
  if (text) {
    console.Print("\n" + NotModelledText(rows) +
                  SummaryText(judgements, not_begun, console.seconds()));
  } else {
    const Json all = {{"results", results}, {"summary", SummaryJson(judgements, not_begun)}};
    console.Print(models::JsonText(all) + "\n");
  }
  return search.Ends(judgements);
}

}  // namespace cli

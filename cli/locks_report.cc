// Four parts: the claims, the order, the fields, what is wrong. A claim is news where it does not
// hold; there stand why, and the command that shows it.
#include "cli/locks_report.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/table.h"
#include "cli/words.h"
#include "models/locks/discipline.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using models::Arc;
using models::Edge;
using models::LockVerdict;
using models::Observations;

std::string ReplayLine(const std::string& file) {
  if (file.empty()) return "";
  return absl::StrCat("    ", CommandName(), " replay ", ShellWord(file), "\n");
}

// Claims ------------------------------------------------------------------------------------------

std::string ClaimsText(const LocksResult& result, int columns) {
  const bool with_real = result.Count(LockVerdict::kRealOnly) > 0;
  const std::size_t width = with_real ? 30 : 13;
  const Table table({{"verdict", width}, {"executions", 10, Align::kRight}, {"claim", 0}, {"", 0}});
  std::string text = table.Header();
  for (const LockClaimRow& row : result.claims) {
    text += table.Row({models::LockVerdictName(row.judged.verdict),
                       WithSeparators(row.judged.executions), row.claim.text,
                       row.claim.source.empty() ? "" : "-- " + OneLine(row.claim.source)});
    const std::string why = row.judged.why;
    if (!why.empty()) text += Paragraph(OneLine(why), "    ", columns);
    text += ReplayLine(row.replay_file);
  }
  for (const models::ClaimMistake& mistake : result.mistakes) {
    text += table.Row({"ill-formed", "", OneLine(mistake.text), ""});
    text += Paragraph(OneLine(absl::StrCat(result.claims_file, ":", mistake.line, ":",
                                           mistake.column, ": ", mistake.message)),
                      "    ", columns);
  }
  if (result.claims_on_others > 0) {
    absl::StrAppend(&text, "(", result.claims_on_others, " more are about other kernels)\n");
  }
  return text;
}

// Order -------------------------------------------------------------------------------------------

// Returns: "W>R W>W" for a shared and an exclusive request under an exclusive hold.
std::string ModesText(const Arc& arc) {
  std::set<std::string> modes;
  for (const Edge* edge : arc.edges) {
    const char* const sign = edge->tried ? "?" : ">";
    modes.insert(
        absl::StrCat(models::ModeText(edge->held_mode), sign, models::ModeText(edge->taken_mode)));
  }
  return absl::StrJoin(modes, " ");
}

const Edge& MostFrequent(const Arc& arc) {
  return **std::max_element(arc.edges.begin(), arc.edges.end(), [](const Edge* a, const Edge* b) {
    return a->seen.executions < b->seen.executions;
  });
}

std::string PlacesText(const Arc& arc) {
  const Edge& edge = MostFrequent(arc);
  std::string text = absl::StrCat(models::HeldPlace(edge), " > ", models::TakenPlace(edge));
  if (arc.edges.size() > 1) absl::StrAppend(&text, " and ", arc.edges.size() - 1, " more");
  return text;
}

constexpr char kSearch[] = "search";
constexpr char kRealThreads[] = "real threads";

// Returns: who saw it.
std::string WhereSeen(const Arc& arc) {
  if (arc.OnlyReal()) return kRealThreads;
  const bool also_real =
      std::any_of(arc.edges.begin(), arc.edges.end(), [](const Edge* edge) { return edge->real; });
  return also_real ? "both" : kSearch;
}

// Returns: what the claims say to an arc.
std::string ArcRemark(const LocksResult& result, const Arc& arc) {
  const std::string held = models::ClassName(result.seen, arc.held);
  const std::string taken = models::ClassName(result.seen, arc.taken);
  if (arc.OnlyTried()) return "by trying";
  if (arc.held == arc.taken) {
    const bool said = std::all_of(arc.edges.begin(), arc.edges.end(), [](const Edge* edge) {
      return edge->tried || edge->nesting != ksync::Nesting::kNone;
    });
    return said ? "nested" : "nested unsaid";
  }
  if (result.declared.Has(taken, held)) return "against the order";
  return result.declared.Has(held, taken) ? "declared" : "not declared";
}

// Returns: of the pairs that are declared those that were never seen.
std::vector<std::pair<std::string, std::string>> NeverSeen(const LocksResult& result) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const Arc& arc : ArcsOf(result.seen)) {
    seen.emplace(models::ClassName(result.seen, arc.held),
                 models::ClassName(result.seen, arc.taken));
  }
  std::vector<std::pair<std::string, std::string>> never;
  for (const auto& pair : result.declared.pairs()) {
    if (seen.insert(pair).second) never.push_back(pair);
  }
  return never;
}

std::string OrderText(const LocksResult& result) {
  const bool with_real = !result.observed_file.empty();
  std::vector<Column> columns = {
      {"held", 18}, {"taken", 18}, {"modes", 15}, {"executions", 10, Align::kRight}, {"", 17}};
  if (with_real) columns.push_back({"seen by", 12});
  columns.push_back({"where, most often", 0});
  const Table table(columns);
  std::string text = "\n" + table.Header();
  for (const Arc& arc : ArcsOf(result.seen)) {
    if (arc.held == models::kRcu) continue;
    std::vector<std::string> cells = {
        models::ClassName(result.seen, arc.held), models::ClassName(result.seen, arc.taken),
        ModesText(arc), WithSeparators(MostFrequent(arc).seen.executions), ArcRemark(result, arc)};
    if (with_real) cells.push_back(WhereSeen(arc));
    cells.push_back(PlacesText(arc));
    text += table.Row(cells);
  }
  for (const auto& [outer, inner] : NeverSeen(result)) {
    text += table.Row({outer, inner, "", "0", "not exercised"});
  }
  return text;
}

// Fields ------------------------------------------------------------------------------------------

std::string RuleText(const Observations& seen, int field, bool writes) {
  const std::optional<models::LockRule> rule = models::StrongestRule(seen, field, writes);
  return rule.has_value() ? rule->Text() : "-";
}

std::string CommonText(const Observations& seen, int field) {
  const std::string common = models::CommonLocks(seen, field);
  return common.empty() ? "-" : common;
}

// Returns: the fields of which something is known, by name.
std::vector<int> FieldsOf(const Observations& seen) {
  std::vector<int> fields;
  for (int i = 0; i < static_cast<int>(seen.fields().size()); ++i) {
    if (!seen.fields()[i].meetings.empty()) fields.push_back(i);
  }
  std::sort(fields.begin(), fields.end(),
            [&](int a, int b) { return seen.fields()[a].name < seen.fields()[b].name; });
  return fields;
}

std::string FieldsText(const Observations& seen, int columns) {
  std::string text =
      absl::StrCat("\nStrongest rules ", seen.is_sample ? "of what was run" : "that hold",
                   ", of accesses that another thread's could meet:\n");
  for (int field : FieldsOf(seen)) {
    absl::StrAppend(&text, seen.fields()[field].name, "\n");
    text += Paragraph("common lock: " + CommonText(seen, field), "    ", columns);
    text += Paragraph("write: " + RuleText(seen, field, true), "    ", columns);
    text += Paragraph("read:  " + RuleText(seen, field, false), "    ", columns);
  }
  return text;
}

// What is wrong -----------------------------------------------------------------------------------

std::string ProblemsText(const LocksResult& result, int columns) {
  std::string text;
  for (const OrderProblemRow& row : result.problems) {
    absl::StrAppend(&text, "\n", models::MistakeName(row.problem.mistake), ": ", row.problem.text,
                    "\n");
    for (std::size_t i = 0; i < row.problem.edges.size(); ++i) {
      const models::Witness& witness = row.problem.edges[i]->seen.witness;
      text += Paragraph(OneLine(witness.sentence), "  ", columns);
      text += ReplayLine(row.replay_files[i]);
    }
  }
  for (const LockFailureRow& row : result.failures) {
    const std::string known = row.known_as.empty() ? "" : ", gone with " + row.known_as;
    const std::string what = absl::StrCat(row.kind, known, ": ", row.job, ": ", row.failure);
    text += "\n" + Paragraph(OneLine(what), "", columns);
    text += ReplayLine(row.replay_file);
  }
  return text;
}

std::string SummaryLine(const LocksResult& result) {
  std::string text = absl::StrFormat(
      "\n%s: %d claims hold, %d not refuted, %d violated, %d not exercised, %d ill-formed; %d "
      "problems of order, "
      "%d lock failures (and %d known); %s executions of %d scenarios in %.1f s\n",
      result.kernel, result.Count(LockVerdict::kHolds), result.Count(LockVerdict::kNotRefuted),
      result.Count(LockVerdict::kViolated), result.Count(LockVerdict::kNotExercised),
      result.mistakes.size(), result.RealProblems(), result.NewFailures(),
      result.failures.size() - result.NewFailures(), WithSeparators(result.seen.executions),
      result.scenarios, result.seconds);
  if (!result.observed_file.empty()) {
    absl::StrAppend(&text, "With what real threads did, as ", OneLine(result.observed_file),
                    " has it: ", result.Count(LockVerdict::kRealOnly),
                    " claims exercised on real threads only.\n");
  }
  if (const std::size_t empty = result.Count(LockVerdict::kSaysNothing); empty > 0) {
    absl::StrAppend(&text, empty, " claims say nothing.\n");
  }
  if (result.sampled > 0) {
    absl::StrAppend(&text, "Of ", WithSeparators(result.sampled), " scenarios only the first ",
                    "executions were run: --executions_max=0 runs all.\n");
  }
  if (!result.cut.empty()) absl::StrAppend(&text, "Cut by ", result.cut, ".\n");
  if (result.not_begun > 0) absl::StrAppend(&text, result.not_begun, " scenarios not begun.\n");
  if (result.seen.is_sample) {
    absl::StrAppend(&text,
                    "What is not refuted may be violated by an execution that was not run.\n");
  }
  return text;
}

// JSON --------------------------------------------------------------------------------------------

Json OrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json ClaimsJson(const LocksResult& result) {
  Json rows = Json::array();
  for (const LockClaimRow& row : result.claims) {
    rows.push_back({{"name", row.claim.text},
                    {"verdict", models::LockVerdictName(row.judged.verdict)},
                    {"executions", row.judged.executions},
                    {"why", OrNull(row.judged.why)},
                    {"replay", OrNull(row.replay_file)},
                    {"source", OrNull(row.claim.source)},
                    {"line", row.claim.line},
                    {"column", nullptr}});
  }
  for (const models::ClaimMistake& mistake : result.mistakes) {
    rows.push_back({{"name", mistake.text},
                    {"verdict", "ill-formed"},
                    {"executions", 0},
                    {"why", mistake.message},
                    {"replay", nullptr},
                    {"source", nullptr},
                    {"line", mistake.line},
                    {"column", mistake.column}});
  }
  return rows;
}

std::string WitnessOf(const LocksResult& result, const Edge* edge) {
  const auto found = result.witnesses.find(edge);
  return found == result.witnesses.end() ? "" : found->second;
}

Json ArcJson(const LocksResult& result, const Arc& arc) {
  Json ways = Json::array();
  for (const Edge* edge : arc.edges) {
    ways.push_back({{"held_mode", models::ModeText(edge->held_mode)},
                    {"taken_mode", models::ModeText(edge->taken_mode)},
                    {"tried", edge->tried},
                    {"nested", edge->nesting != ksync::Nesting::kNone},
                    {"held_at", models::HeldPlace(*edge)},
                    {"taken_at", models::TakenPlace(*edge)},
                    {"executions", edge->seen.executions},
                    {"seen", edge->real ? kRealThreads : kSearch},
                    {"replay", OrNull(WitnessOf(result, edge))}});
  }
  return {{"held", models::ClassName(result.seen, arc.held)},
          {"taken", models::ClassName(result.seen, arc.taken)},
          {"declared", ArcRemark(result, arc)},
          {"seen", WhereSeen(arc)},
          {"ways", ways}};
}

Json OrderJson(const LocksResult& result) {
  Json rows = Json::array();
  for (const Arc& arc : ArcsOf(result.seen)) rows.push_back(ArcJson(result, arc));
  for (const auto& [outer, inner] : NeverSeen(result)) {
    rows.push_back({{"held", outer},
                    {"taken", inner},
                    {"declared", "not exercised"},
                    {"seen", nullptr},
                    {"ways", Json::array()}});
  }
  return rows;
}

Json FieldsJson(const Observations& seen) {
  Json rows = Json::array();
  for (int field : FieldsOf(seen)) {
    rows.push_back({{"field", seen.fields()[field].name},
                    {"common_lock", models::CommonLocks(seen, field)},
                    {"write", RuleText(seen, field, true)},
                    {"read", RuleText(seen, field, false)}});
  }
  return rows;
}

Json ProblemsJson(const LocksResult& result) {
  Json rows = Json::array();
  for (const OrderProblemRow& row : result.problems) {
    Json shown = Json::array();
    for (std::size_t i = 0; i < row.problem.edges.size(); ++i) {
      shown.push_back({{"what", row.problem.edges[i]->seen.witness.sentence},
                       {"replay", OrNull(row.replay_files[i])}});
    }
    rows.push_back({{"kind", models::MistakeName(row.problem.mistake)},
                    {"text", row.problem.text},
                    {"gated", row.problem.gated},
                    {"shown_by", shown}});
  }
  return rows;
}

Json FailuresJson(const LocksResult& result) {
  Json rows = Json::array();
  for (const LockFailureRow& row : result.failures) {
    rows.push_back({{"name", row.job},
                    {"failure_kind", row.kind},
                    {"failure", row.failure},
                    {"known_as", OrNull(row.known_as)},
                    {"replay", OrNull(row.replay_file)}});
  }
  return rows;
}

}  // namespace

std::size_t LocksResult::Count(LockVerdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(claims.begin(), claims.end(),
                    [verdict](const LockClaimRow& row) { return row.judged.verdict == verdict; }));
}

std::size_t LocksResult::RealProblems() const {
  return static_cast<std::size_t>(
      std::count_if(problems.begin(), problems.end(),
                    [](const OrderProblemRow& row) { return !row.problem.gated; }));
}

std::size_t LocksResult::NewFailures() const {
  return static_cast<std::size_t>(
      std::count_if(failures.begin(), failures.end(),
                    [](const LockFailureRow& row) { return row.known_as.empty(); }));
}

std::string LocksText(const LocksResult& result, int columns) {
  return absl::StrCat(ClaimsText(result, columns), OrderText(result),
                      FieldsText(result.seen, columns), ProblemsText(result, columns),
                      SummaryLine(result));
}

Json LocksJson(const LocksResult& result) {
  return {{"kernel", result.kernel},
          {"observed", OrNull(result.observed_file)},
          {"results", ClaimsJson(result)},
          {"order", OrderJson(result)},
          {"fields", FieldsJson(result.seen)},
          {"problems", ProblemsJson(result)},
          {"failures", FailuresJson(result)},
          {"summary",
           {{"holds", result.Count(LockVerdict::kHolds)},
            {"not_refuted", result.Count(LockVerdict::kNotRefuted)},
            {"violated", result.Count(LockVerdict::kViolated)},
            {"not_exercised", result.Count(LockVerdict::kNotExercised)},
            {"real_threads_only", result.Count(LockVerdict::kRealOnly)},
            {"says_nothing", result.Count(LockVerdict::kSaysNothing)},
            {"ill_formed", result.mistakes.size()},
            {"problems", result.RealProblems()},
            {"failures", result.NewFailures()},
            {"known_failures", result.failures.size() - result.NewFailures()},
            {"executions", result.seen.executions},
            {"scenarios", result.scenarios},
            {"sampled", result.sampled},
            {"not_begun", result.not_begun},
            {"limit_hit", OrNull(result.cut)},
            {"seconds", result.seconds}}}};
}

}  // namespace cli

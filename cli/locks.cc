// `rmapcheck locks`: which locks are held when, in every execution of the scenarios of one kernel,
// held against what is claimed.
//
// A search goes on behind a failing execution: that a claim was never tested must not be because
// something else went wrong first. Of failures those of locks are told, each that differs; one that
// is gone with a repair of the kernel's history is no news. Other kinds are not this command's
// business.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/commands.h"
#include "cli/locks_report.h"
#include "cli/observed_order.h"
#include "cli/replay_folder.h"
#include "cli/search.h"
#include "cli/suggestion.h"
#include "cli/words.h"
#include "core/base/whole_file.h"
#include "models/check.h"
#include "models/locks/lock_observer.h"
#include "models/locks/order_dot.h"
#include "models/report/json.h"
#include "models/rmap/fields.h"

namespace cli {
namespace {

using models::LockClaim;

// How many executions of a scenario are run, if nothing else is asked for. Nearly all that are told
// one by one have fewer. Of those that are made from a table there are thousands, much alike, so
// one ends when so many executions in a row have shown nothing new. What it would still have shown
// stays unknown; hence a claim that such a run bears out is "not refuted", and no more.
constexpr std::uint64_t kOfScenario = 10'000;
constexpr std::uint64_t kWithoutNews = 100;

// Waits for news: asked before each execution whether there was none for long.
class Patience {
 public:
  explicit Patience(const models::Observations& seen) : seen_(seen) {}

  bool IsOver() {
    if (seen_.Size() != size_) {
      size_ = seen_.Size();
      latest_ = seen_.executions;
    }
    return seen_.executions - latest_ >= kWithoutNews;
  }

 private:
  const models::Observations& seen_;
  std::size_t size_ = 0;
  std::uint64_t latest_ = 0;
};

constexpr std::size_t kMegabytesMax = 1;  // Of a file of claims.

struct ClaimText {
  std::string where;  // For messages.
  std::string text;
};

// Returns: the claims that are to be judged: those given as arguments, else those of a file.
// Fails: if the file cannot be read.
absl::StatusOr<ClaimText> TextOfClaims(const Command& command, std::string_view built_in) {
  if (!command.arguments.empty()) {
    return ClaimText{"argument", absl::StrJoin(command.arguments, "\n")};
  }
  if (command.claims.empty()) return ClaimText{"built in", std::string(built_in)};
  const absl::StatusOr<std::string> text =
      base::ReadWholeFile(UserPath(command.claims), kMegabytesMax, "give another --claims");
  if (!text.ok()) return text.status();
  return ClaimText{command.claims, *text};
}

models::LockVocabulary Vocabulary() {
  models::LockVocabulary vocabulary{models::RmapLockNames(), {}};
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    vocabulary.generations.push_back(info.name);
  }
  for (const rmap::FixInfo& info : rmap::Fixes()) vocabulary.repairs.push_back(info.id);
  vocabulary.fields = models::RmapFieldNames();
  vocabulary.mend = [](const std::string& word, const std::vector<std::string>& known) {
    return Suggestion(word, known);
  };
  return vocabulary;
}

// Whether a claim speaks of a kernel. Requires: its words are of Vocabulary().
bool IsAbout(const LockClaim& claim, const rmap::Kernel& kernel) {
  const int generation = static_cast<int>(kernel.generation());
  if (generation < claim.from || claim.until < generation) return false;
  if (claim.repair.empty()) return true;
  return kernel.Has(*rmap::FindFix(claim.repair)) == claim.repaired;
}

// Returns: what `prove` would check under the one kernel that is meant.
absl::StatusOr<std::vector<Job>> JobsOf(const Command& command, const Scenarios& scenarios) {
  Command patterns = command;
  patterns.arguments.clear();
  if (!command.scenarios.empty()) patterns.arguments = absl::StrSplit(command.scenarios, ',');
  const bool chosen = command.generation.has_value() || command.ksm.has_value();
  if (!chosen) patterns.generation = rmap::NewestGeneration();
  return SelectJobs(patterns, scenarios);
}

rmap::Generation GenerationOf(const Command& command) {
  if (command.ksm.has_value()) return rmap::Generation::kG0;
  return command.generation.value_or(rmap::NewestGeneration());
}

// Returns: what real threads did, if a file says so.
absl::StatusOr<std::vector<RealNesting>> RealOrderOf(const Command& command) {
  if (command.observed.empty()) return std::vector<RealNesting>();
  return ReadObservedOrder(command.observed, GenerationOf(command), models::RmapLockNames());
}

// Returns: the repairs without which a kernel may fail so, as the scenarios say, and that it lacks.
std::vector<rmap::Fix> RepairsOf(const std::string& failure_kind, const rmap::Kernel& kernel,
                                 const Scenarios& scenarios) {
  std::set<rmap::Fix> repairs;
  for (const models::RmapScenario& scenario : scenarios) {
    for (const models::RmapBug& bug : scenario.bugs) {
      if (bug.violation == failure_kind && !kernel.Has(bug.fix)) repairs.insert(bug.fix);
    }
  }
  return {repairs.begin(), repairs.end()};
}

bool IsOfLocks(const models::Replay& replay) {
  return replay.failure == models::FailureName(models::FailureKind::kDeadlock) ||
         replay.failure == models::FailureName(models::FailureKind::kLockMisuse);
}

class LockSearch {
 public:
  LockSearch(const Command& command, const Scenarios& scenarios, Console& console,
             LocksResult& result)
      : command_(command),
        scenarios_(scenarios),
        console_(console),
        folder_(command.replay_dir),
        result_(result) {}

  absl::Status Prepare() const { return folder_.Prepare(); }

  void RunAll(const std::vector<Job>& jobs) {
    result_.kernel = jobs.front().kernel.Name();
    console_.StartSearches(jobs.size());
    for (const Job& job : jobs) {
      if (Ended()) break;
      Run(job);
      ++result_.scenarios;
    }
    result_.not_begun = jobs.size() - result_.scenarios;
    result_.seconds = console_.seconds();
  }

  void JudgeAll(const models::LockClaims& claims, const rmap::Kernel& kernel) {
    std::vector<LockClaim> judged;
    result_.mistakes = claims.mistakes;
    result_.seen.is_sample = result_.sampled > 0 || !result_.cut.empty() || result_.not_begun > 0;
    for (const LockClaim& claim : claims.claims) {
      if (IsAbout(claim, kernel)) {
        judged.push_back(claim);
        AddClaim(claim);
      } else {
        ++result_.claims_on_others;
      }
    }
    result_.declared = models::DeclaredOrder(judged);
    for (models::OrderProblem& problem : models::FindOrderProblems(result_.seen))
      AddProblem(problem);
    if (command_.witnesses) KeepWitnesses();
  }

  // Draws the order, if that is asked for. Fails: if it cannot be written.
  absl::Status Draw() {
    if (command_.svg.empty()) return absl::OkStatus();
    std::vector<models::OrderProblem> problems;
    for (const OrderProblemRow& row : result_.problems) problems.push_back(row.problem);
    const std::string svg_file = UserPath(command_.svg);
    const absl::StatusOr<std::string> dot_file = DotFileOf(svg_file);
    if (!dot_file.ok()) return dot_file.status();
    const std::string title =
        absl::StrCat("Locks held when others are taken, on ", result_.kernel,
                     result_.seen.is_sample ? ": not all executions were run" : "");
    const auto picture =
        DrawPicture(OrderDot(result_.seen, result_.declared, problems, title), *dot_file, svg_file);
    if (!picture.ok()) return picture.status();
    if (command_.format == Format::kText) console_.Print(PictureText(*picture));
    return absl::OkStatus();
  }

  bool Ended() const { return base::Interrupted() || !console_.lost().empty(); }
  const absl::Status& lost() const { return lost_; }

 private:
  void Run(const Job& job) {
    const std::string source = job.script == nullptr ? "" : job.script->source;
    models::LockObserver observer(
        result_.seen, {job.Name(), models::MemoryModelName(command_.memory_model), source});
    models::Options options = OptionsOf(command_);
    options.program = job.Name();
    options.observer = &observer;
    options.stop_at_failure = false;
    const bool is_sampled = !command_.executions_max_given;
    if (is_sampled) options.executions_max = kOfScenario;
    options.on_progress = console_.OnProgress();
    options.on_failure = [&](const models::Replay& failing) {
      if (IsOfLocks(failing)) NoteFailure(job, failing);
    };
    Patience patience(result_.seen);
    const bool is_one_of_many = is_sampled && job.scenario->family != nullptr;
    options.interrupted = [&] {
      return base::Interrupted() || (is_one_of_many && patience.IsOver());
    };
    console_.StartSearch(job.Name());
    const models::Report report = models::Check(options, [&job] { job.scenario->run(job.kernel); });
    const bool by_default =
        report.limit_hit == "executions_max" || (report.limit_hit == "interrupt" && is_one_of_many);
    NameFailures(job, options);
    if (is_sampled && by_default && !base::Interrupted()) {
      ++result_.sampled;
    } else if (!report.limit_hit.empty()) {
      result_.cut = report.limit_hit;
    }
  }

  void NoteFailure(const Job& job, models::Replay failing) {
    if (job.script != nullptr) failing.source = job.script->source;
    const std::string name = job.Name();
    const auto before =
        std::count_if(result_.failures.begin(), result_.failures.end(),
                      [&name](const LockFailureRow& row) { return row.job == name; });
    const std::string what = before == 0 ? "" : absl::StrCat("failure ", before + 1);
    result_.failures.push_back({name, failing.failure, failing.message, Keep(failing, what)});
  }

  // Says of each failure of the job whether it is known. What is asked of one kind is asked once.
  void NameFailures(const Job& job, const models::Options& options) {
    std::map<std::string, std::string> known_as;  // By kind.
    for (LockFailureRow& row : result_.failures) {
      if (row.job != job.Name()) continue;
      const auto [known, is_new] = known_as.try_emplace(row.kind);
      if (is_new) known->second = KnownAs(row.kind, job, options);
      row.known_as = known->second;
    }
  }

  // Returns: a repair that the job's kernel lacks and with which no execution that is run fails so;
  // "" if there is none.
  std::string KnownAs(const std::string& kind, const Job& job, models::Options options) const {
    bool fails = false;
    options.observer = nullptr;
    options.interrupted = base::Interrupted;
    options.on_failure = [&](const models::Replay& failing) { fails |= failing.failure == kind; };
    for (rmap::Fix fix : RepairsOf(kind, job.kernel, scenarios_)) {
      const rmap::Kernel repaired = job.kernel.With(fix);
      fails = false;
      const models::Report report = models::Check(options, [&] { job.scenario->run(repaired); });
      if (!fails && report.executions > 0 && !base::Interrupted()) return rmap::Name(fix);
    }
    return "";
  }

  void AddClaim(const LockClaim& claim) {
    LockClaimRow row{claim, models::Judge(claim, result_.seen), ""};
    const bool asked_for = !command_.arguments.empty();
    const bool is_news = asked_for || row.judged.verdict == models::LockVerdict::kViolated;
    const std::string what = absl::StrCat("claim ", claim.line);
    if (is_news && row.judged.shown_by != nullptr) {
      row.replay_file = Keep(row.judged.shown_by->witness, what);
    }
    result_.claims.push_back(std::move(row));
  }

  void AddProblem(const models::OrderProblem& problem) {
    OrderProblemRow row{problem, {}};
    for (const models::Edge* edge : problem.edges) {
      const std::string what = absl::StrCat("lock ", models::ClassName(result_.seen, edge->held),
                                            " ", models::ClassName(result_.seen, edge->taken), " ",
                                            row.replay_files.size() + 1);
      row.replay_files.push_back(Keep(edge->seen.witness, what));
    }
    result_.problems.push_back(std::move(row));
  }

  // One for each way in which a lock was taken while another one was held.
  void KeepWitnesses() {
    const std::vector<models::Edge>& edges = result_.seen.edges.all();
    for (std::size_t i = 0; i < edges.size(); ++i) {
      result_.witnesses[&edges[i]] = Keep(edges[i].seen.witness, absl::StrCat("way ", i + 1));
    }
  }

  std::string Keep(const models::Witness& witness, const std::string& what) {
    return witness.execution == nullptr ? "" : Keep(witness.ToReplay(), what);
  }

  // Returns: the file; "" if it cannot be written, which is complained of at the end.
  std::string Keep(const models::Replay& replay, const std::string& what) {
    const absl::StatusOr<std::string> file = folder_.Write(replay, what);
    if (file.ok()) return *file;
    lost_ = file.status();
    return "";
  }

  const Command& command_;
  const Scenarios& scenarios_;
  Console& console_;
  const ReplayFolder folder_;
  const base::InterruptListener listener_;
  LocksResult& result_;
  absl::Status lost_;
};

ExitCode CodeOf(const LocksResult& result) {
  if (base::Interrupted()) return kInterrupted;
  if (!result.mistakes.empty()) return kBadInput;
  const bool wrong = result.Count(models::LockVerdict::kViolated) > 0 ||
                     result.RealProblems() > 0 || result.NewFailures() > 0;
  if (wrong) return kDiffers;
  return result.cut.empty() ? kAsExpected : kCut;
}

// Returns: what is wrong with claims that are arguments. Mistakes in a file do not keep its other
// lines from being judged, and are told beside them.
absl::Status MistakesOf(const Command& command, const models::LockClaims& claims) {
  if (command.arguments.empty() || claims.mistakes.empty()) return absl::OkStatus();
  const models::ClaimMistake& mistake = claims.mistakes.front();
  const std::string& claim = command.arguments.at(mistake.line - 1);
  return absl::InvalidArgumentError(OneLine(absl::StrCat(
      models::ShownText(claim), ": is no claim: at ", mistake.column, ": ", mistake.message)));
}

// Fails: if there is no place for the picture.
absl::Status PlaceForPicture(const Command& command) {
  return command.svg.empty() ? absl::OkStatus() : DotFileOf(UserPath(command.svg)).status();
}

ExitCode Complain(const absl::Status& status, Console& console) {
  console.Complain(std::string(status.message()));
  return kBadInput;
}

}  // namespace

ExitCode Locks(const Command& command, std::string_view claims, const Scenarios& scenarios,
               Console& console) {
  const absl::StatusOr<ClaimText> text = TextOfClaims(command, claims);
  if (!text.ok()) return Complain(text.status(), console);
  const absl::StatusOr<std::vector<Job>> jobs = JobsOf(command, scenarios);
  if (!jobs.ok()) return Complain(jobs.status(), console);
  const absl::StatusOr<std::vector<RealNesting>> real_order = RealOrderOf(command);
  if (!real_order.ok()) return Complain(real_order.status(), console);
  const models::LockClaims parsed = models::ParseLockClaims(text->text, Vocabulary());
  if (const absl::Status mistakes = MistakesOf(command, parsed); !mistakes.ok()) {
    return Complain(mistakes, console);
  }
  if (const absl::Status place = PlaceForPicture(command); !place.ok()) {
    return Complain(place, console);
  }
  LocksResult result;
  result.claims_file = text->where;
  result.observed_file = command.observed;
  LockSearch search(command, scenarios, console, result);
  if (const absl::Status ready = search.Prepare(); !ready.ok()) return Complain(ready, console);
  search.RunAll(*jobs);
  Add(*real_order, result.seen);
  search.JudgeAll(parsed, jobs->front().kernel);
  if (command.format == Format::kText) {
    console.Print(LocksText(result, console.columns()));
  } else {
    console.Print(models::JsonText(LocksJson(result)) + "\n");
  }
  if (const absl::Status drawn = search.Draw(); !drawn.ok()) return Complain(drawn, console);
  if (!search.lost().ok()) {
    return Complain(
        absl::InvalidArgumentError(absl::StrCat(search.lost().message(), ": ", kOtherFolder)),
        console);
  }
  return CodeOf(result);
}

}  // namespace cli

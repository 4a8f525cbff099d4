// `rmapcheck locks`: which locks are held when, in every execution of the scenarios of one kernel,
// held against what is claimed.
//
// A search goes on behind a failing execution: that a claim was never tested must not be because
// something else went wrong first. Failures of other kinds are not this command's business.
#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/commands.h"
#include "cli/locks_report.h"
#include "cli/observed_order.h"
#include "cli/replay_folder.h"
#include "cli/search.h"
#include "cli/words.h"
#include "models/check.h"
#include "models/locks/lock_observer.h"
#include "models/locks/order_dot.h"
#include "models/report/json.h"

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
  const std::string path = UserPath(command.claims);
  std::ifstream file(path);
  std::ostringstream text;
  if (file.good()) text << file.rdbuf();
  if (!file.good() || std::filesystem::is_directory(path)) {
    return absl::InvalidArgumentError(
        absl::StrCat(command.claims, ": cannot be read: give another --claims"));
  }
  return ClaimText{command.claims, text.str()};
}

models::LockVocabulary Vocabulary() {
  models::LockVocabulary vocabulary{models::RmapLockNames(), {}};
  for (const rmap::GenerationInfo& info : rmap::Generations()) {
    vocabulary.generations.push_back(info.name);
  }
  for (const rmap::FixInfo& info : rmap::Fixes()) vocabulary.repairs.push_back(info.id);
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
  if (!command.generation.has_value()) patterns.generation = rmap::NewestGeneration();
  return SelectJobs(patterns, scenarios);
}

rmap::Generation GenerationOf(const Command& command) {
  return command.generation.value_or(rmap::NewestGeneration());
}

// Returns: what real threads did, if a file says so.
absl::StatusOr<std::vector<RealNesting>> RealOrderOf(const Command& command) {
  if (command.observed.empty()) return std::vector<RealNesting>();
  return ReadObservedOrder(command.observed, GenerationOf(command), models::RmapLockNames());
}

class LockSearch {
 public:
  LockSearch(const Command& command, Console& console, LocksResult& result)
      : command_(command), console_(console), folder_(command.replay_dir), result_(result) {}

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
  }

  // Draws the order, if that is asked for. Fails: if it cannot be written.
  absl::Status Draw() {
    if (command_.svg.empty()) return absl::OkStatus();
    std::vector<models::OrderProblem> problems;
    for (const OrderProblemRow& row : result_.problems) problems.push_back(row.problem);
    const std::string svg_file = UserPath(command_.svg);
    const std::string dot_file = std::filesystem::path(svg_file).replace_extension(".dot").string();
    if (dot_file == svg_file) {
      return absl::InvalidArgumentError(
          absl::StrCat(command_.svg,
                       ": is where the source of the picture goes: give a name that ends in .svg"));
    }
    const std::string title =
        absl::StrCat("Locks held when others are taken, on ", result_.kernel,
                     result_.seen.is_sample ? ": not all executions were run" : "");
    const auto picture =
        DrawPicture(OrderDot(result_.seen, result_.declared, problems, title), dot_file, svg_file);
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
    Patience patience(result_.seen);
    const bool is_one_of_many = is_sampled && job.scenario->family != nullptr;
    options.interrupted = [&] {
      return base::Interrupted() || (is_one_of_many && patience.IsOver());
    };
    console_.StartSearch(job.Name());
    models::Report report = models::Check(options, [&job] { job.scenario->run(job.kernel); });
    const bool by_default =
        report.limit_hit == "executions_max" || (report.limit_hit == "interrupt" && is_one_of_many);
    if (is_sampled && by_default && !base::Interrupted()) {
      ++result_.sampled;
    } else if (!report.limit_hit.empty()) {
      result_.cut = report.limit_hit;
    }
    const bool of_locks = report.failure_kind == models::FailureKind::kDeadlock ||
                          report.failure_kind == models::FailureKind::kLockMisuse;
    if (!of_locks) return;
    report.replay.source = source;
    result_.failures.push_back({job.Name(), models::FailureName(report.failure_kind),
                                report.failure, Keep(report.replay, "")});
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
                                            " ", models::ClassName(result_.seen, edge->taken));
      row.replay_files.push_back(Keep(edge->seen.witness, what));
    }
    result_.problems.push_back(std::move(row));
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
                     result.RealProblems() > 0 || !result.failures.empty();
  if (wrong) return kDiffers;
  return result.cut.empty() ? kAsExpected : kCut;
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
  LocksResult result;
  result.claims_file = text->where;
  result.observed_file = command.observed;
  LockSearch search(command, console, result);
  if (const absl::Status ready = search.Prepare(); !ready.ok()) return Complain(ready, console);
  search.RunAll(*jobs);
  Add(*real_order, result.seen);
  search.JudgeAll(models::ParseLockClaims(text->text, Vocabulary()), jobs->front().kernel);
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

// Running jobs: the search itself, its replay on disk, and how the result compares with what was
// expected. Shared by the commands that search.
#ifndef RMAPCHECK_CLI_SEARCH_H_
#define RMAPCHECK_CLI_SEARCH_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/replay_folder.h"
#include "core/base/interrupt.h"
#include "models/report/report.h"

namespace cli {

enum class Judgement {
  kAsExpected,
  kNotReproduced,  // As expected too: it is known that nothing here can show it.
  kDiffers,
  kCut,
  kNothingExpected
};

struct Row {
  Job job;
  models::Report report;
  std::string replay_file;  // Empty: none.
  std::optional<Picture> picture;
};

// Returns: how a report compares with the verdict that was expected.
Judgement Judge(const Job& job, const models::Report& report);

// Returns: how the whole ends: a difference counts more than a limit.
ExitCode ExitCodeOf(const std::vector<Judgement>& judgements);

// Returns: {"total", "as_expected", "differing", "without_expectation", "not_begun"}; what a limit
// cut is among the differing, what an interrupt kept from beginning is not in the total.
nlohmann::ordered_json SummaryJson(const std::vector<Judgement>& judgements,
                                   std::size_t not_begun = 0);

// Returns: "12 of 13 as expected, 1 not, in 4.2 s" and the like, as a line.
std::string SummaryText(const std::vector<Judgement>& judgements, std::size_t not_begun,
                        double seconds);

// The options that flags mean.
models::Options OptionsOf(const Command& command);

class Search {
 public:
  // Requires: all outlive it.
  Search(const Command& command, Console& console)
      : command_(command), console_(console), folder_(command.replay_dir) {}

  // Fails: if the folder for replays cannot be written to, or not safely.
  absl::Status Prepare() const { return folder_.Prepare(); }

  // Checks one job; if it is violated, keeps the failing execution. Undecided if it is time to end.
  // Returns: nothing, and has said why, if the search could not be kept or gone on with.
  std::optional<Row> Run(const Job& job);

  // Returns: whether it is time to end: by a signal, or because nobody reads what is printed.
  bool Ended() const { return base::Interrupted() || !console_.lost().empty(); }

  // Returns: the row as JSON, with "kernel" beside what every report has.
  nlohmann::ordered_json ToJson(const Row& row) const;

  // Returns: the failing execution as a story, behind a heading; empty unless violated.
  std::string Story(const Row& row) const;
  // Returns: in one or two lines what failed and how to see it; empty unless violated.
  std::string Pointer(const Row& row) const;

  // Returns: ExitCodeOf, unless a signal came or the user has been told that a file could not be
  // written.
  ExitCode Ends(const std::vector<Judgement>& judgements) const {
    if (base::Interrupted()) return kInterrupted;
    return lost_a_file_ ? kBadInput : ExitCodeOf(judgements);
  }

 private:
  absl::StatusOr<models::Report> Check(const Job& job, const models::Options& options) const;
  void Keep(Row& row);
  void ComplainOfFile(const absl::Status& status);

  const Command& command_;
  Console& console_;
  const ReplayFolder folder_;
  const base::InterruptListener listener_;
  bool lost_a_file_ = false;
};

}  // namespace cli

#endif  // RMAPCHECK_CLI_SEARCH_H_

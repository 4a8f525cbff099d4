// A check by several processes, or in several sittings: the facade of this folder, as that of the
// engine is models/check.h. The report does not say how it was made.
#ifndef RMAPCHECK_MODELS_SCALE_CHECK_TOGETHER_H_
#define RMAPCHECK_MODELS_SCALE_CHECK_TOGETHER_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "models/options.h"
#include "models/report/report.h"

namespace models {

struct TogetherWay {
  int jobs = 1;                 // Processes that search.
  std::string program = "";     // What a checkpoint calls the program; another one's is refused.
  std::string checkpoint = "";  // Where a search that is cut is kept; empty: nowhere.
  std::string resume = "";      // What is gone on with; empty: the search begins.
  // How often it is kept while it goes on, so that little is lost if the process is killed.
  double checkpoint_seconds = 60;
};

// As Check, with the same counts, verdict and failure. A search that came to its end leaves no
// checkpoint. `observer` must be null; Options::on_failure is called when the search has ended.
// Fails: if a file cannot be read or written, or is another program's or build's; with one line:
// the file, what is wrong, and the mend.
absl::StatusOr<Report> CheckTogether(const Options& options, const TogetherWay& way,
                                     const std::function<void()>& program);

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCALE_CHECK_TOGETHER_H_

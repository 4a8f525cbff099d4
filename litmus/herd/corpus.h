// Many litmus tests and a table of verdicts: who agrees, who does not, and what is not decided.
// Files of which the table says nothing are counted, and not run.
#ifndef RMAPCHECK_LITMUS_HERD_CORPUS_H_
#define RMAPCHECK_LITMUS_HERD_CORPUS_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "litmus/herd/runner.h"
#include "litmus/herd/verdicts.h"

namespace herd {

struct CorpusResult {
  std::size_t tests = 0;
  std::size_t agreeing = 0;
  std::size_t without_verdict = 0;  // The table has no row for them: not run.
  std::vector<std::pair<std::string, std::string>> differing;   // File, what differs.
  std::vector<std::pair<std::string, std::string>> malformed;   // File, the message.
  std::map<std::string, std::vector<std::string>> unsupported;  // By reason.
  std::size_t verdicts = 0;  // Of the agreeing: whose verdict, race flag, count, states were
  std::size_t races = 0;     // compared.
  std::size_t counts = 0;
  std::size_t state_sets = 0;
  double seconds = 0;
};

// Returns: the paths of all *.litmus files in the folder and below, in order. Fails: NotFound.
absl::StatusOr<std::vector<std::string>> LitmusFiles(const std::string& folder);

// Returns: the text of a file. Fails: NotFound.
absl::StatusOr<std::string> ReadText(const std::string& path);

CorpusResult RunCorpus(const std::vector<std::string>& files, const VerdictTable& table,
                       const RunOptions& options);

// Returns: the result as lines of text.
std::string CorpusText(const CorpusResult& result);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_CORPUS_H_

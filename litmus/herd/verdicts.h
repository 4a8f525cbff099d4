// A table of what another tool says of litmus tests, and the comparison with our answers.
//
// The table is text with tabs between columns, named in its first line; what is needed of it:
//   file         the file of the test
//   rc11         Never, Sometimes, Always
//   race         "race", or empty
//   lkmm         the same of a kernel test, under the kernel's memory model
//   flags        of a kernel test: "data-race,mixed-accesses"; or empty
//   executions   how many consistent executions there are
//   states       "0:r1=0; [x]=1; | 0:r1=1; [x]=1;", all registers and globals; or words in
//                parentheses, if there are too many
//   cpp20        the verdict where C++20's release sequences change it; "Always+race" with a race
//   quantifier   "none": there is no verdict to compare
// A test with a race is undefined, so there only the race is compared; but of a kernel test
// everything is, for the kernel's model goes on beyond a race.
#ifndef RMAPCHECK_LITMUS_HERD_VERDICTS_H_
#define RMAPCHECK_LITMUS_HERD_VERDICTS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "litmus/herd/runner.h"
#include "models/options.h"

namespace herd {

struct Verdict {
  std::string observation;
  std::string cpp20;
  bool is_kernel_test = false;  // There is a column `lkmm`.
  std::set<std::string> flags;  // is_kernel_test: races among them.
  bool race = false;
  bool has_quantifier = true;
  std::optional<std::uint64_t> executions;
  std::optional<std::set<std::string>> states;  // "0:r1=0; x=1", parts by name; nothing: not told.
  std::set<std::string> parts;                  // That the states name.
};

// By the file's name, without its folder.
using VerdictTable = absl::flat_hash_map<std::string, Verdict>;

// Fails: InvalidArgument, "NAME:line: what is wrong: the mend".
absl::StatusOr<VerdictTable> ParseVerdicts(std::string_view text, const std::string& name);

// Returns: what differs, in words; empty if nothing does. Requires: the answer is supported, and
// that of RunOptions::as_kernel_test if the verdict is.
std::string Difference(const Answer& answer, const Verdict& verdict,
                       models::MemoryModelKind memory_model);

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_VERDICTS_H_

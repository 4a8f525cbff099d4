// A wrong value ends the process, with the words that were wrong: a night that silently took five
// seconds would look like a night.
#include "stress/budget.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace stress {
namespace {

constexpr char kVariable[] = "RMAPCHECK_STRESS_SECONDS";

}  // namespace

absl::StatusOr<absl::Duration> ParseStressSeconds(std::string_view words) {
  double seconds = 0;
  const absl::string_view text(words.data(), words.size());
  // Written so that a NaN is refused as well.
  if (absl::SimpleAtod(text, &seconds) && seconds > 0 && seconds < 1e9) {
    return absl::Seconds(seconds);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      kVariable, "=", text, " is no number of seconds above 0; ", kVariable, "=3600 is an hour"));
}

absl::Duration StressBudget(absl::Duration short_form) {
  const char* const words = std::getenv(kVariable);
  if (words == nullptr || *words == '\0') return short_form;
  const absl::StatusOr<absl::Duration> budget = ParseStressSeconds(words);
  if (budget.ok()) return *budget;
  std::fprintf(stderr, "%s\n", std::string(budget.status().message()).c_str());
  std::exit(2);
}

}  // namespace stress

// A wrong value ends the process, with the words that were wrong: a night that silently took five
// seconds would look like a night.
#include "stress/budget.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace stress {
namespace {

constexpr char kVariable[] = "RMAPCHECK_STRESS_SECONDS";
constexpr char kSeedVariable[] = "RMAPCHECK_STRESS_SEED";

// Returns: what the variable says, "" if it is not set.
std::string_view Words(const char* variable) {
  const char* const words = std::getenv(variable);
  return words == nullptr ? "" : words;
}

std::uint64_t DrawSeed() {
  const auto seed = static_cast<std::uint64_t>(absl::ToUnixNanos(absl::Now()));
  std::fprintf(stderr, "%s=%llu repeats the seeds of this run\n", kSeedVariable,
               static_cast<unsigned long long>(seed));
  return seed;
}

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
  const std::string_view words = Words(kVariable);
  if (words.empty()) return short_form;
  const absl::StatusOr<absl::Duration> budget = ParseStressSeconds(words);
  if (budget.ok()) return *budget;
  std::fprintf(stderr, "%s\n", std::string(budget.status().message()).c_str());
  std::exit(2);
}

std::uint64_t StressSeed() {
  const std::string_view words = Words(kSeedVariable);
  if (words.empty() && Words(kVariable).empty()) return 0;
  if (words.empty()) {
    static const std::uint64_t drawn = DrawSeed();
    return drawn;
  }
  std::uint64_t seed = 0;
  if (absl::SimpleAtoi(absl::string_view(words.data(), words.size()), &seed)) return seed;
  std::fprintf(stderr, "%s=%s is no number of 64 bits; %s=7 begins with the seed 7\n",
               kSeedVariable, words.data(), kSeedVariable);
  std::exit(2);
}

}  // namespace stress

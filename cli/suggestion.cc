// Optimal string alignment by the usual table, row by row, and the choice of what is near.
// A word is near if at most a third of it is wrong, or if it is the beginning of the name.
#include "cli/suggestion.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/words.h"

namespace cli {
namespace {

constexpr std::size_t kSuggestionsMax = 3;
constexpr std::size_t kListedMax = 24;

char Lower(char c) { return absl::ascii_tolower(static_cast<unsigned char>(c)); }

}  // namespace

int EditDistance(std::string_view a, std::string_view b) {
  std::vector<int> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = Lower(a[i - 1]) == Lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) &&
                           Lower(a[i - 2]) == Lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string Suggestion(std::string_view word, std::span<const std::string> known) {
  std::vector<std::pair<int, std::string>> near;
  for (const std::string& name : known) {
    if (absl::EqualsIgnoreCase(name, word)) return absl::StrCat("did you mean ", name, "?");
    const bool begins = word.size() >= 3 && absl::StartsWithIgnoreCase(name, word);
    const int allowed = std::max<int>(1, static_cast<int>(name.size()) / 3);
    // So much longer, it cannot be near; to find that out step by step would take its length.
    if (word.size() > name.size() + static_cast<std::size_t>(allowed)) continue;
    const int distance = begins ? 1 : EditDistance(word, name);
    if (distance <= allowed) near.push_back({distance, name});
  }
  std::sort(near.begin(), near.end());
  if (near.size() > kSuggestionsMax) near.resize(kSuggestionsMax);
  if (!near.empty()) {
    const auto name = [](std::string* out, const auto& pair) { out->append(pair.second); };
    return absl::StrCat("did you mean ", absl::StrJoin(near, " or ", name), "?");
  }
  if (known.size() > kListedMax) {
    return absl::StrCat("`", CommandName(), " list` shows what there is");
  }
  return absl::StrCat("there is ", absl::StrJoin(known, ", "));
}

}  // namespace cli

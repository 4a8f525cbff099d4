// Help for those who mistype a name: the known names nearest to it.
// Distance is counted in single letters changed, left out, added, or swapped with their neighbour.
#ifndef RMAPCHECK_CLI_SUGGESTION_H_
#define RMAPCHECK_CLI_SUGGESTION_H_

#include <span>
#include <string>
#include <string_view>

namespace cli {

// Returns: in how many single-letter steps one becomes the other; case does not count.
int EditDistance(std::string_view a, std::string_view b);

// Returns: what to do about an unknown word, as the last part of an error message: "did you mean
// prove?", or, if nothing is near, "there is prove, bugs, list".
std::string Suggestion(std::string_view word, std::span<const std::string> known);

}  // namespace cli

#endif  // RMAPCHECK_CLI_SUGGESTION_H_

// How runs become a verdict. The table of claims is in claims_table.cc.
// One run that a limit cut leaves the claim undecided: it might have come out either way.
#include "models/claims/claims.h"

#include <algorithm>

#include "core/base/check.h"

namespace models {

ClaimVerdict Decide(const Claim& claim, const std::vector<Verdict>& found) {
  CHECK(found.size() == claim.decided_by.size(), "one verdict for each run");
  if (found.empty()) {
    const bool later = claim.expected == ClaimVerdict::kNotModelled;
    return later ? ClaimVerdict::kNotModelled : ClaimVerdict::kUndecidable;
  }
  if (std::count(found.begin(), found.end(), Verdict::kUndecided) > 0) {
    return ClaimVerdict::kUndecided;
  }
  std::size_t as_predicted = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == claim.decided_by[i].predicts) ++as_predicted;
  }
  if (as_predicted == 0) return ClaimVerdict::kRefuted;
  return as_predicted == found.size() ? ClaimVerdict::kHolds : ClaimVerdict::kHoldsOnlyFor;
}

std::string ClaimVerdictText(const Claim& claim, ClaimVerdict verdict) {
  switch (verdict) {
    case ClaimVerdict::kHolds:
      return "holds";
    case ClaimVerdict::kRefuted:
      return "refuted";
    case ClaimVerdict::kHoldsOnlyFor: {
      const bool known = claim.expected == verdict;
      return "holds only for " + (known ? claim.qualification : "some of its models");
    }
    case ClaimVerdict::kUndecidable: {
      const bool known = claim.expected == verdict;
      return "undecided by models: " + (known ? claim.qualification : "no model decides it");
    }
    case ClaimVerdict::kNotModelled:
      return "not modelled yet: " + claim.qualification;
    case ClaimVerdict::kUndecided:
      break;
  }
  return "undecided";
}

}  // namespace models

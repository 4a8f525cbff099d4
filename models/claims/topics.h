// The topics of the table of claims, each a few rows in our own words.
//
// A run is chosen so that the claim says something about it: the operation it speaks of, under the
// kernel it was made for; where a later repair gives the claim up, the kernel with only that repair
// taken out stands beside it. The third member of each run is what the claim predicts.
#ifndef RMAPCHECK_MODELS_CLAIMS_TOPICS_H_
#define RMAPCHECK_MODELS_CLAIMS_TOPICS_H_

#include <vector>

#include "models/claims/claims.h"

namespace models {

inline constexpr Verdict kFine = Verdict::kHolds;
inline constexpr Verdict kBroken = Verdict::kViolated;

// walk_claims.cc
std::vector<Claim> ClaimsOnMissing();
std::vector<Claim> ClaimsOnTornVmas();
std::vector<Claim> ClaimsOnBoundaries();

// failure_claims.cc
std::vector<Claim> ClaimsOnVmaAdjust();
std::vector<Claim> ClaimsOnUndoing();

// design_claims.cc
std::vector<Claim> ClaimsOnCost();
std::vector<Claim> ClaimsOnLocks();

// ksm_claims.cc
std::vector<Claim> ClaimsOnKsm();
std::vector<Claim> ClaimsOnKsmExits();

}  // namespace models

#endif  // RMAPCHECK_MODELS_CLAIMS_TOPICS_H_

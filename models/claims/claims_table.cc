// The table of claims, put together from the topics; and the claims on what is not modelled yet,
// which have words but no runs.
#include <algorithm>

#include "models/claims/claims.h"
#include "models/claims/topics.h"

namespace models {
namespace {

using enum ClaimVerdict;

// Of parts of the kernel that are still missing.
std::vector<Claim> ClaimsOnOtherParts() {
  return {
      {.id = "C-23",
       .said = "Laurent Dufour, speculative page faults v8, 17 of 24, 2018",
       .text = "The barrier of the unlock orders a VMA's removal from the tree before what a "
               "speculating fault reads of it.",
       .expected = kNotModelled,
       .qualification = "speculative page faults",
       .why = "",
       .decided_by = {}},
      {.id = "C-24",
       .said = "Laurent Dufour, speculative page faults v8, 17 of 24, 2018",
       .text = "A VMA has a count of one from its allocation on.",
       .expected = kNotModelled,
       .qualification = "speculative page faults",
       .why = "",
       .decided_by = {}},
      {.id = "C-25",
       .said = "Laurent Dufour, speculative page faults v8, 17 of 24, 2018",
       .text = "A lock of readers and writers is cheap enough, because the search is short.",
       .expected = kNotModelled,
       .qualification = "speculative page faults",
       .why = "",
       .decided_by = {}},
  };
}

std::vector<Claim> AllClaims() {
  std::vector<Claim> all;
  for (auto topic :
       {ClaimsOnMissing, ClaimsOnTornVmas, ClaimsOnBoundaries, ClaimsOnVmaAdjust, ClaimsOnUndoing,
        ClaimsOnCost, ClaimsOnLocks, ClaimsOnKsm, ClaimsOnKsmExits, ClaimsOnOtherParts}) {
    for (const Claim& claim : topic()) all.push_back(claim);
  }
  std::sort(all.begin(), all.end(), [](const Claim& a, const Claim& b) { return a.id < b.id; });
  return all;
}

}  // namespace

const std::vector<Claim>& Claims() {
  static const auto& claims = *new std::vector<Claim>(AllClaims());
  return claims;
}

}  // namespace models

// What was said about the design when it was proposed, and how models decide it: data.
//
// A claim does not carry its verdict as a fact. It predicts an outcome for each of its model runs;
// the runs are made, and the verdict is counted from how many came out as predicted. The verdict
// that history leads one to expect stands beside it only to be compared with.
//
// A claim may predict a violation: who says "this leaks" is right where it leaks.
// Here nothing is run, and nothing is known of scenarios but their names.
// Source: the mails of January and February 2010 about the patch that introduced anon_vma chains.
#ifndef RMAPCHECK_MODELS_CLAIMS_CLAIMS_H_
#define RMAPCHECK_MODELS_CLAIMS_CLAIMS_H_

#include <string>
#include <vector>

#include "models/report/report.h"

namespace models {

enum class ClaimVerdict {
  kHolds,         // Every run came out as the claim predicts.
  kRefuted,       // No run did.
  kHoldsOnlyFor,  // Some did.
  kUndecidable,   // It has no runs: it is not about executions.
  kNotModelled,   // It has no runs yet: what it is about is not modelled.
  kUndecided,     // A limit cut a search.
};

// One model run: a scenario under a kernel.
struct Evidence {
  std::string scenario;
  std::string kernel;  // In Kernel's written form.
  Verdict predicts;    // What must come out if the claim is true there: kHolds or kViolated.
};

struct Claim {
  std::string id;    // "C-01".
  std::string said;  // By whom, and when.
  std::string text;  // In words of our own.
  ClaimVerdict expected;
  // For kHoldsOnlyFor, what follows these words; for kUndecidable, what it is about instead; for
  // kNotModelled, the part of the kernel.
  std::string qualification;
  std::string why;  // Empty for kNotModelled.
  std::vector<Evidence> decided_by;
};

// Returns: all claims, by id.
const std::vector<Claim>& Claims();

// Returns: the verdict that follows if the runs of `decided_by` came out as `found`. Without runs
// it is what the claim says of itself.
// Requires: as many verdicts as runs, in their order.
ClaimVerdict Decide(const Claim& claim, const std::vector<Verdict>& found);

// Returns: a verdict on this claim in words: "holds", "holds only for teardown".
std::string ClaimVerdictText(const Claim& claim, ClaimVerdict verdict);

}  // namespace models

#endif  // RMAPCHECK_MODELS_CLAIMS_CLAIMS_H_

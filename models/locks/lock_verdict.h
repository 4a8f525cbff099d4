// What was seen, held against what is claimed.
//
// A claim that nobody put to the test is not a claim that holds: beside "holds" and "violated"
// there is "not exercised". Where executions were not run, one of them may violate what all others
// bear out: it is "not refuted". What some execution shows is so whatever the others do. A rule of
// `nothing` can be violated by no execution, and the claim "says nothing". What only real
// threads did proves nothing, but it refutes. Each verdict rests on a row that was seen, and that
// row's witness.
#ifndef RMAPCHECK_MODELS_LOCKS_LOCK_VERDICT_H_
#define RMAPCHECK_MODELS_LOCKS_LOCK_VERDICT_H_

#include <string>

#include "models/locks/lock_claim.h"
#include "models/locks/observations.h"

namespace models {

// kRealOnly: nothing speaks against it, and part of what it says only real threads did.
enum class LockVerdict { kHolds, kViolated, kNotExercised, kRealOnly, kNotRefuted, kSaysNothing };

// Returns: "holds", "violated", "not exercised" and so on.
const char* LockVerdictName(LockVerdict verdict);

struct Judged {
  LockVerdict verdict = LockVerdict::kNotExercised;
  std::string why;                 // Of a claim that does not hold, in one sentence.
  std::uint64_t executions = 0;    // Of all, how many have what bears on it most often.
  const Seen* shown_by = nullptr;  // What violates it, or bears it out; null: nothing.
};

Judged Judge(const LockClaim& claim, const Observations& seen);

// The pairs of locks (inner, outer) that follow from all order claims that are handed over.
class DeclaredOrder {
 public:
  explicit DeclaredOrder(const std::vector<LockClaim>& claims);

  // Returns: whether `outer` is declared to be taken before `inner`, directly or through others.
  bool Has(const std::string& outer, const std::string& inner) const;
  // Returns: the pairs that stand in some claim next to each other.
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_LOCKS_LOCK_VERDICT_H_

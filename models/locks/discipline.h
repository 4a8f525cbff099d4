// Which locks are held when a field is accessed: the strongest rule that holds, and whether a
// claimed one does.
//
// The strongest rule is all that was seen, less what says nothing new: a list of ways, each a set
// of locks with modes, of which every access had all of one. A way that asks for more than another
// one is left out, because whoever holds more holds that too. So it is exact: every rule that holds
// for these accesses follows from it.
//
// Source: LockDoc (Lochmann et al., EuroSys 2019) derives rules from samples and so must accept
// exceptions; here one exception is enough. That a rule holds for all executions follows only where
// all were seen (Observations::is_sample).
#ifndef RMAPCHECK_MODELS_LOCKS_DISCIPLINE_H_
#define RMAPCHECK_MODELS_LOCKS_DISCIPLINE_H_

#include <optional>
#include <vector>

#include "models/locks/lock_claim.h"
#include "models/locks/observations.h"

namespace models {

// Returns: nothing if the field was not accessed so where another thread could meet it.
std::optional<LockRule> StrongestRule(const Observations& seen, int field, bool writes);

// Returns: whether what is held is enough for the rule.
bool Satisfies(const Observations& seen, const Holds& holds, const LockRule& rule);

// Returns: the accesses of the field that are writes, or that are reads.
std::vector<const FieldAccess*> AccessesOf(const Observations& seen, int field, bool writes);

// Returns: the classes that keep accesses of the field apart, one of each set joined by "or";
// "none" if some two are kept apart by nothing; "" if no two could meet.
std::string CommonLocks(const Observations& seen, int field);

}  // namespace models

#endif  // RMAPCHECK_MODELS_LOCKS_DISCIPLINE_H_

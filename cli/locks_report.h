// What `rmapcheck locks` has found, and how it is told: as text, or as JSON.
// A value; the files that it names were written by whoever filled it.
#ifndef RMAPCHECK_CLI_LOCKS_REPORT_H_
#define RMAPCHECK_CLI_LOCKS_REPORT_H_

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/locks/lock_claim.h"
#include "models/locks/lock_order.h"
#include "models/locks/lock_verdict.h"
#include "models/locks/observations.h"

namespace cli {

struct LockClaimRow {
  models::LockClaim claim;
  models::Judged judged;
  std::string replay_file;  // Of what violates it; empty: none.
};

struct OrderProblemRow {
  models::OrderProblem problem;
  std::vector<std::string> replay_files;  // One for each of its edges that has a witness.
};

// An execution that failed because of locks: a deadlock, or a lock given back that nobody had.
struct LockFailureRow {
  std::string job;
  std::string kind;
  std::string failure;
  std::string replay_file;
  std::string known_as = "";  // The repair with which it is gone; empty: it is news.
};

struct LocksResult {
  std::string kernel;
  std::string claims_file;    // Where the claims stand, for messages.
  std::string observed_file;  // Where it stands what real threads did; empty: nowhere.
  models::Observations seen;
  std::vector<LockClaimRow> claims;
  std::vector<models::ClaimMistake> mistakes;
  std::size_t claims_on_others = 0;  // Of other kernels.
  models::DeclaredOrder declared{{}};
  std::vector<OrderProblemRow> problems;
  std::map<const models::Edge*, std::string> witnesses;  // Their replays, if asked for.
  std::vector<LockFailureRow> failures;
  std::size_t scenarios = 0;  // Run.
  std::size_t sampled = 0;    // Of these, how many by some of their executions, as by default.
  std::size_t not_begun = 0;
  std::string cut;  // The limit that cut some search; empty: none did.
  double seconds = 0;

  std::size_t Count(models::LockVerdict verdict) const;
  // Returns: the problems that no gate keeps from happening.
  std::size_t RealProblems() const;
  // Returns: the failures that are not known.
  std::size_t NewFailures() const;
};

std::string LocksText(const LocksResult& result, int columns);
nlohmann::ordered_json LocksJson(const LocksResult& result);

}  // namespace cli

#endif  // RMAPCHECK_CLI_LOCKS_REPORT_H_

// One function for each kind of claim. Of several rows that violate a claim the first with a
// complete execution is shown.
#include "models/locks/lock_verdict.h"

#include <algorithm>
#include <functional>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "models/locks/discipline.h"
#include "models/locks/lock_order.h"

namespace models {
namespace {

using ksync::Nesting;

// Makes a row what a verdict rests on: the most frequent, and one with a witness if there is any.
void RestOn(const Seen& seen, Judged& judged) {
  judged.executions = std::max(judged.executions, seen.executions);
  const bool has_witness =
      judged.shown_by != nullptr && judged.shown_by->witness.execution != nullptr;
  if (!has_witness) judged.shown_by = &seen;
}

Judged Violated(const Seen& seen, std::string why) {
  Judged judged{LockVerdict::kViolated, std::move(why)};
  RestOn(seen, judged);
  return judged;
}

// Returns: the edges between two classes, those of trylocks left out.
std::vector<const Edge*> EdgesOf(const Observations& seen, const std::string& held,
                                 const std::string& taken) {
  std::vector<const Edge*> edges;
  const std::optional<ClassId> outer = seen.FindClass(held);
  const std::optional<ClassId> inner = seen.FindClass(taken);
  if (!outer.has_value() || !inner.has_value()) return edges;
  for (const Edge& edge : seen.edges.all()) {
    if (!edge.tried && edge.held == *outer && edge.taken == *inner) edges.push_back(&edge);
  }
  return edges;
}

const Edge& WithWitness(const std::vector<const Edge*>& edges) {
  const auto found = std::find_if(edges.begin(), edges.end(), [](const Edge* edge) {
    return edge->seen.witness.execution != nullptr;
  });
  return found == edges.end() ? *edges.front() : **found;
}

bool AreReal(const std::vector<const Edge*>& edges) {
  return std::all_of(edges.begin(), edges.end(), [](const Edge* edge) { return edge->real; });
}

Judged JudgeOrder(const LockClaim& claim, const Observations& seen) {
  Judged judged;
  std::vector<std::string> missing;
  std::vector<std::string> real_only;
  for (std::size_t inner = 1; inner < claim.locks.size(); ++inner) {
    for (std::size_t outer = 0; outer < inner; ++outer) {
      const auto against = EdgesOf(seen, claim.locks[inner], claim.locks[outer]);
      if (against.empty()) continue;
      const Edge& edge = WithWitness(against);
      return Violated(edge.seen, edge.seen.witness.sentence);
    }
    const auto along = EdgesOf(seen, claim.locks[inner - 1], claim.locks[inner]);
    for (const Edge* edge : along) RestOn(edge->seen, judged);
    const std::string pair = claim.locks[inner - 1] + " > " + claim.locks[inner];
    if (along.empty()) {
      missing.push_back(pair);
    } else if (AreReal(along)) {
      real_only.push_back(pair);
    }
  }
  if (!missing.empty()) {
    judged.why = absl::StrCat("never taken so: ", absl::StrJoin(missing, ", "));
  } else if (!real_only.empty()) {
    judged.verdict = LockVerdict::kRealOnly;
    judged.why = absl::StrCat("in no execution: ", absl::StrJoin(real_only, ", "));
  } else {
    judged.verdict = LockVerdict::kHolds;
  }
  return judged;
}

Judged JudgeNest(const LockClaim& claim, const Observations& seen) {
  Judged judged;
  const auto edges = EdgesOf(seen, claim.locks[0], claim.locks[0]);
  for (const Edge* edge : edges) {
    if (edge->nesting == Nesting::kNone) return Violated(edge->seen, edge->seen.witness.sentence);
    RestOn(edge->seen, judged);
  }
  const bool exercised = judged.shown_by != nullptr;
  if (!exercised) {
    judged.why = absl::StrCat("nobody held two ", claim.locks[0]);
  } else if (AreReal(edges)) {
    judged.verdict = LockVerdict::kRealOnly;
    judged.why = "in no execution";
  } else {
    judged.verdict = LockVerdict::kHolds;
  }
  return judged;
}

Judged JudgeWaits(const LockClaim& claim, const Observations& seen) {
  const std::optional<ClassId> id = seen.FindClass(claim.locks[0]);
  if (!id.has_value() || seen.classes()[*id].taken == 0) {
    return {LockVerdict::kNotExercised, absl::StrCat("nobody took ", claim.locks[0])};
  }
  const SeenClass& lock = seen.classes()[*id];
  if (lock.sleeps == claim.says_yes) return {LockVerdict::kHolds, "", lock.taken};
  const char* const why = lock.sleeps ? "who waits for it sleeps" : "who waits for it spins";
  return {LockVerdict::kViolated, why, lock.taken};
}

// Judges one half of a claim on a field. Returns: false if it is violated.
bool JudgeHalf(const Observations& seen, int field, bool writes, const LockRule& rule,
               Judged& judged) {
  const std::vector<const FieldAccess*> accesses = AccessesOf(seen, field, writes);
  const FieldAccess* against = nullptr;
  for (const FieldAccess* access : accesses) {
    if (Satisfies(seen, access->holds, rule)) {
      RestOn(access->seen, judged);
    } else if (against == nullptr || against->seen.witness.execution == nullptr) {
      against = access;
    }
  }
  if (against != nullptr) judged = Violated(against->seen, against->seen.witness.sentence);
  if (accesses.empty() && judged.why.empty()) {
    judged.why = absl::StrCat("no ", writes ? "write" : "read", " that another thread could meet");
  }
  return against == nullptr;
}

bool IsNothing(const std::optional<LockRule>& rule) {
  return !rule.has_value() ||
         std::any_of(rule->ways.begin(), rule->ways.end(), std::mem_fn(&std::vector<Need>::empty));
}

std::string NoField(const LockClaim& claim) {
  return absl::StrCat("no object has a field ", claim.field, " here");
}

Judged JudgeField(const LockClaim& claim, const Observations& seen) {
  Judged judged;
  const std::optional<int> field = seen.FindField(claim.field);
  if (!field.has_value()) return {LockVerdict::kNotExercised, NoField(claim)};
  if (!IsNothing(claim.write) && !JudgeHalf(seen, *field, true, *claim.write, judged))
    return judged;
  if (!IsNothing(claim.read) && !JudgeHalf(seen, *field, false, *claim.read, judged)) return judged;
  judged.verdict = judged.why.empty() ? LockVerdict::kHolds : LockVerdict::kNotExercised;
  return judged;
}

// Whether a claim speaks of readers that hold locks of these classes.
bool IsAbout(const LockClaim& claim, const Observations& seen, ClassMask reader) {
  if (claim.readers_with.empty()) return true;
  const std::optional<ClassId> id = seen.FindClass(claim.readers_with);
  return id.has_value() && (reader & MaskOf(*id)) != 0;
}

Judged JudgeCommon(const LockClaim& claim, const Observations& seen) {
  const std::optional<int> field = seen.FindField(claim.field);
  if (!field.has_value()) return {LockVerdict::kNotExercised, NoField(claim)};
  Judged judged;
  for (const Meeting& meeting : seen.fields()[*field].meetings) {
    if (!IsAbout(claim, seen, meeting.reader)) continue;
    judged.executions = std::max(judged.executions, meeting.executions);
  }
  if (judged.executions == 0)
    return {LockVerdict::kNotExercised, "no two such accesses could meet"};
  for (const Clash& clash : seen.clashes.all()) {
    if (clash.field == *field && IsAbout(claim, seen, clash.reader)) RestOn(clash.seen, judged);
  }
  const bool clashes = judged.shown_by != nullptr;
  judged.verdict = clashes != claim.says_yes ? LockVerdict::kHolds : LockVerdict::kViolated;
  if (judged.verdict == LockVerdict::kViolated) {
    judged.why = clashes ? judged.shown_by->witness.sentence : "they always have one in common";
  }
  return judged;
}

Judged JudgeSeen(const LockClaim& claim, const Observations& seen) {
  switch (claim.kind) {
    case LockClaimKind::kOrder:
      return JudgeOrder(claim, seen);
    case LockClaimKind::kNest:
      return JudgeNest(claim, seen);
    case LockClaimKind::kWaits:
      return JudgeWaits(claim, seen);
    case LockClaimKind::kField:
      return JudgeField(claim, seen);
    case LockClaimKind::kCommon:
      return JudgeCommon(claim, seen);
  }
  return {};
}

// Says less, where there are executions that nobody has seen.
void Weaken(const LockClaim& claim, Judged& judged) {
  if (claim.kind == LockClaimKind::kWaits) return;
  const bool one_is_enough = claim.kind == LockClaimKind::kCommon && !claim.says_yes;
  if (judged.verdict == LockVerdict::kHolds && !one_is_enough) {
    judged.verdict = LockVerdict::kNotRefuted;
  } else if (judged.verdict == LockVerdict::kViolated && one_is_enough) {
    judged.verdict = LockVerdict::kNotExercised;
    judged.why = "they have one in common in each execution that was run";
  }
}

}  // namespace

const char* LockVerdictName(LockVerdict verdict) {
  switch (verdict) {
    case LockVerdict::kHolds:
      return "holds";
    case LockVerdict::kViolated:
      return "violated";
    case LockVerdict::kNotExercised:
      return "not exercised";
    case LockVerdict::kRealOnly:
      return "exercised on real threads only";
    case LockVerdict::kNotRefuted:
      return "not refuted";
    case LockVerdict::kSaysNothing:
      return "says nothing";
  }
  return "";
}

Judged Judge(const LockClaim& claim, const Observations& seen) {
  const bool is_field = claim.kind == LockClaimKind::kField;
  if (is_field && IsNothing(claim.write) && IsNothing(claim.read)) {
    return {LockVerdict::kSaysNothing, "cannot be violated: nothing is what everybody holds"};
  }
  Judged judged = JudgeSeen(claim, seen);
  if (seen.is_sample) Weaken(claim, judged);
  return judged;
}

DeclaredOrder::DeclaredOrder(const std::vector<LockClaim>& claims) {
  std::set<std::pair<std::string, std::string>> known;
  for (const LockClaim& claim : claims) {
    if (claim.kind != LockClaimKind::kOrder) continue;
    for (std::size_t i = 1; i < claim.locks.size(); ++i) {
      const auto pair = std::pair(claim.locks[i - 1], claim.locks[i]);
      if (known.insert(pair).second) pairs_.push_back(pair);
    }
  }
}

bool DeclaredOrder::Has(const std::string& outer, const std::string& inner) const {
  std::set<std::string> reached = {outer};
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& [above, below] : pairs_) {
      grew |= reached.contains(above) && reached.insert(below).second;
    }
  }
  return outer != inner && reached.contains(inner);
}

}  // namespace models

// Ways are compared as sets of holds. A lock that is not the one that guards the field is none.
// One way includes another if it has each of its locks, in that mode or exclusively.
#include "models/locks/discipline.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_join.h"

namespace models {
namespace {

using ksync::LockMode;

bool Covers(LockMode held, LockMode needed) {
  return held == LockMode::kExclusive || needed == LockMode::kShared;
}

// Whether who holds `more` holds `less`.
bool Includes(const Holds& more, const Holds& less) {
  return std::all_of(less.begin(), less.end(), [&](const Hold& needed) {
    return std::any_of(more.begin(), more.end(), [&](const Hold& held) {
      return held.lock_class == needed.lock_class && held.kind == needed.kind &&
             Covers(held.mode, needed.mode);
    });
  });
}

Holds WithoutOthers(Holds holds) {
  std::erase_if(holds, [](const Hold& hold) { return hold.other; });
  return holds;
}

// Adds a way, unless a weaker one is there; those that are stronger go.
void AddWay(std::vector<Holds>& ways, const Holds& way) {
  for (const Holds& known : ways) {
    if (Includes(way, known)) return;
  }
  std::erase_if(ways, [&](const Holds& known) { return Includes(known, way); });
  ways.push_back(way);
}

// Outermost first.
std::vector<Need> NeedsOf(const Observations& seen, Holds way) {
  std::sort(way.begin(), way.end(), [&](const Hold& a, const Hold& b) {
    return seen.classes()[a.lock_class].rank < seen.classes()[b.lock_class].rank;
  });
  std::vector<Need> needs;
  bool is_last_user = false;
  for (const Hold& hold : way) {
    if (hold.kind == HoldKind::kTaken) {
      needs.push_back({seen.classes()[hold.lock_class].name, hold.mode});
    } else {
      is_last_user = true;
    }
  }
  if (is_last_user) needs.push_back({kLastUser, LockMode::kExclusive});
  return needs;
}

}  // namespace

std::vector<const FieldAccess*> AccessesOf(const Observations& seen, int field, bool writes) {
  std::vector<const FieldAccess*> found;
  for (const FieldAccess& access : seen.accesses.all()) {
    if (access.field == field && access.writes == writes) found.push_back(&access);
  }
  return found;
}

std::optional<LockRule> StrongestRule(const Observations& seen, int field, bool writes) {
  const std::vector<const FieldAccess*> accesses = AccessesOf(seen, field, writes);
  if (accesses.empty()) return std::nullopt;
  std::vector<Holds> ways;
  for (const FieldAccess* access : accesses) AddWay(ways, WithoutOthers(access->holds));
  std::sort(ways.begin(), ways.end(), [](const Holds& a, const Holds& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  LockRule rule;
  for (const Holds& way : ways) rule.ways.push_back(NeedsOf(seen, way));
  return rule;
}

bool Satisfies(const Observations& seen, const Holds& holds, const LockRule& rule) {
  const auto is_met_by = [&](const Need& need, const Hold& hold) {
    if (hold.other) return false;
    if (hold.kind == HoldKind::kLastUser) return need.lock == kLastUser;
    return seen.classes()[hold.lock_class].name == need.lock && Covers(hold.mode, need.mode);
  };
  const auto is_held = [&](const Need& need) {
    return std::any_of(holds.begin(), holds.end(),
                       [&](const Hold& hold) { return is_met_by(need, hold); });
  };
  return std::any_of(rule.ways.begin(), rule.ways.end(), [&](const std::vector<Need>& way) {
    return std::all_of(way.begin(), way.end(), is_held);
  });
}

std::string CommonLocks(const Observations& seen, int field) {
  std::vector<ClassMask> guards;
  for (const Meeting& meeting : seen.fields()[field].meetings) guards.push_back(meeting.common);
  std::sort(guards.begin(), guards.end());
  guards.erase(std::unique(guards.begin(), guards.end()), guards.end());
  std::vector<ClassMask> least;
  for (ClassMask mask : guards) {
    const bool implied = std::any_of(guards.begin(), guards.end(), [mask](ClassMask other) {
      return other != mask && (other & mask) == other;
    });
    if (!implied) least.push_back(mask);
  }
  std::vector<std::string> names;
  for (ClassMask mask : least) {
    if (mask == 0) return "none";
    std::vector<std::string> both;
    for (; mask != 0; mask &= mask - 1) {
      both.push_back(seen.classes()[std::countr_zero(mask)].name);
    }
    names.push_back(absl::StrJoin(both, " and "));
  }
  return absl::StrJoin(names, "; ");
}

}  // namespace models

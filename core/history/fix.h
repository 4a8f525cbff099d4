// The repairs of historical mistakes, as data.
//
// Each row is one repair that the rmap core can do with or without, at exactly one place, by
// `kernel.Has(Fix::kKh22)`. The ids are the project's own numbering of the kernel's history; the
// commit and the story say which change is meant.
#ifndef RMAPCHECK_CORE_HISTORY_FIX_H_
#define RMAPCHECK_CORE_HISTORY_FIX_H_

#include <optional>
#include <span>
#include <string_view>

#include "core/history/generation.h"
#include "core/history/ksm_state.h"

namespace rmap {

enum class Fix {
  kKh01,
  kKh02,
  kKh03,
  kKh04,
  kKh05,
  kKh06,
  kKh07,
  kKh08,
  kKh09,
  kKh10,
  kKh11,
  kKh12,
  kKh13,
  kKh14,
  kKh15,
  kKh16,
  kKh17,
  kKh18,
  kKh19,
  kKh20,
  kKh21,
  kKh22,
  kKh23,
  kKh24,
  kKh25,
  kKh26,
  kKh27,
  kKh28,
  kKh29,
  kKh30,
  kKh31,
  kKh32,
  kKh33,
  kKh34,
  kKh35,
  kKh36,
  kKh37,
  kKh38,
  kKh39,
  kKh40,
  kKh41,
  kKh42,
  kKh43,
  kKh45,
  kKh46,
  kKh51,
  kKh52,
  kKh53,
  kKh54,
  kKh56,
  kKh57,
  kKh58,
  kKh59,
  kKh60,
  kKh61,
  kKh63,
  kKh64,
  kKh65,
  kKh66,
  kKh67,
  kKh68,
  kKh69,
  kKh70,
  kKh71,
  kKh73,
  kKh74,
  kKh80,
  kKh81,
  kKh88,
  kKh92,
  kKh95,
  kKh108,
  kKh109,
};

inline constexpr int kFixCount = static_cast<int>(Fix::kKh109) + 1;

// The first of the states of KSM's code that had the mistake, and the first that has the repair;
// nothing if that is newer than all of them.
struct KsmSpan {
  KsmState born;
  std::optional<KsmState> since;
};

struct FixInfo {
  Fix fix;
  const char* id;      // "KH-22".
  const char* commit;  // The kernel's, or "" where it is not known.
  const char* story;   // What the repair changed, in one line.
  Generation born;     // The first that could have the mistake: those before are right without.
  // The first generation that has it; nothing if it is newer than all of them. Equal to `born` if
  // the mistake came and went between two generations.
  std::optional<Generation> since;
  // Why no scenario can show the mistake in this model, as a sentence; "" if one shows it.
  const char* unshown = "";
  // A piece of the design without which the repair has no place; nothing if each generation that
  // lacks the repair has a place for it.
  std::optional<Mechanism> needs = std::nullopt;
  // Of a repair that not all states of KSM's code lack, or have, as G0 does: which of them lack it.
  std::optional<KsmSpan> ksm = std::nullopt;
};

// Returns: every repair, in the order of their ids.
std::span<const FixInfo> Fixes();

const FixInfo& Info(Fix fix);

inline const char* Name(Fix fix) { return Info(fix).id; }

// Returns: the repair of that id; nothing if there is none.
std::optional<Fix> FindFix(std::string_view id);

// Returns: whether an unchanged kernel of this generation has the repair, or needs none because the
// mistake was not made yet.
bool Has(Generation generation, Fix fix);

// Likewise of G0 with KSM as it was in that state.
bool Has(KsmState state, Fix fix);

}  // namespace rmap

#endif  // RMAPCHECK_CORE_HISTORY_FIX_H_

// The states that KSM's code went through between its first release and 2.6.33, as a table.
//
// KSM came into the kernel while the generation before the chains, G0, was what the reverse mapping
// was. So its history is a second axis of that generation alone: "G0 at K4". Each state has what
// all before it brought; K11 is what G0 and every later generation have.
//
// The commits that repaired something are states as well, and what they repaired is a Fix
// (fix.h): `G0 at K1` is a kernel without those of later states. Those that changed the design are
// asked for by `kernel.Has(KsmState::kKeyhole)`.
//
// Source: the log of mm/ksm.c, "ksm: Kernel SamePage Merging" to "ksm: memory hotremove migration
// only". Commits between two of these states changed names, defaults and counters.
#ifndef RMAPCHECK_CORE_HISTORY_KSM_STATE_H_
#define RMAPCHECK_CORE_HISTORY_KSM_STATE_H_

#include <optional>
#include <span>
#include <string_view>

namespace rmap {

enum class KsmState {
  kFirstRelease,
  kLoopEndsOnOom,
  kExitTakesNoMutex,
  kNoExitTestInFaults,
  kStableNode,
  kNodeAndPage,
  kSwappable,
  kAnonVmaHeld,
  kKeyhole,
  kUpgradeInPlace,
  kRmapWalk,
  kMigratesOffline,
};

struct KsmStateInfo {
  KsmState state;
  const char* name;    // "K4".
  const char* commit;  // The one that made it.
  const char* title;   // Its subject, without "ksm: ".
  const char* story;   // What is different from the state before.
};

// Returns: every state, oldest first.
std::span<const KsmStateInfo> KsmStates();

const char* Name(KsmState state);

// Returns: the state of that name; nothing if there is none.
std::optional<KsmState> FindKsmState(std::string_view name);

inline constexpr KsmState kNewestKsmState = KsmState::kMigratesOffline;

}  // namespace rmap

#endif  // RMAPCHECK_CORE_HISTORY_KSM_STATE_H_

// The table of states: one row each, oldest first, so that a state is the number of its row. Names
// of states are what users write.
#include "core/history/ksm_state.h"

namespace rmap {
namespace {

using enum KsmState;

constexpr KsmStateInfo kStates[] = {
    {kFirstRelease, "K0", "31dbd01f31", "Kernel SamePage Merging",
     "equal pages become one of KSM's own, which is never swapped"},
    {kLoopEndsOnOom, "K1", "d952b79136", "fix endless loop on oom",
     "who makes a private copy again gives up when memory is out"},
    {kExitTakesNoMutex, "K2", "9ba6929480", "fix oom deadlock",
     "an exit no longer waits for ksmd's mutex; faults of a dying process fail"},
    {kNoExitTestInFaults, "K3", "1c2fb7a4c2", "fix deadlock with munlock in exit_mmap",
     "faults do not ask whether the process is dying; KSM is left before the pages are"},
    {kStableNode, "K4", "7b6ba2c7d3", "separate stable_node",
     "a node of the stable tree is a thing of its own, with a list of who shares it"},
    {kNodeAndPage, "K5", "08beca44df", "stable_node point to page and back",
     "a page of KSM names its node, and the node the page"},
    {kSwappable, "K6", "5ad6468801", "let shared pages be swappable",
     "a page of KSM is an anonymous page, and walks find its users"},
    {kAnonVmaHeld, "K7", "db114b83ab", "hold anon_vma in rmap_item",
     "who shares a page counts on its anon_vma, so that later children are found"},
    {kKeyhole, "K8", "4035c07a89", "take keyhole reference to page",
     "a node holds no reference to its page: whoever looks makes sure that it is still there"},
    {kUpgradeInPlace, "K9", "80e1482260", "share anon page without allocating",
     "the first of two equal pages becomes the shared one; before, it was a copy"},
    {kRmapWalk, "K10", "e9995ef978", "rmap_walk to remove_migation_ptes",
     "a page of KSM can move: what it was mapped by is found by KSM"},
    {kMigratesOffline, "K11", "62b61f611e", "memory hotremove migration only",
     "it moves only when its memory goes away, and ksmd waits meanwhile"},
};

}  // namespace

std::span<const KsmStateInfo> KsmStates() { return kStates; }

const char* Name(KsmState state) { return kStates[static_cast<int>(state)].name; }

std::optional<KsmState> FindKsmState(std::string_view name) {
  for (const KsmStateInfo& info : kStates) {
    if (name == info.name) return info.state;
  }
  return std::nullopt;
}

}  // namespace rmap

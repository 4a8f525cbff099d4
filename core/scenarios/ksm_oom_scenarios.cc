// Giving everybody back a page of his own takes memory, and there may be none: nobody may wait for
// somebody who waits for him, and nobody may try for ever.
#include "core/ksm/break_cow.h"
#include "core/mm/at_rest.h"
#include "core/mm/pressure.h"
#include "core/scenarios/ksm_equals.h"
#include "core/scenarios/scenarios.h"
#include "core/vmops/exit.h"
#include "core/vmops/mlock.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// There is no memory until a process has died, which was killed for that. Kernel: the OOM killer.
class OomVictim final : public MemoryPressure {
 public:
  explicit OomVictim(Mm& mm) : mm_(mm) {}

  // Order: acquire, and release below: what it had is free.
  void Relieve() override { is_dead_.WaitUntilEqual(true, ksync::acquire); }

  void Die() {
    Mmput(mm_);
    is_dead_.Store(true, ksync::release);
  }

 private:
  Mm& mm_;
  ksync::Atomic<bool> is_dead_{false, "victim.is_dead"};
};

// Everything is unmerged, which needs a page for the first process; the second is to die for it.
void KsmUnmergeVersusOomVictim(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  OomVictim victim(equals.second);
  equals.world.machine().UsePressure(&victim);
  equals.MeetUnmergeAll([&victim] { victim.Die(); });
  equals.world.machine().UsePressure(nullptr);
  CheckReads(equals.first, 0, kEqual);
  equals.Exit({&equals.first});
}

// Memory may run out while a process takes its pages out of merging.
void KsmUnmergeWithoutMemory(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  Patience patience;
  equals.world.machine().UsePressure(&patience);
  equals.world.FailAllocations(true);
  const bool done = equals.ksm.MadviseUnmergeable(equals.second, 0, 1);
  equals.world.FailAllocations(false);
  equals.world.machine().UsePressure(nullptr);
  const VmFlags flags = FindVma(Resting(equals.second), 0)->vm_flags.Read();
  const bool mergeable = (flags & kVmMergeable) != 0;
  ksync::Check(done != mergeable, "madvise did not do what it said");
  equals.CheckBothRead(kEqual, kEqual);
  equals.ExitBoth();
}

// A process that has locked memory, and never touched it, exits.
void KsmExitOfLocked(const Kernel& kernel) {
  World world(kernel);
  const Ksm ksm(world.machine());
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  const bool locked = Mlock(mm, 0, 1);
  ksync::Check(locked, "mlock found no memory");
  Patience patience;
  world.machine().UsePressure(&patience);
  Mmput(mm);
  world.machine().UsePressure(nullptr);
}

}  // namespace

std::vector<Scenario> KsmOomScenarios() {
  return {
      {.name = "KsmUnmergeVersusOomVictim",
       .claim = "Who needs memory to unmerge may wait until a process dies whose pages are merged.",
       .oracle = "Deadlock.",
       .run = KsmUnmergeVersusOomVictim,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh06, .violation = "deadlock", .state = KsmState::kLoopEndsOnOom}}},
      {.name = "KsmUnmergeWithoutMemory",
       .claim =
           "Where there is no memory to unmerge, madvise fails, and pages may be merged still.",
       .oracle = "The same page is asked for again and again.",
       .run = KsmUnmergeWithoutMemory,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh08,
                 .violation = "failed check",
                 .state = KsmState::kFirstRelease}}},
      {.name = "KsmExitOfLocked",
       .claim = "An exit lets its locked pages go, also those that it never had.",
       .oracle = "The same page is asked for again and again.",
       .run = KsmExitOfLocked,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh07,
                 .violation = "failed check",
                 .until_state = KsmState::kNoExitTestInFaults,
                 .state = KsmState::kExitTakesNoMutex}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

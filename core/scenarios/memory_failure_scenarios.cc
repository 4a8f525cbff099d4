// Is everybody found who uses a page whose memory has failed? Processes are on the task list here,
// because only they can be killed; who attaches and detaches them is the scenario.
#include <algorithm>

#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/memory_failure.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// A process on the task list, with one touched page.
Mm& TaskWith(World& world, Page& page) {
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  Touch(mm, 0, page);
  AttachTask(mm);
  return mm;
}

void ExitTask(Mm& mm) {
  DetachTask(mm);
  Mmput(mm);
}

bool Contains(const std::vector<const Mm*>& mms, const Mm& wanted) {
  return std::find(mms.begin(), mms.end(), &wanted) != mms.end();
}

// The page's only user exits.
void MemoryFailureVersusExit(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = TaskWith(world, page);

  ksync::Thread exit([&mm] { ExitTask(mm); }, "exit");
  const std::vector<const Mm*> killed = MemoryFailure(page);
  exit.Join();

  ksync::Check(killed.size() <= 1, "a process is killed that does not use the page");
  ksync::Check(!PageMapped(page), "a page is mapped when its only user is gone");
}

// The page's only user forks.
void MemoryFailureVersusFork(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& parent = TaskWith(world, page);

  Mm* child = nullptr;
  ksync::Thread fork(
      [&] {
        child = DupMm(parent);
        AttachTask(*child);
      },
      "fork");
  const std::vector<const Mm*> killed = MemoryFailure(page);
  fork.Join();

  ksync::Check(Contains(killed, parent), "a process that uses a bad page is not killed");
  ksync::Check(!PageMapped(page), "a bad page is still mapped");
  Validate({&parent, child});
  ExitTask(*child);
  ExitTask(parent);
}

}  // namespace

std::vector<Scenario> MemoryFailureScenarios() {
  return {
      {.name = "MemoryFailureVersusExit",
       .claim = "A process may exit while it is written down to be killed.",
       .oracle = "A use after free, or a deadlock: the walk holds the task list and the anon_vma's "
                 "lock, and touches processes and VMAs that exit takes off both.",
       .run = MemoryFailureVersusExit,
       .default_generation = Generation::kG3},
      {.name = "MemoryFailureVersusFork",
       .claim = "A bad page is unmapped everywhere, even if a user forks meanwhile.",
       .oracle = "The page is asked at the end whether it is mapped. A child is linked before its "
                 "ptes are copied, and behind its parent: a walk that misses the child came before "
                 "the copy, and took the page from the parent.",
       .run = MemoryFailureVersusFork,
       .default_generation = Generation::kG3},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

// Can one thread hold every rmap lock of an mm, and does that keep walks out? The walk is a
// migration's second, because that is the one which must not see less than there is.
#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/all_locks.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Calls act() while all locks of the mm are held.
template <typename Act>
void UnderAllLocks(Mm& mm, Act act) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  MmTakeAllLocks(mm);
  act();
  MmDropAllLocks(mm);
}

// A page that a child has inherited is migrated while all locks of the child are held. What nobody
// may see is, for want of a real one, a VMA that is empty for a moment.
void TakeAllLocksVersusWalk(const Kernel& kernel) {
  World world(kernel);
  Page& from = world.AddPage();
  Page& to = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, from);
  Mm& child = *DupMm(parent);
  Vma& vma = *FindVma(child, 0);
  Migration migration(from, to);
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");

  ksync::Thread other(
      [&child, &vma] {
        UnderAllLocks(child, [&vma] {
          vma.vm_end.Write(0);
          vma.vm_end.Write(1);
        });
      },
      "all locks");
  migration.Finish();
  other.Join();

  Touch(child, 0, world.AddPage());
  Validate({&parent, &child});
  Mmput(child);
  Mmput(parent);
}

// A child's locks are taken while its parent, whose anon_vma is one of them, forks again; then
// another child's.
void TakeAllLocksVersusFork(const Kernel& kernel) {
  World world(kernel);
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, world.AddPage());
  Mm& first = *DupMm(parent);

  Mm* second = nullptr;
  ksync::Thread fork(
      [&] {
        second = DupMm(parent);
        UnderAllLocks(*second, [] {});
      },
      "fork");
  UnderAllLocks(first, [] {});
  fork.Join();

  Validate({&parent, &first, second});
  Mmput(*second);
  Mmput(first);
  Mmput(parent);
}

}  // namespace

std::vector<Scenario> AllLocksScenarios() {
  return {
      {.name = "TakeAllLocksVersusWalk",
       .claim = "While all locks of an mm are held, no walk visits it, not even for a page that it "
                "has inherited.",
       .oracle = "The page is touched at the end, and must not be found under a migration entry "
                 "whose page is not locked: the second walk saw the VMA in the state in which the "
                 "holder of all locks had it.",
       .run = TakeAllLocksVersusWalk,
       .default_generation = Generation::kG3},
      {.name = "TakeAllLocksVersusFork",
       .claim = "All locks of an mm can be taken while relatives fork, or take all of theirs.",
       .oracle = "A deadlock, a data race on a list or on the marks of what is taken, or lock "
                 "misuse. Each holds several anon_vma locks at once, some of them the same, in an "
                 "order that only the chain decides.",
       .run = TakeAllLocksVersusFork,
       .default_generation = Generation::kG3},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

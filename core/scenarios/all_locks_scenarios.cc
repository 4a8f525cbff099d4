// Can one thread hold every rmap lock of an mm, and does that keep walks out? The walk is a
// migration's second, because that is the one which must not see less than there is.
#include "core/mm/file.h"
#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/all_locks.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"
#include "core/vmops/split.h"

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

void MapFile(File& file, Vma& vma) {
  GetFile(file);
  vma.vm_file.Write(&file);
  VmaLinkFile(file.f_mapping, vma.shared_node);
}

// All locks of a process are taken while its child cuts a VMA in two. It is a private mapping of a
// file, so that the two VMAs have one file and, but for G1 to G4, one anon_vma lock.
void TakeAllLocksVersusAdjust(const Kernel& kernel) {
  World world(kernel);
  File& file = *ksync::New<File>(world.machine());
  Mm& parent = world.NewMm();
  Vma* const vma = MmapAnonymous(parent, 0, 2);
  Touch(parent, 0, world.AddPage());
  Mm& child = *DupMm(parent);
  Vma* const copy = FindVma(child, 0);
  MapFile(file, *vma);
  MapFile(file, *copy);

  ksync::Thread split(
      [&child, copy] {
        const ksync::Guard mmap_sem(child.mmap_sem);
        const bool done = SplitVma(*copy, 1, NewVma::kBelow);
        ksync::Check(done, "a split found no memory");
      },
      "split");
  UnderAllLocks(parent, [] {});
  split.Join();

  Validate({&parent, &child});
  Mmput(child);
  Mmput(parent);
  Fput(file, PutPage);
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
      {.name = "TakeAllLocksVersusAdjust",
       .claim = "All locks of an mm can be taken while a relative moves a boundary.",
       .oracle = "A deadlock: with one pass over the VMAs the anon_vma's lock is taken before the "
                 "file's, and vma_adjust takes the file's before the anon_vma's. From G1 to G4 it "
                 "takes no anon_vma lock at all.",
       .run = TakeAllLocksVersusAdjust,
       .default_generation = Generation::kG0,
       .bugs = {{.fix = Fix::kKh02, .violation = "deadlock"},
                {.fix = Fix::kKh19,
                 .violation = "failed check",
                 .shown = false,
                 .generation = Generation::kG1}},
       .expectations = {{"G5..G9 without KH-02", "deadlock"},
                        {"G1..G2 without KH-02", "failed check"},
                        {"G3..G4 without KH-02"}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

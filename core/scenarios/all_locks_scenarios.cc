// Can one thread hold every rmap lock of an mm, and does that keep walks out? Who needs it is
// mmu_notifier_register(); of listeners nothing else is modelled.
#include "core/mm/file.h"
#include "core/rmap/page_lock.h"
#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/all_locks.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
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

// A listener registers with a child (mmu_notifier_register()): it must not miss the end of what a
// walk does that asked before whether anybody listens. The walk comes from an inherited page.
void TakeAllLocksVersusWalk(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& parent = world.NewMm();
  MmapAnonymous(parent, 0, 1);
  Touch(parent, 0, page);
  Mm& child = *DupMm(parent);
  ksync::Plain<bool> listens{false, "mm.mmu_notifier_mm"};

  ksync::Thread other(
      [&child, &listens] { UnderAllLocks(child, [&listens] { listens.Write(true); }); },
      "all locks");
  const LockedAnonVma locked = PageLockAnonVma(page);
  const bool listened = listens.Read();
  ksync::Check(listened == listens.Read(), "a listener came during a walk");
  PageUnlockAnonVma(page, locked);
  other.Join();

  ExitAll(world, {&child, &parent});
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
  Vma* const copy = FindVma(Resting(child), 0);
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

// Two strangers map the same two files, each in the order the other does not, and take all their
// locks. What keeps the one from waiting for the other is mm_all_locks_mutex.
void TakeAllLocksOfTwoFiles(const Kernel& kernel) {
  World world(kernel);
  File& lower = *ksync::New<File>(world.machine());
  File& upper = *ksync::New<File>(world.machine());
  Mm& one = world.NewMm();
  Mm& other = world.NewMm();
  MmapFile(one, lower, 0, 1, 0);
  MmapFile(one, upper, 1, 2, 0);
  MmapFile(other, upper, 0, 1, 0);
  MmapFile(other, lower, 1, 2, 0);

  ksync::Thread thread([&other] { UnderAllLocks(other, [] {}); }, "all locks");
  UnderAllLocks(one, [] {});
  thread.Join();

  Validate({&one, &other});
  Mmput(other);
  Mmput(one);
  Fput(upper, PutPage);
  Fput(lower, PutPage);
}

}  // namespace

std::vector<Scenario> AllLocksScenarios() {
  return {
      {.name = "TakeAllLocksVersusWalk",
       .claim = "While all locks of an mm are held, no walk visits it, not even for a page that it "
                "has inherited.",
       .oracle = "A data race: who listens to an mm is stored under all its locks, and asked by "
                 "walks under one.",
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
      {.name = "TakeAllLocksOfTwoFiles",
       .claim = "All locks of two mms can be taken that map two files in opposite orders.",
       .oracle = "A deadlock: each holds one file's lock and asks for the other's.",
       .run = TakeAllLocksOfTwoFiles,
       .default_generation = Generation::kG3},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

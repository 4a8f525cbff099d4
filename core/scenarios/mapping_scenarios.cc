// Operations on mappings that fail half-way, and what VMAs hold besides pages: files, policies,
// drivers that want to hear of them. All sequential: one operation with its errors is enough.
#include "core/mm/file.h"
#include "core/mm/mempolicy.h"
#include "core/rmap/validate.h"
#include "core/rmap/validate_change.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/mbind.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mlock.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mprotect.h"
#include "core/vmops/munmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

int VmaCount(const Mm& mm) {
  int count = 0;
  for (const Vma* vma = FirstVma(Resting(mm)); vma != nullptr; vma = NextVma(Resting(mm), *vma))
    ++count;
  return count;
}

// Requires: allocations do not fail.
void Bind(Mm& mm, VirtualPage start, VirtualPage end, const Mempolicy& policy) {
  const bool done = Mbind(mm, start, end, policy);
  ksync::Check(done, "mbind found no memory");
}

// The first of three VMAs is to swallow the others; only the last was ever touched.
void MergeTwoOutOfMemory(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1, kVmAccess);
  MmapAnonymous(mm, 1, 2, kVmRead);
  MmapAnonymous(mm, 2, 3, kVmAccess);
  Touch(mm, 2, world.AddPage());

  world.FailAllocations(true);
  const bool done = Mprotect(mm, 1, 2, kVmAccess);
  world.FailAllocations(false);

  const bool changed = FindVma(Resting(mm), 1)->vm_page_prot.Read() == kVmAccess;
  ksync::Check(done == changed, "mprotect did not do what it says");
  Mmput(mm);
}

// A touched VMA is to give its tail to the next, which was never touched and so needs a link.
void MergeOneOutOfMemory(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2, kVmAccess);
  MmapAnonymous(mm, 2, 3, kVmRead);
  Touch(mm, 1, world.AddPage());
  const Snapshot before({&mm});

  world.FailAllocations(true);
  const bool done = Mprotect(mm, 1, 2, kVmRead);
  world.FailAllocations(false);

  if (!done) CheckUnbroken(before.BrokenBy("mprotect"));
  const bool changed = FindVma(Resting(mm), 1)->vm_page_prot.Read() == kVmRead;
  ksync::Check(done == changed, "mprotect did not do what it says");
  Validate({&mm});
  Mmput(mm);
}

// Moves a page at rest. The second walk visits every VMA on the anon_vma's list.
void Migrate(Page& from, Page& to) {
  Migration migration(from, to);
  const bool all_found = migration.Begin();
  ksync::Check(all_found, "a walk missed a mapping of a page at rest");
  migration.Finish();
}

// vma_adjust fails in a split, which it never does; then the page is migrated.
void SplitFailureForced(const Kernel& kernel) {
  World world(kernel);
  Page& page = world.AddPage();
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2);
  Touch(mm, 1, page);

  const Snapshot before({&mm});
  world.FailTheInfallible(true);
  const bool done = Mprotect(mm, 1, 2, kVmRead);
  world.FailTheInfallible(false);

  if (!done) CheckUnbroken(before.BrokenBy("a split"));
  Migrate(page, world.AddPage());
  Mmput(mm);
}

// A driver that holds the file once more for each VMA.
void OpenHolding(Vma& vma) { GetFile(*vma.vm_file.Read()); }
void CloseHolding(Vma& vma) { Fput(*vma.vm_file.Read(), PutPage); }
constexpr VmOperations kHolding = {OpenHolding, CloseHolding};

// Maps three pages of a new file, of whose references the caller has none. The driver opens the
// first VMA itself.
void MapHeldFile(World& world, Mm& mm) {
  File* const file = ksync::New<File>(world.machine());
  MmapRegion(mm, {.start = 0, .end = 3, .file = file, .ops = &kHolding});
}

// The middle of a file's mapping, which has a policy, is protected or unmapped, while anything may
// fail.
void SplitGivesBackReferences(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  Mempolicy* const policy = MpolNew(1);
  MapHeldFile(world, mm);
  Bind(mm, 0, 3, *policy);
  MpolPut(policy);
  const Snapshot before({&mm}, Cuts::kAreNotSeen);

  world.FailAllocations(true);
  world.FailTheInfallible(true);
  const bool unmaps = ksync::Choose(2, "munmap") == 1;
  const bool done = unmaps ? Munmap(mm, 1, 2) : Mprotect(mm, 1, 2, kVmRead);
  world.FailAllocations(false);
  world.FailTheInfallible(false);

  const Vma* const middle = FindVma(Resting(mm), 1);
  const bool changed = middle == nullptr || middle->vm_page_prot.Read() == kVmRead;
  ksync::Check(done == changed, "an operation did not do what it says");
  if (!done) CheckUnbroken(before.BrokenBy("a split"));
  Validate({&mm});
  Mmput(mm);
}

// One of three touched pages is unmapped: the middle one takes two splits.
void MunmapOutOfMemory(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 3);
  for (VirtualPage address = 0; address < 3; ++address) Touch(mm, address, world.AddPage());
  const VirtualPage page = ksync::Choose(3, "page");
  const Snapshot before({&mm}, page == 1 ? Cuts::kAreNotSeen : Cuts::kAreSeen);

  world.FailAllocations(true);
  const bool done = Munmap(mm, page, page + 1);
  world.FailAllocations(false);

  if (!done) CheckUnbroken(before.BrokenBy("munmap"));
  ksync::Check(done == (FindVma(Resting(mm), page) == nullptr), "munmap did not do what it says");
  Validate({&mm});
  Mmput(mm);
}

// A gap behind the heap is closed, so that the heap, which was never touched, swallows a VMA that
// was; by mmap or by the heap's own growth. Or the heap gives back one of its two pages.
enum class Mapping { kMmap, kBrkUp, kBrkDown, kCount };

bool Map(Mm& mm, Mapping how) {
  if (how == Mapping::kMmap) return MmapRegion(mm, {.start = 1, .end = 2}) != nullptr;
  return Brk(mm, 0, how == Mapping::kBrkUp ? 2 : 1);
}

void MapOutOfMemory(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  const auto how =
      static_cast<Mapping>(ksync::Choose(static_cast<std::uint32_t>(Mapping::kCount), "how"));
  const bool has_heap = Brk(mm, 0, how == Mapping::kBrkDown ? 2 : 1);
  ksync::Check(has_heap, "brk found no memory");
  MmapAnonymous(mm, 2, 3, how == Mapping::kBrkDown ? kVmRead : kVmAccess);
  Touch(mm, 2, world.AddPage());
  const Snapshot before({&mm});

  world.FailAllocations(true);
  const bool done = Map(mm, how);
  world.FailAllocations(false);

  if (!done) CheckUnbroken(before.BrokenBy("mmap or brk"));
  const bool mapped = FindVma(Resting(mm), 1) != nullptr;
  ksync::Check(mapped == (done != (how == Mapping::kBrkDown)), "a mapping is not as reported");
  Validate({&mm});
  Mmput(mm);
}

// A VMA gets the policy of the one before, and is merged into it, while its page waits to be moved.
void MbindQueueVersusMerge(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  Mempolicy* const policy = MpolNew(1);
  MmapAnonymous(mm, 0, 1);
  MmapAnonymous(mm, 1, 2);
  Touch(mm, 0, world.AddPage());
  Touch(mm, 1, world.AddPage());
  Bind(mm, 0, 1, *policy);

  Bind(mm, 1, 2, *policy);

  MpolPut(policy);
  ksync::Check(VmaCount(mm) == 1, "VMAs of equal policy were not merged");
  Validate({&mm});
  Mmput(mm);
}

// Two mappings of a file, beside each other, get one policy, and their pages are to move.
void MbindOfTwoMappings(const Kernel& kernel) {
  World world(kernel);
  File& file = *ksync::New<File>(world.machine());
  Mm& mm = world.NewMm();
  Mempolicy* const policy = MpolNew(1);
  MmapFile(mm, file, 0, 1, 0, kVmAccess);
  MmapFile(mm, file, 1, 2, 1, kVmRead);
  Touch(mm, 0, Access::kRead);
  Touch(mm, 1, Access::kRead);

  Bind(mm, 0, 2, *policy);

  for (VirtualPage address : {0, 1}) {
    const bool bound = MpolEqual(FindVma(Resting(mm), address)->vm_policy.Read(), policy);
    ksync::Check(bound, "a VMA has another policy than mbind gave it");
  }
  MpolPut(policy);
  Validate({&mm});
  Mmput(mm);
  Fput(file, PutPage);
}

// What two neighbours differ in, apart from their rights.
enum class Difference { kNone, kOnePolicy, kPolicyMode, kOneFile, kClose, kLocked, kCount };

void MapNeighbours(World& world, Mm& mm, Difference what) {
  File* const file = ksync::New<File>(world.machine());
  Mempolicy* const policy = MpolNew(1);
  Mempolicy* const other = MpolNew(2);
  const VmOperations* const ops = what == Difference::kClose ? &kHolding : nullptr;
  File* const first = what == Difference::kOneFile ? nullptr : file;
  const VmFlags more = what == Difference::kLocked ? kVmLocked : 0;
  if (ops != nullptr) GetFile(*file);  // The driver's first open, of each VMA.
  if (ops != nullptr) GetFile(*file);
  MmapRegion(mm, {.start = 0, .end = 1, .flags = kVmAccess | more, .file = first, .ops = ops});
  MmapRegion(mm, {.start = 1, .end = 2, .flags = kVmRead, .file = file, .pgoff = 1, .ops = ops});
  if (what != Difference::kOnePolicy) Bind(mm, 0, 1, *policy);
  Bind(mm, 1, 2, what == Difference::kPolicyMode ? *other : *policy);
  MpolPut(other);
  MpolPut(policy);
  Fput(*file, PutPage);
}

void MergeRefusesStrangers(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  const std::uint32_t count = static_cast<std::uint32_t>(Difference::kCount);
  const Difference what = static_cast<Difference>(ksync::Choose(count, "difference"));
  MapNeighbours(world, mm, what);

  Protect(mm, 1, 2, kVmAccess);

  const int expected = what == Difference::kNone ? 1 : 2;
  ksync::Check(VmaCount(mm) == expected, "VMAs were merged that are unlike, or alike and not");
  ExitAll(world, {&mm});
}

// What was split is joined again, by mlock and munlock, and by moving the end of the heap.
void LockUnlockAndBrk(const Kernel& kernel) {
  World world(kernel);
  Mm& mm = world.NewMm();
  bool done = Brk(mm, 0, 3);
  for (VirtualPage address = 0; address < 3; ++address) Touch(mm, address, world.AddPage());
  done = Mlock(mm, 1, 2) && done;
  ksync::Check(VmaCount(mm) == 3, "mlock did not split");
  done = Munlock(mm, 1, 2) && done;
  ksync::Check(VmaCount(mm) == 1, "munlock did not merge");
  done = Brk(mm, 0, 1) && done;
  done = Brk(mm, 0, 2) && done;
  ksync::Check(done && VmaCount(mm) == 1, "the heap did not grow in one piece");
  Touch(mm, 1, world.AddPage());
  Validate({&mm});
  Mmput(mm);
}

std::vector<Scenario> FailureScenarios() {
  return {
      {.name = "MergeTwoOutOfMemory",
       .claim = "When a merge that swallows two VMAs runs out of memory, nothing has changed.",
       .oracle = "Use after free: the first VMA was freed before the chain of the second could "
                 "not be cloned; the caller, told that nothing was merged, goes on with the one "
                 "it had. In the newest kernels also a BUG at exit (KH-67). Before 2.6.34 the "
                 "wrong chain was cloned, an empty one, for which memory always suffices.",
       .run = MergeTwoOutOfMemory,
       .bugs = {{.fix = Fix::kKh27, .violation = "use after free", .generation = Generation::kG3},
                {.fix = Fix::kKh67, .violation = "failed check", .shown = false}}},
      {.name = "MergeOneOutOfMemory",
       .claim = "When a VMA that is to get pages cannot be linked to their anon_vma, nothing has "
                "changed.",
       .oracle = "Rule I9 broken. In the newest kernels also rule C5: a clone that failed was "
                 "counted down without having been counted (KH-67). (mprotect goes on without the "
                 "merge, and may run out of memory again.) Sequential.",
       .run = MergeOneOutOfMemory,
       .bugs = {{.fix = Fix::kKh67, .violation = "failed check", .shown = false}}},
      {.name = "SplitFailureForced",
       .claim = "A split whose vma_adjust fails leaves everything as it was.",
       .oracle =
           "Crash: close is called through the operations of a VMA that has none. Use after "
           "free: the walk of a migration finds the new VMA, which was freed, on the anon_vma's "
           "list; in a tree it does not look there, and a link is leaked. vma_adjust cannot fail "
           "in a split: the error is forced.",
       .run = SplitFailureForced,
       .since = Generation::kG1,
       .default_generation = Generation::kG1,
       .bugs = {{.fix = Fix::kKh23, .violation = "crash"},
                {.fix = Fix::kKh24, .violation = "use after free", .until = Generation::kG7},
                {.fix = Fix::kKh24, .violation = "leak", .from = Generation::kG8, .shown = false}}},
      {.name = "MunmapOutOfMemory",
       .claim = "munmap that runs out of memory says so, and has unmapped nothing.",
       .oracle = "Rule I9 broken, but that a VMA which is cut in two counts as one, where two cuts "
                 "are needed. A page is mapped though munmap reported success: the failure of the "
                 "clone was "
                 "not handed on (KH-33). Or a BUG at exit: a clone that failed was counted down "
                 "without having been counted (KH-67).",
       .run = MunmapOutOfMemory,
       .bugs = {{.fix = Fix::kKh33, .violation = "failed check", .generation = Generation::kG8},
                {.fix = Fix::kKh67, .violation = "failed check"}}},
      {.name = "MapOutOfMemory",
       .claim = "mmap and brk that run out of memory have mapped nothing, and unmapped nothing.",
       .oracle = "Rule I9 broken, the end of the heap included. Or a BUG at exit: a clone that "
                 "failed was counted down without having been counted (KH-67). Sequential.",
       .run = MapOutOfMemory,
       .bugs = {{.fix = Fix::kKh67, .violation = "failed check", .shown = false},
                {.fix = Fix::kKh17, .violation = "failed check", .shown = false}}},
  };
}

}  // namespace

std::vector<Scenario> MappingScenarios() {
  std::vector<Scenario> all = FailureScenarios();
  const std::vector<Scenario> others = {
      {.name = "SplitGivesBackReferences",
       .claim = "A split that fails at any step gives back its policy, its file and its driver.",
       .oracle = "A leak, a use after free, or a count below zero. The file's driver holds the "
                 "file once more for each VMA, so that a forgotten open or close shows.",
       .run = SplitGivesBackReferences},
      {.name = "MbindQueueVersusMerge",
       .claim = "mbind finds the VMA of each page it moves, whatever it has merged before.",
       .oracle = "Use after free: the VMA in which the pages were found is asked for its policy "
                 "after it was merged into the one before.",
       .run = MbindQueueVersusMerge,
       .default_generation = Generation::kG3,
       .bugs = {{.fix = Fix::kKh63, .violation = "use after free"}}},
      {.name = "MbindOfTwoMappings",
       .claim = "mbind finds the VMA of each page it moves, whichever of the range that is.",
       .oracle =
           "A BUG of the kernel's own: an address was asked of a VMA that does not contain the "
           "page. All pages were looked for in the first VMA of the range. (For anonymous "
           "pages it asked for another policy than theirs, which nothing here can see.)",
       .run = MbindOfTwoMappings,
       .default_generation = Generation::kG0,
       .bugs = {{.fix = Fix::kKh05, .violation = "failed check"}}},
      {.name = "MergeRefusesStrangers",
       .claim = "VMAs are merged exactly if flags, file and policy agree and no driver objects.",
       .oracle = "The VMAs are counted; a reference too many or too few is a leak or a use after "
                 "free.",
       .run = MergeRefusesStrangers},
      {.name = "LockUnlockAndBrk",
       .claim = "What mlock has split munlock joins; a heap that grows stays one VMA.",
       .oracle = "The VMAs are counted, and the rules must hold at the end.",
       .run = LockUnlockAndBrk},
  };
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace rmap::inline KSYNC_BACKEND

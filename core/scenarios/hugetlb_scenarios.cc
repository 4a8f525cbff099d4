// Files of hugetlbfs: do processes share a page table, and what may be locked when one is
// allocated?
#include "core/mm/file.h"
#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/all_locks.h"
#include "core/vmops/exit.h"
#include "core/vmops/file_map.h"
#include "core/vmops/hugetlb.h"
#include "core/vmops/mmap.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

File& NewHugetlbFile(World& world) {
  return *ksync::New<File>(world.machine(), FileKind::kHugetlb);
}

// Requires: allocations do not fail.
void TouchHugetlb(Mm& mm, VirtualPage address) {
  const bool done = HugetlbFault(mm, address);
  ksync::Check(done, "a fault found no memory, or no VMA");
}

// Returns: the page table of what is mapped there. Requires: nothing moves.
const SharedTable* TableAt(const Mm& mm, VirtualPage address) {
  return FindVma(Resting(mm), address)->shared_table.Read();
}

// Memory is short, and what can be reclaimed is the first page of a file.
class OneFilePage final : public MemoryPressure {
 public:
  explicit OneFilePage(File& file) : file_(file) {}

  void Relieve() override {
    Page* const page = GetFilePage(file_, 0);
    if (page == nullptr) return;
    ShrinkFilePage(*page);
    PutPage(*page);
  }

 private:
  File& file_;
};

// A listener registers with a process that maps an ordinary file and one of hugetlbfs, in that
// order. Another process touches the file of hugetlbfs, and its page table costs the page that the
// first has of the other file.
void TakeAllLocksVersusHugetlbFault(const Kernel& kernel) {
  World world(kernel);
  File& ordinary = *ksync::New<File>(world.machine());
  File& huge = NewHugetlbFile(world);
  Mm& one = world.NewMm();
  Mm& other = world.NewMm();
  MmapFile(one, ordinary, 0, 1, 0);
  MmapFile(one, huge, 1, 2, 0);
  MmapFile(other, huge, 0, 1, 0);
  Touch(one, 0, Access::kRead);
  OneFilePage pressure(ordinary);
  world.machine().UsePressure(&pressure);

  ksync::Thread fault([&other] { TouchHugetlb(other, 0); }, "fault");
  {
    const ksync::Guard mmap_sem(one.mmap_sem);
    MmTakeAllLocks(one);
    MmDropAllLocks(one);
  }
  fault.Join();
  world.machine().UsePressure(nullptr);

  const bool reclaimed = GetFilePage(ordinary, 0) == nullptr;
  ksync::Check(reclaimed, "a page was not reclaimed that nobody used");
  Validate({&one, &other});
  Mmput(other);
  Mmput(one);
  Fput(huge, PutPage);
  Fput(ordinary, PutPage);
}

// Two processes touch one file of hugetlbfs for the first time, and a third one does later.
void HugetlbFaultsShareATable(const Kernel& kernel) {
  World world(kernel);
  File& huge = NewHugetlbFile(world);
  Mm& one = world.NewMm();
  MmapFile(one, huge, 0, 1, 0);
  Mm& other = *DupMm(one);
  Mm& third = *DupMm(one);

  ksync::Thread fault([&other] { TouchHugetlb(other, 0); }, "fault");
  TouchHugetlb(one, 0);
  fault.Join();
  TouchHugetlb(third, 0);
  const SharedTable* const table = TableAt(third, 0);
  const bool one_has_it = table == TableAt(one, 0);
  const bool other_has_it = table == TableAt(other, 0);
  ksync::Check(one_has_it || other_has_it, "a page table is not shared");
  const bool all_have_it = one_has_it && other_has_it;
  const bool may_differ = !world.machine().Has(Mechanism::kHugetlbAllocatesLocked);
  ksync::Check(all_have_it || may_differ, "two faults did not find each other's page table");

  Mmput(third);
  Mmput(other);
  Mmput(one);
  Fput(huge, PutPage);
}

// A process touches a file of hugetlbfs while the only other one that has it exits.
void HugetlbFaultVersusExit(const Kernel& kernel) {
  World world(kernel);
  File& huge = NewHugetlbFile(world);
  Mm& one = world.NewMm();
  MmapFile(one, huge, 0, 1, 0);
  Mm& other = *DupMm(one);
  TouchHugetlb(other, 0);

  ksync::Thread exit([&other] { Mmput(other); }, "exit");
  TouchHugetlb(one, 0);
  exit.Join();
  ksync::Check(TableAt(one, 0)->vmas.Read() == 1, "a page table counts a VMA that is gone");

  Mmput(one);
  Fput(huge, PutPage);
}

// Two threads of one process touch it, and memory may run out.
void HugetlbFaultsOfOneProcess(const Kernel& kernel) {
  World world(kernel);
  File& huge = NewHugetlbFile(world);
  Mm& mm = world.NewMm();
  MmapFile(mm, huge, 0, 1, 0);
  world.FailAllocations(true);
  bool done = false;
  ksync::Thread fault([&] { done = HugetlbFault(mm, 0); }, "fault");
  const bool also_done = HugetlbFault(mm, 0);
  fault.Join();
  world.FailAllocations(false);
  const bool there = TableAt(mm, 0) != nullptr;
  ksync::Check(there == (done || also_done), "a page table is there exactly if one was made");

  Mmput(mm);
  Fput(huge, PutPage);
}

}  // namespace

std::vector<Scenario> HugetlbScenarios() {
  return {
      {.name = "TakeAllLocksVersusHugetlbFault",
       .claim = "All locks of an mm can be taken while somebody who touches a file of hugetlbfs "
                "must reclaim memory.",
       .oracle = "A deadlock: the fault holds that file's lock, allocates a page table, and "
                 "reclaims a page of another file, whose lock it asks for; who takes all locks has "
                 "that one and asks for the first. Until 3.6 the fault holds nothing then.",
       .run = TakeAllLocksVersusHugetlbFault,
       .bugs = {{.fix = Fix::kKh68, .violation = "deadlock"}}},
      {.name = "HugetlbFaultsShareATable",
       .claim = "Who touches a file of hugetlbfs gets a page table that somebody has already; from "
                "3.6 on also if two do so at once.",
       .oracle = "The tables are compared. A use after free or a leak, if they are miscounted.",
       .run = HugetlbFaultsShareATable},
      {.name = "HugetlbFaultVersusExit",
       .claim = "A page table may be shared while one who has it exits.",
       .oracle = "Use after free, a leak, or a wrong count.",
       .run = HugetlbFaultVersusExit},
      {.name = "HugetlbFaultsOfOneProcess",
       .claim = "Of two threads that touch a file of hugetlbfs at once one brings the page table, "
                "and the other gives back what it brought; also if memory runs out.",
       .oracle = "A leak, or a fault that says it found memory and left no table.",
       .run = HugetlbFaultsOfOneProcess},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

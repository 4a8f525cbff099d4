// Steps that most scenarios take: an operation, and the check that it had enough memory. Scenarios
// about failing allocations call the operations themselves.
#include "core/scenarios/steps.h"

#include "core/rmap/validate_change.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mprotect.h"
#include "core/vmops/munmap.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {

void Touch(Mm& mm, VirtualPage address, Page& fresh) {
  const bool done = HandlePageFault(mm, address, Access::kRead, &fresh);
  ksync::Check(done, "a fault found no memory, or no VMA");
}

void Protect(Mm& mm, VirtualPage start, VirtualPage end, Rights rights) {
  const bool done = Mprotect(mm, start, end, rights);
  ksync::Check(done, "mprotect found no memory");
}

void Unmap(Mm& mm, VirtualPage start, VirtualPage end) {
  const bool done = Munmap(mm, start, end);
  ksync::Check(done, "munmap found no memory");
}

void Touch(Mm& mm, VirtualPage address, Access access) {
  const bool done = HandlePageFault(mm, address, access);
  ksync::Check(done, "a fault found no memory, or no VMA");
}

void Store(Mm& mm, VirtualPage address, std::uint32_t value) {
  const bool done = UserWrite(mm, address, value);
  ksync::Check(done, "a write found no memory, or no VMA");
}

std::uint32_t Load(Mm& mm, VirtualPage address) {
  const std::optional<std::uint32_t> value = UserRead(mm, address);
  ksync::Check(value.has_value(), "a read found no memory, or no VMA");
  return *value;
}

void CheckReads(Mm& mm, VirtualPage address, std::uint32_t written, ksync::Site site) {
  const std::uint32_t read = Load(mm, address);
  CheckUnbroken(BrokenRead(read, written), site);
}

void CheckForkOrder(const Mm& parent, const Mm& child, ksync::Site site) {
  CheckUnbroken(BrokenForkOrder(parent, child), site);
}

Mm& NewWriter(World& world) {
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 1);
  Store(mm, 0, kParents);
  return mm;
}

void WriterAndChild::CheckBothRead(std::uint32_t parents, std::uint32_t childs,
                                   ksync::Site site) const {
  CheckReads(parent, 0, parents, site);
  CheckReads(*child, 0, childs, site);
}

void Evict(Mm& mm, VirtualPage address) {
  const bool done = SwapOut(mm, address);
  ksync::Check(done, "a page at rest was not reclaimed");
}

void ExitAll(World& world, AllMms mms, ksync::Site site) {
  AtRest(world, mms, site);
  for (Mm* mm : mms) Mmput(*mm);
  const Machine& machine = world.machine();
  ReclaimSwapCache(machine);
  const std::uint32_t used = machine.swap().SlotsInUse();
  ksync::Check(used == 0, "a swap slot is used by nobody");
}

void AtRest(const World& world, AllMms mms, ksync::Site site) {
  Validate(mms, site);
  for (const Page* page : world.pages()) CheckUnbroken(BrokenRuleOfPage(mms, *page), site);
}

}  // namespace rmap::inline KSYNC_BACKEND

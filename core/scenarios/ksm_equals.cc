// Everything here happens while one thread runs; what threads do is the scenarios'.
// At the end ksmd goes round twice: the round that is under way does not come to everybody.
#include "core/scenarios/ksm_equals.h"

#include "core/mm/at_rest.h"
#include "core/vmops/exit.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {

Mm& NewMergeable(World& world, Ksm& ksm) {
  Mm& mm = world.NewMm();
  const bool huge = world.machine().HasHugePages();
  const VirtualPage end = huge ? kHpagePmdNr : 1;
  MmapAnonymous(mm, 0, end, huge ? kVmAccess | kVmHugepage : kVmAccess);
  const bool registered = ksm.MadviseMergeable(mm, 0, end);
  ksync::Check(registered, "madvise found no memory");
  return mm;
}

Mm& NewMergeableWriter(World& world, Ksm& ksm, std::uint32_t value) {
  Mm& mm = NewMergeable(world, ksm);
  Store(mm, 0, value);
  return mm;
}

void CheckNotMerged(const Mm& mm, ksync::Site site) {
  const Pte pte = Resting(mm).page_table[0].Read();
  const bool merged = IsKsm(pte.page().mapping.Read());
  ksync::Check(!merged, "a page is merged where none may be", site);
}

void Equals::CheckUnmergesAll() {
  const bool done = ksm.UnmergeAll();
  ksync::Check(done, "unmerging found no memory");
}

void Equals::Merge() {
  ksm.DoScan(2);
  const int shared = ksm.counters().pages_shared.Read();
  const int sharing = ksm.counters().pages_sharing.Read();
  ksync::Check(shared == 1 && sharing == 1, "two equal pages at rest were not merged");
}

void Equals::CheckBothRead(std::uint32_t first_value, std::uint32_t second_value,
                           ksync::Site site) const {
  CheckReads(first, 0, first_value, site);
  CheckReads(second, 0, second_value, site);
}

void Equals::Exit(AllMms mms, ksync::Site site) {
  CheckUnbroken(ksm.BrokenRule(), site);
  ExitAll(world, mms, site);
  ksm.DoScan(kAllPages);
  ksm.DoScan(kAllPages);
  const bool nothing_left = ksm.DropStale();
  ksync::Check(nothing_left, "a merged page is left when its last user is gone", site);
  CheckUnbroken(ksm.BrokenRule(), site);
  ksync::Check(ksm.counters().rmap_items.Read() == 0, "an item is left for nobody", site);
}

}  // namespace rmap::inline KSYNC_BACKEND

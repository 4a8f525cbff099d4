// ksmd makes sure that nobody can write to a page before it is compared for the last time. A pte
// that allows no write is not enough: it may remember that one was made, or that it will allow one
// again; a CPU may still go by what it was; and a page may be a part of a huge one. And until the
// pte is turned to another page, it may go.
#include "core/mm/tlb.h"
#include "core/scenarios/ksm_equals.h"
#include "core/scenarios/scenarios.h"
#include "core/vmops/batched_change.h"
#include "core/vmops/cpu_access.h"
#include "core/vmops/direct_io.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/numa_hint.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/swap_cache.h"
#include "core/vmops/unmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr MachineSize kWithDirtyBits{.dirty_bits = true};
constexpr MachineSize kWithHugePages{.huge_pages = true};

// The second process writes kEqual to a page that the device is just storing, as it was before.
// Then ksmd makes it the shared one, the process writes again, and has its own from there; and
// reclaim comes to the shared one, which is in a slot already.
void KsmMergeOfDirty(const Kernel& kernel) {
  Equals equals(kernel, kWithDirtyBits);
  Store(equals.second, 0, kOther);
  Page* const page = IsolatePage(equals.second, 0);
  const bool reclaimed = ShrinkPage(*page, Storing::kBegun);
  ksync::Check(!reclaimed, "a page is reclaimed that is being stored");
  PutPage(*page);
  Store(equals.second, 0, kEqual);
  equals.MeetKsmd([page] { EndPageWriteback(*page); });
  Store(equals.second, 0, kOther);
  Evict(equals.first, 0);
  equals.CheckBothRead(kEqual, kOther);
  equals.ExitBoth();
}

// Somebody wants to know which node of memory needs the page of the second process, which writes.
void KsmMergeVersusHint(const Kernel& kernel) {
  Equals equals(kernel);
  equals.MeetKsmd([&equals] {
    ChangeProtNuma(equals.second, 0, 1);
    Store(equals.second, 0, kOther);
  });
  equals.CheckBothRead(kEqual, kOther);
  equals.ExitBoth();
}

// The CPU of the second process remembers that it may write. Since then the pte has lost the dirty
// bit and the right to write, and nobody has told the CPU yet.
void KsmMergeVersusLateFlush(const Kernel& kernel) {
  Equals equals(kernel, kWithDirtyBits);
  Cpu cpu(equals.second);
  const Tlb tlb(equals.world.machine(), {&cpu});
  const bool remembers = UserWriteOn(cpu, 0, kEqual);
  ksync::Check(remembers, "a write found no memory, or no VMA");
  BatchedChange free(equals.second, 0, 1, BatchedChangeKind::kMadviseFree);
  BatchedChange clear(equals.second, 0, 1, BatchedChangeKind::kClearRefs);
  free.Begin();
  clear.Begin();
  equals.MeetKsmd([&] {
    const bool written = UserWriteOn(cpu, 0, kOther);
    ksync::Check(written, "a write found no memory, or no VMA");
    clear.Finish();
    free.Finish();
  });
  equals.CheckBothRead(kEqual, kOther);
  equals.ExitBoth();
}

// The CPU of the first process remembers the page that is replaced by the second's, and freed; its
// memory comes back as the copy to which the second process writes.
void KsmMergeVersusRead(const Kernel& kernel) {
  Equals equals(kernel, kWithDirtyBits, /*reuses_frames=*/true);
  Cpu cpu(equals.first);
  const Tlb tlb(equals.world.machine(), {&cpu});
  const auto check_reads = [&cpu] {
    const std::optional<std::uint32_t> read = UserReadOn(cpu, 0);
    ksync::Check(read == kEqual, "a CPU goes by what it was told to forget");
  };
  check_reads();
  equals.MeetKsmd([&] {
    check_reads();
    Store(equals.second, 0, kOther);
    check_reads();
  });
  equals.CheckBothRead(kEqual, kOther);
  equals.ExitBoth();
}

// A process forgets its page, for which it needs mmap_sem no more than ksmd does.
void KsmMergeVersusDontneed(const Kernel& kernel) {
  Equals equals(kernel);
  equals.MeetKsmd([&] { MadviseDontneed(equals.first, 0, 1); });
  equals.CheckBothRead(0, kEqual);
  equals.ExitBoth();
}

void KsmMergeVersusDontneedOfSecond(const Kernel& kernel) {
  Equals equals(kernel);
  equals.MeetKsmd([&] { MadviseDontneed(equals.second, 0, 1); });
  equals.CheckBothRead(kEqual, 0);
  equals.ExitBoth();
}

// A device writes to the first page of a huge one, to which it had a reference before ksmd came.
void KsmMergeOfHugeVersusDirectIo(const Kernel& kernel) {
  Equals equals(kernel, kWithHugePages);
  Page* const page = IsolateHugePage(equals.second, 0);
  ksync::Check(page != nullptr, "a first fault did not make a huge page");
  equals.MeetKsmd([page] { FinishDirectIo(*page, kOther); });
  equals.CheckBothRead(kEqual, kOther);
  equals.ExitBoth();
}

}  // namespace

std::vector<Scenario> KsmProtectScenarios() {
  const char* const reads = "What each reads afterwards; a rule of rest.";
  return {
      {.name = "KsmMergeOfDirty",
       .claim = "What was written to a page before it became a shared one is not forgotten when "
                "the page is reclaimed.",
       .oracle = reads,
       .run = KsmMergeOfDirty,
       .since_state = KsmState::kKeyhole,  // Before, reclaim does not get a shared page's memory.
       .bugs = {{.fix = Fix::kKh42,
                 .violation = "failed check",
                 .from_state = KsmState::kUpgradeInPlace}}},
      {.name = "KsmMergeVersusHint",
       .claim = "A pte that was made a hint does not give back a right that merging took away.",
       .oracle = reads,
       .run = KsmMergeVersusHint,
       .since = Generation::kG9,
       .bugs = {{.fix = Fix::kKh74, .violation = "failed check"}}},
      {.name = "KsmMergeVersusLateFlush",
       .claim = "A program that goes by what its CPU remembers does not write to a page that was "
                "compared already.",
       .oracle = reads,
       .run = KsmMergeVersusLateFlush,
       .since = Generation::kG9,
       .bugs = {{.fix = Fix::kKh73, .violation = "failed check"}}},
      {.name = "KsmMergeVersusRead",
       .claim = "When a page is replaced by an equal one, no CPU goes by it any more.",
       .oracle = "A CPU reads what was written there later, by another.",
       .run = KsmMergeVersusRead,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeVersusDontneed",
       .claim = "A page that is forgotten while it is replaced does not come back.",
       .oracle = reads,
       .run = KsmMergeVersusDontneed,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeVersusDontneedOfSecond",
       .claim = "Nor does one that is to be shared.",
       .oracle = reads,
       .run = KsmMergeVersusDontneedOfSecond,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeOfHugeVersusDirectIo",
       .claim = "Of a huge page that could be split the first page is not yet merged.",
       .oracle = "Somebody reads what the device wrote for another.",
       .run = KsmMergeOfHugeVersusDirectIo,
       .since = Generation::kG6,
       .bugs = {{.fix = Fix::kKh71, .violation = "failed check"}}},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

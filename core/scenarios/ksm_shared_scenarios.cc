// Two processes share a page that ksmd has made of their two: beside those who give it up, who
// comes to it by its stable node, and who takes everything apart.
#include "core/scenarios/ksm_equals.h"
#include "core/scenarios/scenarios.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/memory_failure.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mremap.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Both who share a page write to it.
void KsmSharedVersusWrites(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  ksync::Thread writer([&] { Store(equals.first, 0, kOther); }, "writer");
  Store(equals.second, 0, kOther + 1);
  writer.Join();
  equals.CheckBothRead(kOther, kOther + 1);
  equals.ExitBoth();
}

// Both who share a page exit.
void KsmSharedVersusExits(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  ksync::Thread exit([&] { Mmput(equals.first); }, "exit");
  Mmput(equals.second);
  exit.Join();
  equals.Exit({});
}

// ksmd comes to a third page of that content, and so to the shared one by its node, while the last
// who shares that lets it go.
void KsmKeyholeVersusWrites(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  equals.ksm.DoScan(1);  // To the end of the round.
  Mm& third = NewMergeableWriter(equals.world, equals.ksm, kEqual);
  Store(equals.first, 0, kOther);
  equals.ksm.DoScan(2);
  ksync::Thread ksmd([&equals] { equals.ksm.DoScan(1); }, "ksmd");
  Store(equals.second, 0, kOther + 1);
  ksmd.Join();
  equals.CheckBothRead(kOther, kOther + 1);
  CheckReads(third, 0, kEqual);
  equals.Exit({&equals.first, &equals.second, &third});
}

// The same, but that the last one exits, and another gets the memory of the page, on which he
// writes the same.
void KeyholeVersusReuse(const Kernel& kernel, bool ordered) {
  Equals equals(kernel, /*reuses_frames=*/true);
  if (!ordered) equals.ksm.RenewFramesUnordered();
  equals.Merge();
  equals.ksm.DoScan(1);  // To the end of the round.
  Mm& third = NewMergeableWriter(equals.world, equals.ksm, kEqual);
  Mmput(equals.first);
  MmapAnonymous(third, 2, 3);
  equals.ksm.DoScan(1);
  ksync::Thread ksmd([&equals] { equals.ksm.DoScan(1); }, "ksmd");
  Mmput(equals.second);
  Store(third, 2, kEqual);
  ksmd.Join();
  Store(third, 2, kOther);
  CheckReads(third, 0, kEqual);
  CheckReads(third, 2, kOther);
  equals.Exit({&third});
}

// Everything is unmerged while one writes, or exits.
template <typename Act>
void UnmergeAllVersus(Equals& equals, Act act) {
  equals.Merge();
  equals.MeetUnmergeAll(act);
  ksync::Check(equals.ksm.counters().rmap_items.Read() == 0, "an item is left");
  ksync::Check(equals.ksm.counters().pages_shared.Read() == 0, "a page is left merged");
}

void KsmUnmergeVersusWrite(const Kernel& kernel) {
  Equals equals(kernel);
  UnmergeAllVersus(equals, [&] { Store(equals.second, 0, kOther); });
  equals.CheckBothRead(kEqual, kOther);
  equals.ExitBoth();
}

void KsmUnmergeVersusExit(const Kernel& kernel) {
  Equals equals(kernel);
  UnmergeAllVersus(equals, [&] { Mmput(equals.second); });
  CheckReads(equals.first, 0, kEqual);
  equals.Exit({&equals.first});
}

// The process gets another page that may be merged.
void AddMergeable(Equals& equals, Mm& mm, VirtualPage address, std::uint32_t value) {
  MmapAnonymous(mm, address, address + 1);
  const bool registered = equals.ksm.MadviseMergeable(mm, address, address + 1);
  ksync::Check(registered, "madvise found no memory");
  Store(mm, address, value);
}

// One who shares two pages with another moves the second to where the first was.
void KsmMoveOntoMerged(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  for (Mm* mm : {&equals.first, &equals.second}) AddMergeable(equals, *mm, 2, kEqual + 8);
  equals.ksm.DoScan(kAllPages);
  equals.ksm.DoScan(kAllPages);
  const int shared = equals.ksm.counters().pages_shared.Read();
  ksync::Check(shared == 2, "two pairs of equal pages at rest were not merged");
  Unmap(equals.second, 0, 1);
  const bool moved = Mremap(equals.second, {2, 1}, {0, 1});
  ksync::Check(moved, "mremap found no memory");
  equals.CheckBothRead(kEqual, kEqual + 8);
  equals.ExitBoth();
}

// The memory of a page that two share fails.
void KsmMemoryFailure(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  Page* const page = IsolatePage(equals.first, 0);
  for (Mm* mm : {&equals.first, &equals.second}) AttachTask(*mm);
  const std::vector<const Mm*> killed = MemoryFailure(*page);
  for (Mm* mm : {&equals.first, &equals.second}) DetachTask(*mm);
  const bool is_lost = !PageMapped(*page);
  ksync::Check(!is_lost || killed.size() == 2, "a process loses a page and is not killed");
  PutPage(*page);
  equals.CheckBothRead(kEqual, kEqual);
  equals.ExitBoth();
}

// What is counted while pages are merged, written and forked.
void KsmCountersAreRight(const Kernel& kernel) {
  Equals equals(kernel);
  const KsmCounters& counters = equals.ksm.counters();
  const auto are = [&counters](int shared, int sharing, int unshared, int changing) {
    const bool right =
        counters.pages_shared.Read() == shared && counters.pages_sharing.Read() == sharing &&
        counters.pages_unshared.Read() == unshared && PagesVolatile(counters) == changing;
    ksync::Check(right, "a counter does not count what it is said to");
  };
  equals.ksm.DoScan(1);
  are(0, 0, 1, 0);
  equals.ksm.DoScan(1);
  are(1, 1, 0, 0);
  equals.ksm.DoScan(1);  // The end of the round.
  ksync::Check(equals.ksm.full_scans() == 1, "a round was not counted");
  Mm* const child = DupMm(equals.second);
  equals.ksm.DoScan(kAllPages);
  are(1, 2, 0, 0);
  Store(equals.first, 0, kOther);
  equals.ksm.DoScan(kAllPages);  // It is off the node, and has changed.
  are(1, 1, 0, 1);
  equals.ksm.DoScan(kAllPages);
  are(1, 1, 1, 0);
  equals.Exit({child, &equals.first, &equals.second});
}

// The order that the kernel leaves to the machine (docs/KSM.md).
Scenario WithoutOrder() {
  return {.name = "KsmKeyholeWithoutOrder",
          .claim =
              "Nor if the machine may show what the next owner counts before the mapping of the "
              "last is gone, as the kernel lets it.",
          .oracle = "One reads what another has written.",
          .run = [](const Kernel& kernel) { KeyholeVersusReuse(kernel, /*ordered=*/false); },
          .since_state = KsmState::kFirstRelease,
          .lacks = {{KsmState::kKeyhole, kNewestKsmState, "failed check"}}};
}

}  // namespace

std::vector<Scenario> KsmSharedScenarios() {
  const char* const reads = "What each reads afterwards; a rule of rest.";
  return {
      {.name = "KsmSharedVersusWrites",
       .claim = "Those who share a page may write at once: each gets a copy, and the page goes.",
       .oracle = reads,
       .run = KsmSharedVersusWrites,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmSharedVersusExits",
       .claim = "Those who share a page may exit at once.",
       .oracle = "Leak, use after free.",
       .run = KsmSharedVersusExits,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmKeyholeVersusWrites",
       .claim = "Who comes to a page from its node, without a reference, gets that page or none.",
       .oracle = reads,
       .run = KsmKeyholeVersusWrites,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmKeyholeVersusReuse",
       .claim = "Nor does he get another page that has come to be in its memory.",
       .oracle = reads,
       .run = [](const Kernel& kernel) { KeyholeVersusReuse(kernel, /*ordered=*/true); },
       .since_state = KsmState::kFirstRelease},
      WithoutOrder(),
      {.name = "KsmUnmergeVersusWrite",
       .claim = "When everything was unmerged, nothing is shared, and nothing was lost.",
       .oracle = reads,
       .run = KsmUnmergeVersusWrite,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmUnmergeVersusExit",
       .claim = "Also if one exits meanwhile.",
       .oracle = reads,
       .run = KsmUnmergeVersusExit,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh92, .violation = "data race"},
                {.fix = Fix::kKh12, .violation = "use after free", .shown = false}}},
      {.name = "KsmMoveOntoMerged",
       .claim = "A merged page may be moved to where another was: none is taken for the other.",
       .oracle = "The order of the stable tree; a walk does not come to the page.",
       .run = KsmMoveOntoMerged,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh09,
                 .violation = "failed check",
                 .state = KsmState::kNoExitTestInFaults}}},
      {.name = "KsmMemoryFailure",
       .claim = "A shared page whose memory fails is left alone: it is not known whom to kill.",
       .oracle = "A crash; who loses the page is not killed.",
       .run = KsmMemoryFailure,
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh10,
                 .violation = "crash",
                 .until_state = KsmState::kNoExitTestInFaults,
                 .state = KsmState::kNoExitTestInFaults},
                {.fix = Fix::kKh10,
                 .violation = "failed check",
                 .shown = false,
                 .from_state = KsmState::kSwappable}},
       // Its word says that it is merged, and no walk asks KSM.
       .expectations = {{"G0 at K4 without KH-10"}, {"G0 at K5 without KH-10"}}},
      {.name = "KsmCountersAreRight",
       .claim = "The counters count what their documentation says.",
       .oracle = "One that does not.",
       .run = KsmCountersAreRight,
       .since_state = KsmState::kFirstRelease},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

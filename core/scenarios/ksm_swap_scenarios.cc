// A page that two processes share goes to swap, and comes back as two: beside a program that
// writes, forks or reads, and beside ksmd.
#include "core/rmap/walk.h"
#include "core/scenarios/ksm_equals.h"
#include "core/scenarios/scenarios.h"
#include "core/vmops/fork.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Reclaim comes to the page that the first process has, while `act` is done.
template <typename Act>
void MeetReclaim(Equals& equals, Act act) {
  ksync::Thread reclaim([&equals] { SwapOut(equals.first, 0); }, "reclaim");
  act();
  reclaim.Join();
}

// Reclaim finds all who share the page; each gets one of his own back.
void KsmSwapRoundTrip(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  Mm* const child = DupMm(equals.second);
  Page* const page = IsolatePage(equals.first, 0);
  const int found = PageReferenced(*page).found;
  ksync::Check(found == 3, "a walk at rest misses one who shares the page");
  PutPage(*page);
  Evict(equals.first, 0);
  equals.CheckBothRead(kEqual, kEqual);
  CheckReads(*child, 0, kEqual);
  Store(*child, 0, kOther);
  equals.CheckBothRead(kEqual, kEqual);
  equals.Exit({child, &equals.first, &equals.second});
}

void KsmSwapOutVersusWrite(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  MeetReclaim(equals, [&] { Store(equals.second, 0, kOther); });
  equals.CheckBothRead(kEqual, kOther);
  equals.ExitBoth();
}

void KsmSwapOutVersusFork(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  Mm* child = nullptr;
  MeetReclaim(equals, [&] { child = DupMm(equals.second); });
  equals.CheckBothRead(kEqual, kEqual);
  CheckReads(*child, 0, kEqual);
  equals.Exit({child, &equals.first, &equals.second});
}

// ksmd comes by while the page that all share is taken.
void KsmSwapOutVersusKsmd(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  equals.ksm.DoScan(1);  // To the end of the round.
  equals.MeetKsmd([&] { SwapOut(equals.first, 0); });
  equals.CheckBothRead(kEqual, kEqual);
  equals.ksm.DoScan(kAllPages);  // Whose item was dropped gets another.
  equals.ksm.DoScan(kAllPages);
  equals.CheckBothRead(kEqual, kEqual);
  equals.ExitBoth();
}

void KsmMergeVersusReclaim(const Kernel& kernel) {
  Equals equals(kernel);
  equals.MeetKsmd([&] { SwapOut(equals.first, 0); });
  equals.CheckBothRead(kEqual, kEqual);
  equals.ksm.DoScan(kAllPages);
  equals.ExitBoth();
}

// The page of the first has gone to swap, and comes back while ksmd comes by.
void KsmMergeVersusSwapIn(const Kernel& kernel) {
  Equals equals(kernel);
  Evict(equals.first, 0);
  equals.MeetKsmd([&] { Store(equals.first, 0, kOther); });
  equals.CheckBothRead(kOther, kEqual);
  equals.ksm.DoScan(kAllPages);
  equals.CheckBothRead(kOther, kEqual);
  equals.ExitBoth();
}

// What they share has gone to swap, and comes back to one of them while ksmd comes by.
void KsmSwapInVersusKsmd(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  equals.ksm.DoScan(1);  // To the end of the round.
  Evict(equals.first, 0);
  equals.MeetKsmd([&] { CheckReads(equals.second, 0, kEqual); });
  equals.CheckBothRead(kEqual, kEqual);
  equals.ksm.DoScan(kAllPages);
  equals.CheckBothRead(kEqual, kEqual);
  equals.ExitBoth();
}

void KsmSwapInVersusSwapIn(const Kernel& kernel) {
  Equals equals(kernel);
  equals.Merge();
  Evict(equals.first, 0);
  ksync::Thread reader([&equals] { CheckReads(equals.first, 0, kEqual); }, "reader");
  Store(equals.second, 0, kOther);
  reader.Join();
  equals.CheckBothRead(kEqual, kOther);
  equals.ExitBoth();
}

// Reclaim takes the page from everybody, and does not get its memory: until the keyhole its node
// has a reference.
std::vector<KsmLack> KeptByNode() {
  return {{KsmState::kSwappable, KsmState::kAnonVmaHeld, "failed check"}};
}

}  // namespace

std::vector<Scenario> KsmSwapScenarios() {
  const char* const reads = "What each reads afterwards; a rule of rest.";
  return {
      {.name = "KsmSwapRoundTrip",
       .claim =
           "A merged page is found wherever it is mapped, by fork too; from swap each gets one "
           "of his own.",
       .oracle = reads,
       .run = KsmSwapRoundTrip,
       .since_state = KsmState::kSwappable,
       .lacks = KeptByNode()},  // And at K6 who inherited it by fork is not found.
      {.name = "KsmSwapOutVersusWrite",
       .claim = "Who writes to a shared page while it is taken has written, and to no one else's.",
       .oracle = reads,
       .run = KsmSwapOutVersusWrite,
       .since_state = KsmState::kSwappable},
      {.name = "KsmSwapOutVersusFork",
       .claim = "A child that is made while a shared page is taken reads what its parent wrote.",
       .oracle = reads,
       .run = KsmSwapOutVersusFork,
       .since_state = KsmState::kSwappable},
      {.name = "KsmSwapOutVersusKsmd",
       .claim = "ksmd may look at a shared page while it is taken.",
       .oracle = reads,
       .run = KsmSwapOutVersusKsmd,
       .since_state = KsmState::kSwappable},
      {.name = "KsmMergeVersusReclaim",
       .claim = "A page may be taken while it is merged.",
       .oracle = reads,
       .run = KsmMergeVersusReclaim,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmMergeVersusSwapIn",
       .claim = "A page may come back from swap while ksmd looks for it.",
       .oracle = reads,
       .run = KsmMergeVersusSwapIn,
       .since_state = KsmState::kFirstRelease},
      {.name = "KsmSwapInVersusKsmd",
       .claim = "So may one that was shared.",
       .oracle = reads,
       .run = KsmSwapInVersusKsmd,
       .since_state = KsmState::kSwappable,
       .lacks = KeptByNode()},
      {.name = "KsmSwapInVersusSwapIn",
       .claim = "Those who shared a page may bring it back at once.",
       .oracle = reads,
       .run = KsmSwapInVersusSwapIn,
       .since_state = KsmState::kSwappable,
       .lacks = KeptByNode()},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

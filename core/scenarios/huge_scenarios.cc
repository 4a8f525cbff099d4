// Huge pages: is each mapping found when one is split, and is each page where it was afterwards?
// Two splits beside each other, and a split beside whoever makes, shares, moves or drops a mapping.
#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/huge_page.h"
#include "core/vmops/migrate.h"
#include "core/vmops/mmap.h"
#include "core/vmops/mremap.h"
#include "core/vmops/reclaim.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr std::uint32_t kFirst = 1;
constexpr std::uint32_t kSecond = 2;
constexpr MachineSize kWithHugePages{.virtual_pages = 4, .swap_slots = 2, .huge_pages = true};

// Returns: whether a huge page is mapped there. Requires: nothing moves.
bool IsHugeAt(const Mm& mm, VirtualPage address) {
  return Resting(mm).huge_pmds[address].pmd.Read().IsPresent();
}

// Returns: a process that has written both parts of its one huge page.
Mm& NewHugeWriter(World& world) {
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, kHpagePmdNr, kVmAccess | kVmHugepage);
  Store(mm, 0, kFirst);
  Store(mm, 1, kSecond);
  const bool is_huge = IsHugeAt(mm, 0);
  ksync::Check(is_huge, "a first fault did not make a huge page");
  return mm;
}

void CheckReadsBoth(Mm& mm) {
  CheckReads(mm, 0, kFirst);
  CheckReads(mm, 1, kSecond);
}

// What reclaim does with a huge page that it has isolated, before anything else.
void SplitIsolated(Page& head) {
  SplitHugePage(head);
  PutPage(head);
}

// Takes the right to write from one of the two.
void SplitByProtect(Mm& mm) { Protect(mm, 1, 2, kVmRead); }

// Parent and child each need one page of a huge page that they share.
void HugeSplitVersusSplit(const Kernel& kernel) {
  World world(kernel, kWithHugePages);
  Mm& parent = NewHugeWriter(world);
  Mm& child = *DupMm(parent);

  ksync::Thread other([&child] { SplitByProtect(child); }, "child");
  SplitByProtect(parent);
  other.Join();

  CheckReadsBoth(parent);
  CheckReadsBoth(child);
  ExitAll(world, {&child, &parent});
}

// Reclaim takes a huge page, which it must split, while its only user needs its pages one by one.
void HugeSplitVersusReclaim(const Kernel& kernel) {
  World world(kernel, kWithHugePages);
  Mm& mm = NewHugeWriter(world);

  ksync::Thread reclaim([&mm] { SwapOut(mm, 0); }, "reclaim");
  SplitHugePmd(mm, 0);
  reclaim.Join();

  CheckReadsBoth(mm);
  ExitAll(world, {&mm});
}

// A migration comes to a huge page that is being split.
void HugeSplitVersusMigration(const Kernel& kernel) {
  World world(kernel, kWithHugePages);
  Mm& mm = NewHugeWriter(world);
  Page& target = world.AddPage();
  Page* const head = IsolateHugePage(mm, 0);

  ksync::Thread migrate(
      [head, &target] {
        Migration migration(*head, target);
        migration.Begin();
        migration.Finish();
        PutPage(*head);
      },
      "migrate");
  SplitHugePmd(mm, 0);
  migrate.Join();

  CheckReadsBoth(mm);
  ExitAll(world, {&mm});
}

// A process forks while reclaim splits its huge page.
void HugeSplitVersusFork(const Kernel& kernel) {
  World world(kernel, kWithHugePages);
  Mm& parent = NewHugeWriter(world);
  Page* const head = IsolateHugePage(parent, 0);

  ksync::Thread split([head] { SplitIsolated(*head); }, "split");
  Mm& child = *DupMm(parent);
  split.Join();

  CheckReadsBoth(parent);
  CheckReadsBoth(child);
  ExitAll(world, {&child, &parent});
}

// One of two who share a huge page exits while the other needs a page of it.
void HugeSplitVersusExit(const Kernel& kernel) {
  World world(kernel, kWithHugePages);
  Mm& parent = NewHugeWriter(world);
  Mm& child = *DupMm(parent);

  ksync::Thread exit([&child] { Mmput(child); }, "exit");
  SplitByProtect(parent);
  exit.Join();

  CheckReadsBoth(parent);
  ExitAll(world, {&parent});
}

// The only user exits while somebody splits the page for reclaim.
void HugeSplitVersusLastExit(const Kernel& kernel) {
  World world(kernel, kWithHugePages);
  Mm& mm = NewHugeWriter(world);
  Page* const head = IsolateHugePage(mm, 0);

  ksync::Thread split([head] { SplitIsolated(*head); }, "split");
  Mmput(mm);
  split.Join();
}

// A process unmaps one of the two pages while its child writes to the other.
void HugeSplitVersusCopy(const Kernel& kernel) {
  World world(kernel, kWithHugePages);
  Mm& parent = NewHugeWriter(world);
  Mm& child = *DupMm(parent);

  ksync::Thread write([&child] { Store(child, 0, kChilds); }, "write");
  Unmap(parent, 1, 2);
  write.Join();

  CheckReads(parent, 0, kFirst);
  CheckReads(child, 0, kChilds);
  CheckReads(child, 1, kSecond);
  ExitAll(world, {&child, &parent});
}

// Two threads touch the two pages of a piece for the first time, and memory may run out.
void HugeFaultVersusFault(const Kernel& kernel) {
  World world(kernel, kWithHugePages);
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, kHpagePmdNr, kVmAccess | kVmHugepage);
  world.FailAllocations(true);

  bool done = false;
  ksync::Thread other([&] { done = HandlePageFault(mm, 1); }, "fault");
  const bool also_done = HandlePageFault(mm, 0);
  other.Join();
  world.FailAllocations(false);

  if (done) Store(mm, 1, kSecond);
  if (also_done) Store(mm, 0, kFirst);
  if (done) CheckReads(mm, 1, kSecond);
  if (also_done) CheckReads(mm, 0, kFirst);
  ExitAll(world, {&mm});
}

// A huge page moves to where it cannot be huge while reclaim splits it.
void HugeSplitVersusMremap(const Kernel& kernel) {
  World world(kernel, kWithHugePages);
  Mm& mm = NewHugeWriter(world);
  Page* const head = IsolateHugePage(mm, 0);

  ksync::Thread split([head] { SplitIsolated(*head); }, "split");
  const bool moved = Mremap(mm, {1, 1}, {3, 1});
  split.Join();
  ksync::Check(moved, "mremap found no memory");

  CheckReads(mm, 0, kFirst);
  CheckReads(mm, 3, kSecond);
  ExitAll(world, {&mm});
}

Scenario HugeScenario(const char* name, const char* claim, void (*run)(const Kernel&)) {
  return {.name = name,
          .claim = claim,
          .oracle =
              "The kernel's checks that a split finds as many mappings as are counted, "
              "twice; what is read afterwards; the rules at rest.",
          .run = run,
          .since = Generation::kG6};
}

// The same where two may split one page.
Scenario HugeScenarioOfTwoSplits(const char* name, const char* claim, void (*run)(const Kernel&),
                                 bool shown = false) {
  Scenario scenario = HugeScenario(name, claim, run);
  scenario.default_generation = Generation::kG8;
  scenario.bugs = {{.fix = Fix::kKh58, .violation = "failed check", .shown = shown}};
  return scenario;
}

}  // namespace

std::vector<Scenario> HugeScenarios() {
  return {
      HugeScenarioOfTwoSplits("HugeSplitVersusSplit",
                              "A huge page may be split by two of its users at once.",
                              HugeSplitVersusSplit, /*shown=*/true),
      HugeScenarioOfTwoSplits("HugeSplitVersusReclaim", "One may be split by its user and reclaim.",
                              HugeSplitVersusReclaim),
      HugeScenarioOfTwoSplits("HugeSplitVersusMigration",
                              "One may be split by its user and a migration.",
                              HugeSplitVersusMigration),
      HugeScenario("HugeSplitVersusFork", "One may be split while its user forks.",
                   HugeSplitVersusFork),
      HugeScenario("HugeSplitVersusExit", "One may be split while another user exits.",
                   HugeSplitVersusExit),
      HugeScenario("HugeSplitVersusLastExit", "One may be split while its last user exits.",
                   HugeSplitVersusLastExit),
      HugeScenarioOfTwoSplits("HugeSplitVersusCopy",
                              "One may be split while another user writes to a part of it.",
                              HugeSplitVersusCopy),
      HugeScenarioOfTwoSplits("HugeSplitVersusMremap",
                              "One may be split while a part of it moves elsewhere.",
                              HugeSplitVersusMremap),
      HugeScenario("HugeFaultVersusFault",
                   "Two faults in one piece make one huge page, or single ones if memory runs out.",
                   HugeFaultVersusFault),
  };
}

}  // namespace rmap::inline KSYNC_BACKEND

// Policies, files, swap slots and interval trees under the checker: what leaks, what races, what
// fails, and that nothing does when they are used as their headers ask.
#include <functional>
#include <optional>

#include "core/history/kernel.h"
#include "core/mm/file.h"
#include "core/mm/interval_tree.h"
#include "core/mm/mempolicy.h"
#include "core/mm/swap.h"
#include "core/rmap/world.h"
#include "core/sync/sync.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/graph/failure.h"
#include "models/testing/expect.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

using models::FailureKind;

// Unlike models::ExpectFailure for a fault whose place is in core/.
void ExpectFault(FailureKind kind, const std::function<void()>& program) {
  const models::Report report = models::RunChecked(program);
  EXPECT_EQ(report.verdict, models::Verdict::kViolated) << report;
  EXPECT_EQ(report.failure_kind, kind) << report;
}

constexpr ksync::LockClass kTestLock{"tested tree's lock", 0};

struct Item {
  IntervalNode<Item> node{this};
};

// Two threads insert into one tree, with and without its lock.
void InsertTwice(bool locked) {
  ksync::SpinLock lock(kTestLock);
  IntervalTree<Item> tree;
  Item items[2];
  const auto insert = [&](Item& item) {
    std::optional<ksync::Guard<ksync::SpinLock>> guard;
    if (locked) guard.emplace(lock, ksync::Site::current());
    tree.Insert(item.node, 1, 2);
  };
  ksync::Thread thread([&] { insert(items[0]); });
  insert(items[1]);
  thread.Join();
  ksync::Check(tree.Contains(items[0].node), "the first is there");
  ksync::Check(tree.Contains(items[1].node), "the second is there");
}

TEST(IntervalTreeModelTest, NeedsItsLock) {
  models::ExpectHolds([] { InsertTwice(true); });
  ExpectFault(FailureKind::kDataRace, [] { InsertTwice(false); });
}

// An error path that drops its copy of a policy, or forgets to.
void CopyPolicy(bool drop) {
  World world{Kernel()};
  world.FailAllocations(true);
  Mempolicy* const policy = MpolNew(1);
  const std::optional<Mempolicy*> copy = MpolDup(world.machine(), policy);
  MpolPut(policy);
  if (copy.has_value() && drop) MpolPut(*copy);
}

TEST(MempolicyModelTest, AForgottenCopyIsALeak) {
  models::ExpectHolds([] { CopyPolicy(true); });
  ExpectFault(FailureKind::kLeak, [] { CopyPolicy(false); });
}

TEST(MempolicyModelTest, ACopyMayFail) {
  ExpectFault(FailureKind::kCheckFailed, [] {
    World world{Kernel()};
    world.FailAllocations(true);
    Mempolicy* const policy = MpolNew(1);
    const std::optional<Mempolicy*> copy = MpolDup(world.machine(), policy);
    MpolPut(policy);
    if (copy.has_value()) MpolPut(*copy);
    ksync::Check(copy.has_value(), "there is always memory");
  });
}

TEST(MempolicyModelTest, ADroppedPolicyMustNotBeCompared) {
  const auto compare = [](bool counted) {
    Mempolicy* const policy = MpolNew(1);
    Mempolicy* const other = MpolNew(1);
    if (counted) MpolGet(policy);
    ksync::Thread dropper([&] { MpolPut(policy); });
    MpolEqual(policy, other);
    if (counted) MpolPut(policy);
    dropper.Join();
    MpolPut(other);
  };
  models::ExpectHolds([&] { compare(true); });
  ExpectFault(FailureKind::kUseAfterFree, [&] { compare(false); });
}

// A fault caches a page while another thread drops its reference to the file: whoever is last
// empties the cache. Without a reference of its own the fault meets the end of the file, which
// takes no lock to empty the cache.
void CacheAndDrop(bool counted) {
  World world{Kernel()};
  Page& page = world.AddPage();
  File& file = *ksync::New<File>(world.machine());
  world.FailAllocations(true);
  if (counted) GetFile(file);
  ksync::Thread dropper([&] { Fput(file, [](Page&) {}); });
  const AddToPageCacheResult result = AddToPageCache(file.f_mapping, page, 0);
  ksync::Check(result != AddToPageCacheResult::kExists, "nobody else caches the page");
  Page* const found = FindGetPage(file.f_mapping, 0, [](Page&) {});
  const bool is_cached = result == AddToPageCacheResult::kAdded;
  ksync::Check((found == &page) == is_cached, "what was added is found");
  if (counted) Fput(file, [](Page&) {});
  dropper.Join();
}

TEST(FileModelTest, TheLastReferenceFreesTheFileAndItsCache) {
  models::ExpectHolds([] { CacheAndDrop(true); });
  ExpectFault(FailureKind::kDataRace, [] { CacheAndDrop(false); });
}

TEST(FileModelTest, AFileWithoutAReferenceMayBeGone) {
  ExpectFault(FailureKind::kUseAfterFree, [] {
    World world{Kernel()};
    File& file = *ksync::New<File>(world.machine());
    ksync::Thread dropper([&] { Fput(file, [](Page&) {}); });
    file.f_mapping.truncate_count.Read();
    dropper.Join();
  });
}

TEST(FileModelTest, AForgottenReferenceIsALeak) {
  ExpectFault(FailureKind::kLeak, [] {
    World world{Kernel()};
    File* const file = ksync::New<File>(world.machine());
    GetFile(*file);
    Fput(*file, [](Page&) {});
  });
}

// A page that is counted and goes with its last reference, as far as the cache can tell. Pages of
// core/mm are not freed, so the count stands in for their memory.
struct CountedPage {
  explicit CountedPage(Page& its_page) : page(its_page) {}
  void Get() { ksync::Check(count.IncrementNotZero(), "a page is found that is gone"); }
  Page& page;
  ksync::RefCount count{1, "page count"};
};

// The cache's reference is dropped by who takes the page out, while another looks it up. The
// finder takes its reference under the lock, or too late.
void LookUpAndDelete(bool under_the_lock) {
  World world{Kernel()};
  CountedPage counted(world.AddPage());
  SwapArea swap(2);
  const SwapEntry entry = swap.GetSwapPage().value();
  swap.AddToSwapCache(entry, counted.page);
  ksync::Thread reclaim([&] {
    swap.DeleteFromSwapCache(entry, counted.page);
    static_cast<void>(counted.count.DecrementAndTest());
  });
  const auto get = [&](Page&) {
    if (under_the_lock) counted.Get();
  };
  const Page* const found = swap.LookupSwapCache(entry, get);
  if (found != nullptr && !under_the_lock) counted.Get();
  reclaim.Join();
  ksync::Check(swap.SlotsInUse() == 0, "the slot is free again");
}

TEST(SwapModelTest, AFoundPageStays) {
  models::ExpectHolds([] { LookUpAndDelete(true); });
  ExpectFault(FailureKind::kCheckFailed, [] { LookUpAndDelete(false); });
}

// Two faults read one slot: one of them brings the page in, the other finds it.
TEST(SwapModelTest, OneOfTwoReadersBringsThePageIn) {
  models::ExpectHolds([] {
    World world{Kernel()};
    Page* const pages[] = {&world.AddPage(), &world.AddPage(), &world.AddPage()};
    SwapArea swap(2);
    const SwapEntry entry = swap.GetSwapPage().value();
    swap.AddToSwapCache(entry, *pages[2]);
    swap.SwapDuplicate(entry);
    swap.SwapWritepage(entry, 5);
    swap.DeleteFromSwapCache(entry, *pages[2]);
    bool brought[2] = {};
    const auto read = [&](int who) { brought[who] = swap.SwapcachePrepare(entry, *pages[who]); };
    ksync::Thread other([&] { read(1); });
    read(0);
    other.Join();
    ksync::Check(brought[0] != brought[1], "one of them is the first");
    const Page* const found = swap.LookupSwapCache(entry, [](Page&) {});
    ksync::Check(found == pages[brought[0] ? 0 : 1], "its page is found");
    ksync::Check(swap.SwapReadpage(entry) == 5, "what was written is read");
  });
}

TEST(SwapModelTest, ASlotNobodyWroteHoldsNothing) {
  ExpectFault(FailureKind::kUninitialisedRead, [] {
    SwapArea swap(1);
    const SwapEntry entry = swap.GetSwapPage().value();
    swap.SwapReadpage(entry);
  });
}

TEST(SwapModelTest, AnEntryFreedTwiceIsABug) {
  ExpectFault(FailureKind::kCheckFailed, [] {
    SwapArea swap(1);
    const SwapEntry entry = swap.GetSwapPage().value();
    swap.SwapDuplicate(entry);
    ksync::Thread other([&] { swap.SwapFree(entry); });
    swap.SwapFree(entry);
    other.Join();
  });
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

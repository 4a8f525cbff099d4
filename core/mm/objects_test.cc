// Policies, files and swap slots on one thread: who frees what and when, and what misuse stops.
// What concurrency and failing allocations do to them is models/rmap/objects_model_test.cc.
#include <cstdint>
#include <optional>
#include <vector>

#include "core/history/kernel.h"
#include "core/mm/at_rest.h"
#include "core/mm/file.h"
#include "core/mm/mempolicy.h"
#include "core/mm/page.h"
#include "core/mm/swap.h"
#include "core/mm/vma.h"
#include "core/rmap/world.h"
#include "gtest/gtest.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

class ObjectsTest : public testing::Test {
 protected:
  World world_{Kernel()};
};

using MempolicyTest = ObjectsTest;

TEST_F(MempolicyTest, ACopyIsEqualAndApart) {
  Mempolicy* const policy = MpolNew(3);
  Mempolicy* const copy = MpolDup(world_.machine(), policy).value();
  EXPECT_NE(copy, policy);
  EXPECT_TRUE(MpolEqual(copy, policy));
  EXPECT_EQ(copy->refcnt.Read(), 1);
  MpolPut(policy);
  EXPECT_EQ(copy->mode.Read(), 3);
  MpolPut(copy);
}

TEST_F(MempolicyTest, TheLastReferenceCounts) {
  Mempolicy* const policy = MpolNew(1);
  MpolGet(policy);
  MpolPut(policy);
  EXPECT_EQ(policy->refcnt.Read(), 1);
  MpolPut(policy);
}

TEST_F(MempolicyTest, NullIsThePolicyOfAll) {
  EXPECT_EQ(MpolDup(world_.machine(), nullptr), std::optional<Mempolicy*>(nullptr));
  MpolGet(nullptr);
  MpolPut(nullptr);
  EXPECT_TRUE(MpolEqual(nullptr, nullptr));
}

TEST_F(MempolicyTest, OtherModesAndNullDiffer) {
  Mempolicy* const one = MpolNew(1);
  Mempolicy* const two = MpolNew(2);
  EXPECT_FALSE(MpolEqual(one, two));
  EXPECT_FALSE(MpolEqual(one, nullptr));
  EXPECT_FALSE(MpolEqual(nullptr, two));
  MpolPut(one);
  MpolPut(two);
}

std::vector<Page*> put_pages;
void NotePut(Page& page) { put_pages.push_back(&page); }
void Ignore(Page&) {}

class FileTest : public ObjectsTest {
 protected:
  FileTest() { put_pages.clear(); }

  Page* Find(PageOffset offset) {
    Page* got = nullptr;
    Page* const found = FindGetPage(mapping(), offset, [&](Page& page) { got = &page; });
    EXPECT_EQ(found, got);
    return found;
  }
  AddressSpace& mapping() { return file_.f_mapping; }

  Page& page_ = world_.AddPage();
  Page& other_ = world_.AddPage();
  File& file_ = *ksync::New<File>(world_.machine());
};

TEST_F(FileTest, PagesAreFoundByOffset) {
  EXPECT_EQ(AddToPageCache(mapping(), page_, 5), AddToPageCacheResult::kAdded);
  EXPECT_EQ(AddToPageCache(mapping(), other_, 1'000'000), AddToPageCacheResult::kAdded);
  EXPECT_EQ(AddToPageCache(mapping(), other_, 5), AddToPageCacheResult::kExists);
  EXPECT_EQ(Find(5), &page_);
  EXPECT_EQ(Find(1'000'000), &other_);
  EXPECT_EQ(Find(6), nullptr);
  RemoveFromPageCache(mapping(), page_, 5);
  EXPECT_EQ(Find(5), nullptr);
  Fput(file_, NotePut);
  EXPECT_EQ(put_pages, std::vector<Page*>{&other_});
}

TEST_F(FileTest, TheLastReferenceCounts) {
  EXPECT_EQ(AddToPageCache(mapping(), page_, 0), AddToPageCacheResult::kAdded);
  GetFile(file_);
  Fput(file_, NotePut);
  EXPECT_TRUE(put_pages.empty());
  EXPECT_EQ(Find(0), &page_);
  Fput(file_, NotePut);
  EXPECT_EQ(put_pages, std::vector<Page*>{&page_});
}

TEST_F(FileTest, VmasAreListedInOrder) {
  Vma first(world_.machine(), nullptr, 0, 1, 0, 0);
  Vma second(world_.machine(), nullptr, 1, 2, 1, 0);
  ListNode<Vma> first_node(&first);
  ListNode<Vma> second_node(&second);
  VmaLinkFile(mapping(), first_node);
  VmaLinkFile(mapping(), second_node);
  EXPECT_EQ(Resting(mapping()).i_mmap.First(), &first_node);
  EXPECT_EQ(Resting(mapping()).i_mmap.Last(), &second_node);
  EXPECT_DEATH(Fput(file_, Ignore), "BUG: a file is freed that a VMA maps");
  UnlinkFileVma(mapping(), first_node);
  UnlinkFileVma(mapping(), second_node);
  Fput(file_, Ignore);
}

TEST_F(FileTest, OnlyItsOwnPageLeaves) {
  EXPECT_DEATH(RemoveFromPageCache(mapping(), page_, 0), "cache that it is not in");
  EXPECT_EQ(AddToPageCache(mapping(), page_, 0), AddToPageCacheResult::kAdded);
  EXPECT_DEATH(RemoveFromPageCache(mapping(), other_, 0), "cache that it is not in");
  Fput(file_, Ignore);
}

class SwapTest : public ObjectsTest {
 protected:
  Page* Lookup(SwapEntry entry) {
    Page* got = nullptr;
    Page* const found = swap_.LookupSwapCache(entry, [&](Page& page) { got = &page; });
    EXPECT_EQ(found, got);
    return found;
  }
  // A slot that one page table names and nothing caches.
  SwapEntry SwappedOut(std::uint32_t content) {
    const SwapEntry entry = swap_.GetSwapPage().value();
    swap_.AddToSwapCache(entry, page_);
    swap_.SwapDuplicate(entry);
    swap_.SwapWritepage(entry, content);
    swap_.DeleteFromSwapCache(entry, page_);
    return entry;
  }

  Page& page_ = world_.AddPage();
  Page& other_ = world_.AddPage();
  SwapArea swap_{3};
};

TEST_F(SwapTest, TheLowestFreeSlotIsTaken) {
  for (std::uint32_t slot = 0; slot < 3; ++slot) {
    EXPECT_EQ(swap_.GetSwapPage(), SwapEntry{slot});
  }
  EXPECT_EQ(swap_.GetSwapPage(), std::nullopt);
  EXPECT_EQ(swap_.SlotsInUse(), 3u);
  swap_.SwapcacheFree(SwapEntry{2});
  swap_.SwapcacheFree(SwapEntry{0});
  EXPECT_EQ(swap_.GetSwapPage(), SwapEntry{0});
  EXPECT_EQ(swap_.GetSwapPage(), SwapEntry{2});
  EXPECT_EQ(swap_.GetSwapPage(), std::nullopt);
}

TEST_F(SwapTest, ASlotLivesWhileACountOrTheCacheNeedsIt) {
  const SwapEntry entry = swap_.GetSwapPage().value();
  EXPECT_EQ(Lookup(entry), nullptr);
  swap_.AddToSwapCache(entry, page_);
  EXPECT_EQ(Lookup(entry), &page_);
  swap_.SwapDuplicate(entry);
  EXPECT_EQ(swap_.PageSwapcount(entry), 1);
  swap_.SwapFree(entry);
  EXPECT_EQ(swap_.SlotsInUse(), 1u);
  swap_.DeleteFromSwapCache(entry, page_);
  EXPECT_EQ(swap_.SlotsInUse(), 0u);

  const SwapEntry again = SwappedOut(7);
  EXPECT_EQ(swap_.SlotsInUse(), 1u);
  swap_.SwapFree(again);
  EXPECT_EQ(swap_.SlotsInUse(), 0u);
}

TEST_F(SwapTest, ContentOutlivesThePage) {
  const SwapEntry first = SwappedOut(7);
  const SwapEntry second = SwappedOut(8);
  EXPECT_TRUE(swap_.SwapcachePrepare(first, other_));
  EXPECT_EQ(swap_.SwapReadpage(first), 7u);
  EXPECT_TRUE(swap_.SwapcachePrepare(second, page_));
  EXPECT_EQ(swap_.SwapReadpage(second), 8u);
}

TEST_F(SwapTest, OneClaimAtATime) {
  const SwapEntry reserved = swap_.GetSwapPage().value();
  EXPECT_FALSE(swap_.SwapcachePrepare(reserved, other_));
  swap_.SwapcacheFree(reserved);
  EXPECT_FALSE(swap_.SwapcachePrepare(reserved, other_));
  const SwapEntry entry = SwappedOut(1);
  EXPECT_TRUE(swap_.SwapcachePrepare(entry, page_));
  EXPECT_FALSE(swap_.SwapcachePrepare(entry, other_));
  EXPECT_EQ(Lookup(entry), &page_);
}

TEST_F(SwapTest, ThousandsOfSlots) {
  SwapArea area(5000);
  for (std::uint32_t slot = 0; slot < 5000; ++slot) {
    ASSERT_EQ(area.GetSwapPage(), SwapEntry{slot});
  }
  EXPECT_EQ(area.GetSwapPage(), std::nullopt);
}

TEST_F(SwapTest, MisuseStops) {
  const SwapEntry free{1};
  EXPECT_DEATH(swap_.SwapFree(free), "BUG: a swap slot is freed that no page table names");
  EXPECT_DEATH(swap_.SwapDuplicate(free), "BUG: a free swap slot is duplicated");
  EXPECT_DEATH(swap_.AddToSwapCache(free, page_), "BUG: a page is added to a swap slot");
  EXPECT_DEATH(swap_.SwapcacheFree(free), "BUG: a swap slot is given back");
  EXPECT_DEATH(swap_.SwapReadpage(free), "BUG: a swap slot is read");
  EXPECT_DEATH(swap_.SwapWritepage(free, 1), "BUG: a swap slot is written");
  EXPECT_DEATH(swap_.PageSwapcount(SwapEntry{3}), "BUG: a swap entry names no slot");
  const SwapEntry entry = swap_.GetSwapPage().value();
  swap_.AddToSwapCache(entry, page_);
  EXPECT_DEATH(swap_.AddToSwapCache(entry, other_), "BUG: a page is added to a swap slot");
  EXPECT_DEATH(swap_.DeleteFromSwapCache(entry, other_), "BUG: a page leaves a swap slot");
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

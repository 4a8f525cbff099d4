// One planted fault per rule about the structure at rest; the validator must name that rule, and
// the objects. The rules about change are planted in validate_change_test.cc, those that need
// threads in models/rmap/rules_model_test.cc. Native and sequential.
#include "core/rmap/validate.h"

#include "core/mm/at_rest.h"
#include "core/mm/file.h"
#include "core/mm/mempolicy.h"
#include "core/rmap/world.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"
#include "core/vmops/split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

bool SplitInTwo(Mm& mm, Vma& vma) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  return SplitVma(vma, 1, NewVma::kAbove);
}

// A parent with one touched page, and its child.
class ValidateTest : public testing::Test {
 protected:
  ValidateTest() {
    vma_ = MmapAnonymous(parent_, 0, 2);
    EXPECT_TRUE(HandlePageFault(parent_, 1, Access::kWrite, &page_));
    child_ = DupMm(parent_);
    child_vma_ = FindVma(Resting(*child_), 1);
  }
  ~ValidateTest() override {
    Mmput(*child_);
    Mmput(parent_);
  }

  std::string Broken() { return BrokenRule({&parent_, child_}); }
  AnonVmaChain& Link() { return vma_->anon_vma_chain.First()->owner(); }

  World world_{Kernel()};
  Page& page_ = world_.AddPage();
  Mm& parent_ = world_.NewMm();
  Vma* vma_ = nullptr;
  Mm* child_ = nullptr;
  Vma* child_vma_ = nullptr;
};

TEST_F(ValidateTest, SoundStructure) { EXPECT_THAT(Broken(), IsEmpty()); }

TEST_F(ValidateTest, I1WrongIndex) {
  page_.index.Write(0);
  EXPECT_EQ(Broken(),
            "I1: a walk would look elsewhere for the page with index 0, mapped in VMA [0,2) of "
            "mm#0 at address 1 of mm#0");
  page_.index.Write(1);
}

TEST_F(ValidateTest, I1MigrationEntryLeftBehind) {
  Resting(parent_).page_table[1].Write(Pte::Migration(page_, kVmRead));
  EXPECT_EQ(Broken(), "I1: a migration entry is left at address 1 of mm#0");
}

TEST_F(ValidateTest, I1MappedOutsideAllVmas) {
  Resting(*child_).page_table[3].Write(Pte::Present(page_, kVmRead));
  EXPECT_EQ(Broken(), "I1: no VMA covers what is mapped at address 3 of mm#1");
  Resting(*child_).page_table[3].Write(Pte{});
}

TEST_F(ValidateTest, I1TreeThatKnowsAnOlderRange) {
  // The child's VMA is in the trees as [1,2) from now on, and becomes [0,2) again without them.
  child_vma_->vm_start.Write(0);
  child_vma_->vm_pgoff.Write(4);
  AnonVma& anon_vma = *vma_->anon_vma.Read();
  AnonVmaChain& link = child_vma_->anon_vma_chain.Last()->owner();
  anon_vma.members.Remove(link);
  anon_vma.members.Add(link);
  child_vma_->vm_pgoff.Write(0);
  EXPECT_THAT(Broken(), StartsWith("I1: a walk does not come to the VMA of the page"));
}

TEST_F(ValidateTest, I2PageWithoutAnchor) {
  page_.mapping.Write(0);
  EXPECT_THAT(Broken(), StartsWith("I2: nothing is named by the page with index 1"));
}

TEST_F(ValidateTest, I2AnchorInNoChain) {
  AnonVma* const anchor = AnonVmaAlloc(world_.machine(), nullptr);
  page_.mapping.Write(ToMapping(anchor));
  EXPECT_THAT(Broken(), StartsWith("I2: no chain has the anon_vma of the page with index 1"));
  AnonVmaDiscard(world_.machine(), *anchor);
}

TEST_F(ValidateTest, I3AnchorThatTheParentLacks) {
  page_.mapping.Write(ToMapping(child_vma_->anon_vma.Read()));
  EXPECT_EQ(Broken(),
            "I3: a VMA's chain lacks the anon_vma of the page with index 1, mapped in VMA [0,2) "
            "of mm#0 at address 1 of mm#0");
}

TEST_F(ValidateTest, I3OwnAnonVmaOutsideTheChain) {
  AnonVma* const own = vma_->anon_vma.Read();
  vma_->anon_vma.Write(child_vma_->anon_vma.Read());
  EXPECT_EQ(Broken(), "I3: the anon_vma of VMA [0,2) of mm#0 is missing from its chain");
  vma_->anon_vma.Write(own);
}

TEST_F(ValidateTest, I4OneAnonVmaAndTwoChains) {
  ASSERT_TRUE(SplitInTwo(*child_, *child_vma_));
  ASSERT_THAT(Broken(), IsEmpty());
  Vma& half = *FindVma(Resting(*child_), 0);  // Without the page.
  AnonVmaChain& link = half.anon_vma_chain.Last()->owner();
  half.anon_vma_chain.Erase(link.same_vma);
  EXPECT_EQ(Broken(),
            "I4: VMA [0,1) of mm#1 and VMA [1,2) of mm#1 have one anon_vma and "
            "different chains");
  half.anon_vma_chain.PushBack(link.same_vma);
}

TEST_F(ValidateTest, I5ChainTurnedRound) {
  AnonVmaChains& chain = child_vma_->anon_vma_chain;
  auto& root = *chain.Last();
  chain.Erase(root);
  chain.PushFront(root);
  EXPECT_THAT(Broken(), StartsWith("I5: the chain of VMA [0,2) of mm#1 does not run"));
  EXPECT_THAT(Broken(), HasSubstr("the anon_vma of VMA [0,2) of mm#0 is not followed"));
}

TEST_F(ValidateTest, I7LinkThatNamesAnotherVma) {
  AnonVmaChain& link = child_vma_->anon_vma_chain.First()->owner();
  link.vma.Write(vma_);
  EXPECT_EQ(Broken(), "I7: a link in the chain of VMA [0,2) of mm#1 names another VMA");
  link.vma.Write(child_vma_);
}

TEST_F(ValidateTest, I7LinkOnOneListOnly) {
  AnonVma& own = *child_vma_->anon_vma.Read();
  AnonVmaChain& link = child_vma_->anon_vma_chain.First()->owner();
  own.members.Remove(link);
  EXPECT_EQ(Broken(),
            "I7: a link of VMA [0,2) of mm#1 is not on the list of the anon_vma of VMA "
            "[0,2) of mm#1");
  own.members.Add(link);
}

TEST_F(ValidateTest, I7VmaThatNoMmHas) {
  EXPECT_EQ(BrokenRule({&parent_}),
            "I7: a VMA that no mm has is on the list of the anon_vma of VMA [0,2) of mm#0");
}

TEST_F(ValidateTest, I13PteThatAllowsWhatItsVmaForbids) {
  Resting(parent_).page_table[1].Write(Pte::Present(page_, kVmAccess));
  vma_->vm_flags.Write(kVmRead);
  EXPECT_EQ(Broken(),
            "I13: a pte allows too much of the page with index 1, mapped in VMA [0,2) of mm#0 at "
            "address 1 of mm#0");
}

TEST_F(ValidateTest, C6PageKeptInMemoryForNobody) {
  page_.mlocked.Write(true);
  EXPECT_EQ(Broken(), "C6: page with index 1 is kept in memory, and no locked VMA maps it");
  vma_->vm_flags.Write(vma_->vm_flags.Read() | kVmLocked);
  EXPECT_THAT(Broken(), IsEmpty());
}

TEST(ValidateHuge, C7PageBelowAHugeOneAndOneHalfSplit) {
  World world(Kernel(), {.virtual_pages = 4, .swap_slots = 2, .huge_pages = true});
  Mm& mm = world.NewMm();
  MmapAnonymous(mm, 0, 2, kVmAccess | kVmHugepage);
  EXPECT_TRUE(HandlePageFault(mm, 1));
  EXPECT_THAT(BrokenRule({&mm}), IsEmpty());
  HugePmd& entry = Resting(mm).huge_pmds[0];
  entry.splitting.Write(true);
  EXPECT_EQ(BrokenRule({&mm}), "C7: a huge page is left half split at address 0 of mm#0");
  entry.splitting.Write(false);
  const Pte below = Pte::Swap(world.machine().swap().GetSwapPage().value());
  Resting(mm).page_table[1].Write(below);
  EXPECT_EQ(BrokenRule({&mm}), "C7: a page is mapped below a huge one at address 1 of mm#0");
  Resting(mm).page_table[1].Write(Pte{});
  world.machine().swap().SwapcacheFree(below.entry());
  Mmput(mm);
}

TEST_F(ValidateTest, C1PageWithoutMapcount) {
  const PageUses uses = page_.uses.Load(ksync::relaxed);
  page_.uses.Store(kOneReference, ksync::relaxed);
  EXPECT_EQ(Broken(), "C1: page with index 1 has mapcount 0, and 2 ptes name it");
  page_.uses.Store(uses, ksync::relaxed);
}

TEST_F(ValidateTest, C1PageThatNobodyMaps) {
  Page& page = world_.AddPage();
  EXPECT_THAT(BrokenRuleOfPage({&parent_, child_}, page), IsEmpty());
  page.uses.FetchAdd(kOneMapping, ksync::relaxed);
  EXPECT_EQ(BrokenRuleOfPage({&parent_, child_}, page),
            "C1: page with index 0 has mapcount 1, and 0 ptes name it");
  page.uses.FetchSub(kOneMapping, ksync::relaxed);
}

TEST_F(ValidateTest, C2SlotThatNobodyCounted) {
  SwapArea& swap = world_.machine().swap();
  const SwapEntry entry = swap.GetSwapPage().value();
  Resting(parent_).page_table[0].Write(Pte::Swap(entry));
  EXPECT_EQ(Broken(), "C2: swap slot 0 counts 0 ptes, and 1 name it");
  Resting(parent_).page_table[0].Write(Pte{});
  swap.SwapcacheFree(entry);
}

TEST_F(ValidateTest, C2PageInNoSlot) {
  page_.swap_entry.Write(SwapEntry{1});
  EXPECT_EQ(Broken(), "C2: page with index 1 names slot 1, which does not cache it");
  page_.swap_entry.Write(kNoSwapEntry);
}

TEST_F(ValidateTest, C3FileWithoutAReferenceForItsVma) {
  File file(world_.machine());
  vma_->vm_file.Write(&file);
  child_vma_->vm_file.Write(&file);
  EXPECT_EQ(Broken(), "C3: the file of VMA [0,2) of mm#0 has 1 references, and 2 VMAs map it");
  child_vma_->vm_file.Write(nullptr);
  EXPECT_EQ(Broken(), "C3: VMA [0,2) of mm#0 is not on the list of its file");
  vma_->vm_file.Write(nullptr);
}

TEST_F(ValidateTest, C4PolicyWithoutAReferenceForItsVma) {
  Mempolicy* const policy = MpolNew(1);
  vma_->vm_policy.Write(policy);
  EXPECT_THAT(Broken(), IsEmpty());
  child_vma_->vm_policy.Write(policy);
  EXPECT_EQ(Broken(), "C4: the policy of VMA [0,2) of mm#0 has 1 references, and 2 VMAs name it");
  vma_->vm_policy.Write(nullptr);
  child_vma_->vm_policy.Write(nullptr);
  MpolPut(policy);
}

TEST_F(ValidateTest, C5VmaThatNobodyCounted) {
  AnonVma& own = *child_vma_->anon_vma.Read();
  own.num_active_vmas.Write(0);
  EXPECT_EQ(Broken(),
            "C5: the anon_vma of VMA [0,2) of mm#1 counts 0 children and 0 VMAs, and has 0 and 1");
  own.num_active_vmas.Write(1);
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

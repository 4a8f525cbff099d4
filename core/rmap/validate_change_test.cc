// One planted fault per rule about change, for the rules that one thread can break. Native.
// The messages are compared whole where that is short.
#include "core/rmap/validate_change.h"

#include "core/mm/at_rest.h"
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

using testing::IsEmpty;
using testing::StartsWith;

bool SplitInTwo(Mm& mm, Vma& vma) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  return SplitVma(vma, 1, NewVma::kAbove);
}

// A parent with one touched page, and its child, in the last kernel whose walk has an order.
class ValidateChangeTest : public testing::Test {
 protected:
  ValidateChangeTest() {
    vma_ = MmapAnonymous(parent_, 0, 2);
    EXPECT_TRUE(HandlePageFault(parent_, 1, Access::kWrite, &page_));
    child_ = DupMm(parent_);
    child_vma_ = FindVma(Resting(*child_), 1);
  }
  ~ValidateChangeTest() override {
    Mmput(*child_);
    Mmput(parent_);
  }

  World world_{Kernel(Generation::kG7)};
  Page& page_ = world_.AddPage();
  Mm& parent_ = world_.NewMm();
  Vma* vma_ = nullptr;
  Mm* child_ = nullptr;
  Vma* child_vma_ = nullptr;
};

TEST_F(ValidateChangeTest, I6ChildBeforeParent) {
  EXPECT_THAT(BrokenWalkOrder(*vma_, *child_vma_), IsEmpty());
  AnonVma& shared = *vma_->anon_vma.Read();
  AnonVmaChain& link = child_vma_->anon_vma_chain.Last()->owner();
  shared.members.Remove(link);
  shared.members.AddFirst(link);
  EXPECT_EQ(BrokenWalkOrder(*vma_, *child_vma_),
            "I6: a walk visits VMA [0,2), which gets ptes, before VMA [0,2), which gives them");
}

TEST_F(ValidateChangeTest, I8UnlockOfAnotherRoot) {
  AnonVma* const own = child_vma_->anon_vma.Read();
  AnonVma* const root = own->root.Read();
  const auto fault = [&] {
    LockOf(world_.machine(), *own).Lock();
    own->root.Write(own);
    LockOf(world_.machine(), *own).Unlock();
  };
  EXPECT_DEATH(fault(), "lock misuse: anon_vma->lock given back by a thread that does not hold");
  EXPECT_EQ(own->root.Read(), root);
}

TEST_F(ValidateChangeTest, I9FailedOperationThatSplit) {
  const Snapshot before({&parent_, child_});
  EXPECT_THAT(before.BrokenBy("nothing"), IsEmpty());
  ASSERT_TRUE(SplitInTwo(*child_, *child_vma_));
  EXPECT_EQ(before.BrokenBy("a split"),
            "I9: a split failed and left mm#1 changed: 1 VMAs became 2");
}

TEST_F(ValidateChangeTest, I9FailedOperationThatSplitUnseen) {
  const Snapshot before({&parent_, child_}, Cuts::kAreNotSeen);
  ASSERT_TRUE(SplitInTwo(*child_, *child_vma_));
  EXPECT_THAT(before.BrokenBy("a split"), IsEmpty());
  child_vma_->vm_flags.Write(kVmRead);
  EXPECT_EQ(before.BrokenBy("a split"),
            "I9: a split failed and left mm#1 changed: 1 VMAs became 2");
}

TEST_F(ValidateChangeTest, I9FailedOperationThatMovedABoundary) {
  const Snapshot before({&parent_, child_});
  child_vma_->vm_start.Write(1);
  EXPECT_EQ(before.BrokenBy("mremap"),
            "I9: mremap failed and left mm#1 changed: VMA [0,2) became [1,2)");
  child_vma_->vm_start.Write(0);
  EXPECT_THAT(before.BrokenBy("mremap"), IsEmpty());
}

TEST_F(ValidateChangeTest, I9FailedOperationThatLostAPte) {
  const Snapshot before({&parent_});
  const Pte pte = Resting(parent_).page_table[1].Read();
  Resting(parent_).page_table[1].Write(pte.WriteProtected());
  EXPECT_THAT(before.BrokenBy("fork"), IsEmpty());
  Resting(parent_).page_table[1].Write(Pte{});
  EXPECT_EQ(before.BrokenBy("fork"),
            "I9: fork failed and left mm#0 changed: what is mapped at address 1 changed");
  Resting(parent_).page_table[1].Write(pte);
}

TEST_F(ValidateChangeTest, I9FailedOperationThatLeftALink) {
  const Snapshot before({&parent_});
  AnonVmaChain extra;
  extra.anon_vma.Write(child_vma_->anon_vma.Read());
  vma_->anon_vma_chain.PushFront(extra.same_vma);
  EXPECT_THAT(before.BrokenBy("fork"), StartsWith("I9: fork failed and left mm#0 changed: VMA "
                                                  "[0,2) has another chain"));
  vma_->anon_vma_chain.Erase(extra.same_vma);
}

TEST_F(ValidateChangeTest, I10AnonVmaReplaced) {
  const HeldAnonVma held(*vma_);
  AnonVma* const own = vma_->anon_vma.Read();
  vma_->anon_vma.Write(child_vma_->anon_vma.Read());
  EXPECT_EQ(held.Broken(), "I10: the anon_vma of VMA [0,2) changed under mmap_sem");
  vma_->anon_vma.Write(own);
  EXPECT_THAT(held.Broken(), IsEmpty());
}

TEST_F(ValidateChangeTest, I11StartWithoutItsOffset) {
  const AnonVma& shared = *vma_->anon_vma.Read();
  EXPECT_THAT(BrokenRanges(shared, {0}), IsEmpty());
  child_vma_->vm_start.Write(1);
  EXPECT_EQ(BrokenRanges(shared, {0}),
            "I11: the start and the offset of VMA [1,2) do not belong together");
  EXPECT_THAT(BrokenRanges(shared, {0, 1}), IsEmpty());
  child_vma_->vm_pgoff.Write(1);
  EXPECT_THAT(BrokenRanges(shared, {0}), IsEmpty());
  child_vma_->vm_start.Write(0);
  child_vma_->vm_pgoff.Write(0);
}

TEST_F(ValidateChangeTest, I11EndWithoutTheNextStart) {
  ASSERT_TRUE(SplitInTwo(parent_, *vma_));
  Vma& upper = *FindVma(Resting(parent_), 1);
  EXPECT_THAT(BrokenBoundary(*vma_, upper), IsEmpty());
  vma_->vm_end.Write(2);
  EXPECT_EQ(BrokenBoundary(*vma_, upper), "I11: VMA [0,2) and VMA [1,2) do not touch");
  vma_->vm_end.Write(1);
}

TEST_F(ValidateChangeTest, I12ChainOfAForkedChild) {
  EXPECT_THAT(BrokenGrowth(*child_, 2), IsEmpty());
  EXPECT_EQ(BrokenGrowth(*child_, 1), "I12: the chain of VMA [0,2) has 2 links, more than 1");
}

TEST_F(ValidateChangeTest, I13AnotherValueIsRead) {
  EXPECT_THAT(BrokenRead(7, 7), IsEmpty());
  EXPECT_EQ(BrokenRead(8, 7), "I13: 8 is read, and 7 was written last");
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

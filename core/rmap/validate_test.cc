// One planted fault per rule; the validator must name that rule and no other.
// Native and sequential: the rules are about a structure at rest.
#include "core/rmap/validate.h"

#include "core/rmap/world.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

using testing::IsNull;
using testing::StartsWith;

// A parent with one touched page, and its child.
class ValidateTest : public testing::Test {
 protected:
  ValidateTest() {
    vma_ = MmapAnonymous(parent_, 0, 2);
    EXPECT_TRUE(HandlePageFault(parent_, 1, Access::kWrite, &page_));
    child_ = DupMm(parent_);
  }
  ~ValidateTest() override {
    Mmput(*child_);
    Mmput(parent_);
  }

  const char* Broken() { return BrokenRule({&parent_, child_}); }
  AnonVmaChain& Link() { return vma_->anon_vma_chain.First()->owner(); }

  World world_{Kernel()};
  Page& page_ = world_.AddPage();
  Mm& parent_ = world_.NewMm();
  Vma* vma_ = nullptr;
  Mm* child_ = nullptr;
};

TEST_F(ValidateTest, SoundStructure) { EXPECT_THAT(Broken(), IsNull()); }

TEST_F(ValidateTest, PageWithoutMapcount) {
  const PageUses uses = page_.uses.Load(ksync::relaxed);
  page_.uses.Store(kOneReference, ksync::relaxed);
  EXPECT_THAT(Broken(), StartsWith("I1: a page that a pte maps"));
  page_.uses.Store(uses, ksync::relaxed);
}

TEST_F(ValidateTest, WrongIndex) {
  page_.index.Write(0);
  EXPECT_THAT(Broken(), StartsWith("I1: a walk would look"));
}

TEST_F(ValidateTest, MigrationEntryLeftBehind) {
  parent_.page_table[1].Write(Pte::Migration(page_, kVmRead));
  EXPECT_THAT(Broken(), StartsWith("I1: a migration entry"));
}

TEST_F(ValidateTest, PageWithoutAnchor) {
  page_.mapping.Write(0);
  EXPECT_THAT(Broken(), StartsWith("I2"));
}

TEST_F(ValidateTest, AnchorThatTheParentLacks) {
  Vma* const child_vma = FindVma(*child_, 1);
  page_.mapping.Write(ToMapping(child_vma->anon_vma.Read()));
  EXPECT_THAT(Broken(), StartsWith("I3: a page's anon_vma"));
}

TEST_F(ValidateTest, OwnAnonVmaOutsideTheChain) {
  AnonVma* const own = vma_->anon_vma.Read();
  vma_->anon_vma.Write(FindVma(*child_, 1)->anon_vma.Read());
  EXPECT_THAT(Broken(), StartsWith("I3: a VMA's anon_vma"));
  vma_->anon_vma.Write(own);
}

TEST_F(ValidateTest, LinkThatNamesAnotherVma) {
  Link().vma.Write(FindVma(*child_, 1));
  EXPECT_THAT(Broken(), StartsWith("I7: a link in a VMA's chain"));
}

TEST_F(ValidateTest, LinkOnOneListOnly) {
  AnonVma& anon_vma = *vma_->anon_vma.Read();
  anon_vma.members.Remove(Link());
  EXPECT_THAT(Broken(), StartsWith("I7: a link is not on the list"));
  anon_vma.members.AddFirst(Link());
}

TEST_F(ValidateTest, VmaThatNoMmHas) {
  EXPECT_THAT(BrokenRule({&parent_}), StartsWith("I7: an anon_vma's list"));
}

}  // namespace
}  // namespace rmap::inline KSYNC_BACKEND

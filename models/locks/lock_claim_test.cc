// Claims as they are written: what each kind means, and where and how a line that is no claim is
// refused.
#include "models/locks/lock_claim.h"

#include <string>

#include "gtest/gtest.h"

namespace models {
namespace {

using ksync::LockMode;

LockClaims Parse(const std::string& text) {
  return ParseLockClaims(text, {.locks = {"mmap_sem", "page lock", "anon_vma->lock"},
                                .generations = {"G0", "G1", "G2"},
                                .repairs = {"KH-26", "KH-109"}});
}

LockClaim One(const std::string& text) {
  const LockClaims parsed = Parse(text);
  EXPECT_TRUE(parsed.mistakes.empty()) << text << ": " << parsed.mistakes[0].message;
  EXPECT_EQ(parsed.claims.size(), 1u) << text;
  return parsed.claims.empty() ? LockClaim() : parsed.claims[0];
}

// "column: message" of the one mistake.
std::string Refusal(const std::string& text) {
  const LockClaims parsed = Parse(text);
  EXPECT_TRUE(parsed.claims.empty()) << text;
  if (parsed.mistakes.size() != 1) return "";
  return std::to_string(parsed.mistakes[0].column) + ": " + parsed.mistakes[0].message;
}

TEST(LockClaim, AnOrderMayHaveSeveralSteps) {
  const LockClaim claim = One("order mmap_sem > page lock > anon_vma->lock -- mm/rmap.c, head # x");
  EXPECT_EQ(claim.kind, LockClaimKind::kOrder);
  EXPECT_EQ(claim.locks, (std::vector<std::string>{"mmap_sem", "page lock", "anon_vma->lock"}));
  EXPECT_EQ(claim.source, "mm/rmap.c, head");
  EXPECT_EQ(claim.text, "order mmap_sem > page lock > anon_vma->lock");
  EXPECT_EQ(claim.from, 0);
  EXPECT_EQ(claim.until, 2);
}

TEST(LockClaim, AClaimNamesItsKernels) {
  EXPECT_EQ(One("nest page lock from G1").from, 1);
  EXPECT_EQ(One("nest page lock until G1").until, 1);
  EXPECT_EQ(One("lock page lock sleeps G1 only").from, 1);
  EXPECT_EQ(One("lock page lock sleeps G1 only").until, 1);
  EXPECT_FALSE(One("lock page lock spins from G0 until G1").says_yes);
  EXPECT_EQ(One("nest page lock until G1").text, "nest page lock until G1");
}

TEST(LockClaim, AClaimNamesARepair) {
  EXPECT_EQ(One("nest page lock").repair, "");
  EXPECT_EQ(One("nest page lock with KH-109").repair, "KH-109");
  EXPECT_TRUE(One("nest page lock with KH-109 -- mm/mmap.c").repaired);
  const LockClaim claim =
      One("field x: common lock for readers with page lock G1 only without KH-26");
  EXPECT_EQ(claim.repair, "KH-26");
  EXPECT_FALSE(claim.repaired);
  EXPECT_EQ(claim.readers_with, "page lock");
  EXPECT_EQ(claim.from, 1);
  EXPECT_EQ(Refusal("nest page lock with KH-999"),
            "21: 'KH-999' is no repair: write one that `rmapcheck bugs` has");
  EXPECT_EQ(Refusal("nest page lock with G1"), "21: expected a repair, such as KH-109, found 'G1'");
}

TEST(LockClaim, WhoIsTheLastUserNeedsNoLock) {
  EXPECT_EQ(One("field x: write mmap_sem or last user").write->Text(), "mmap_sem(W) or last user");
  EXPECT_EQ(One("field x: read page lock and last user").read->Text(),
            "page lock(R) and last user");
  EXPECT_EQ(Refusal("nest last user"),
            "6: 'last user' is no lock: write one of mmap_sem, page lock, anon_vma->lock");
}

TEST(LockClaim, AFieldHasRules) {
  const LockClaim claim =
      One("field vma.x: write mmap_sem and page lock(R) or anon_vma->lock; read mmap_sem(W)");
  EXPECT_EQ(claim.field, "vma.x");
  ASSERT_TRUE(claim.write.has_value());
  EXPECT_EQ(claim.write->Text(), "mmap_sem(W) and page lock(R) or anon_vma->lock(W)");
  ASSERT_TRUE(claim.read.has_value());
  EXPECT_EQ(claim.read->Text(), "mmap_sem(W)");
  EXPECT_EQ(One("field vma.x: read page lock").read->Text(), "page lock(R)");
  EXPECT_EQ(One("field vma.x: read nothing").read->Text(), "nothing");
  EXPECT_FALSE(One("field vma.x: read nothing").write.has_value());
}

TEST(LockClaim, AFieldMayHaveACommonLockOrNone) {
  EXPECT_TRUE(One("field vma.x: common lock").says_yes);
  EXPECT_FALSE(One("field vma.x: no common lock G1 only").says_yes);
  EXPECT_EQ(One("field vma.x: no common lock").kind, LockClaimKind::kCommon);
  EXPECT_EQ(One("field x: common lock for readers with page lock from G1").readers_with,
            "page lock");
}

TEST(LockClaim, MistakesNameThePlaceAndTheMend) {
  EXPECT_EQ(Refusal("odrer mmap_sem > page lock"),
            "1: expected 'order', 'nest', 'lock' or 'field', found 'odrer'");
  EXPECT_EQ(Refusal("order mmap_sem"),
            "15: expected '>' and the lock that is taken inside, found the end of the line");
  EXPECT_EQ(Refusal("  order mmap_sem > pge lock"),
            "20: 'pge lock' is no lock: write one of mmap_sem, page lock, anon_vma->lock");
  EXPECT_EQ(Refusal("field vma.x read mmap_sem"),
            "13: expected ':' and what is claimed of the field, found 'read'");
  EXPECT_EQ(Refusal("field vma.x: read mmap_sem(X)"), "28: expected 'W' or 'R', found 'X)'");
  EXPECT_EQ(Refusal("nest mmap_sem from G7"),
            "20: 'G7' is no kernel generation: write one of G0, G1, G2");
  EXPECT_EQ(Refusal("nest mmap_sem from G2 until G1"),
            "20: no kernel is meant: exchange the two generations");
  EXPECT_EQ(Refusal("nest mmap_sem --"),
            "17: expected where the claim is taken from, found the end of the line");
  EXPECT_EQ(Refusal("nest mmap_sem; nest page lock"),
            "14: expected 'from', 'until', 'with', a source behind '--', or the end of the line, "
            "found ';'");
}

TEST(LockClaim, ALockHasOnePlaceInAnOrder) {
  EXPECT_EQ(Refusal("order mmap_sem > mmap_sem"),
            "18: 'mmap_sem' stands in this order already: name it once");
  EXPECT_EQ(Refusal("order mmap_sem > page lock > mmap_sem"),
            "30: 'mmap_sem' stands in this order already: name it once");
}

TEST(LockClaim, AccessesOfOneKindHaveOneRule) {
  EXPECT_EQ(Refusal("field vma.x: write page lock; write mmap_sem(W)"),
            "31: a second rule for the same accesses: join the two with 'and' or 'or'");
  EXPECT_EQ(Refusal("field vma.x: read nothing; read mmap_sem"),
            "28: a second rule for the same accesses: join the two with 'and' or 'or'");
}

TEST(LockClaim, ALineEndsSomewhere) {
  std::string order = "order mmap_sem";
  for (int i = 0; i < 200'000; ++i) order += " > mmap_sem";
  EXPECT_EQ(Refusal(order), "1001: the line goes on behind 1000 characters: shorten it");
  const LockClaims parsed = Parse("nest " + std::string(3'000'000, 'x') + "\nnest mmap_sem");
  ASSERT_EQ(parsed.mistakes.size(), 1u);
  EXPECT_EQ(parsed.mistakes[0].text, "nest " + std::string(55, 'x') + "...");
  EXPECT_EQ(parsed.claims.size(), 1u);
  const std::string remark = "nest mmap_sem # ";
  EXPECT_TRUE(Parse(remark + std::string(1'000 - remark.size(), 'x')).mistakes.empty());
}

TEST(LockClaim, ALockEndsWhereItsNameDoes) {
  EXPECT_EQ(Refusal("lock page lock hovers"), "16: expected 'sleeps' or 'spins', found 'hovers'");
  EXPECT_EQ(Refusal("order mmap_sem page lock"),
            "16: expected '>' and the lock that is taken inside, found 'page'");
  EXPECT_EQ(Refusal("nest page locker"),
            "6: 'page locker' is no lock: write one of mmap_sem, page lock, anon_vma->lock");
}

TEST(LockClaim, AFieldIsOneThatThereIs) {
  const LockVocabulary words{
      .locks = {"mmap_sem"},
      .generations = {"G0"},
      .fields = {"vma.vm_start", "pte"},
      .mend = [](const std::string& word, const std::vector<std::string>& known) {
        return "not " + word + " but " + known[0];
      }};
  EXPECT_TRUE(ParseLockClaims("field pte: common lock", words).mistakes.empty());
  const LockClaims wrong = ParseLockClaims("  field vma.vm_strat: common lock\nnest sem", words);
  ASSERT_EQ(wrong.mistakes.size(), 2u);
  EXPECT_EQ(wrong.mistakes[0].column, 9);
  EXPECT_EQ(wrong.mistakes[0].message,
            "'vma.vm_strat' is no field: not vma.vm_strat but vma.vm_start");
  EXPECT_EQ(wrong.mistakes[1].message, "'sem' is no lock: not sem but mmap_sem");
}

TEST(LockClaim, WhatIsToldAgainIsCutAndPrintable) {
  const LockClaims parsed = Parse("nest \x1b[2Jmmap_sem\xff\n" + std::string(70, 'y'));
  ASSERT_EQ(parsed.mistakes.size(), 2u);
  EXPECT_EQ(parsed.mistakes[0].text, "nest ?[2Jmmap_sem?");
  EXPECT_EQ(parsed.mistakes[0].message, "expected the name of a lock, found '?[2Jmmap_sem?'");
  EXPECT_EQ(parsed.mistakes[1].text, std::string(60, 'y') + "...");
  EXPECT_TRUE(Parse("\xEF\xBB\xBFnest mmap_sem").mistakes.empty());
}

TEST(LockClaim, AFileEndsSomewhere) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "# remark\n";
  EXPECT_TRUE(Parse(text.substr(0, text.size() - 1)).mistakes.empty());
  const LockClaims parsed = Parse(text + "nest mmap_sem\nnest mmap_sem");
  EXPECT_TRUE(parsed.claims.empty());
  ASSERT_EQ(parsed.mistakes.size(), 1u);
  EXPECT_EQ(parsed.mistakes[0].line, 10'001);
  EXPECT_EQ(parsed.mistakes[0].message, "more than 10000 lines of claims: cut the file in two");
}

TEST(LockClaim, AMistakeDoesNotHideTheOtherLines) {
  const LockClaims parsed = Parse("# remark\n\nnest mmap_sem\nnonsense\nnest page lock\n");
  ASSERT_EQ(parsed.claims.size(), 2u);
  EXPECT_EQ(parsed.claims[0].line, 3);
  EXPECT_EQ(parsed.claims[1].line, 5);
  ASSERT_EQ(parsed.mistakes.size(), 1u);
  EXPECT_EQ(parsed.mistakes[0].line, 4);
}

}  // namespace
}  // namespace models

// Links, chains and their order. A VMA's list is compared with its anon_vmas' lists from both ends.
// Rules that only the order of VMAs in an mm could break are not among them: nobody walks by it.
#include "absl/strings/str_cat.h"
#include "core/rmap/validate_rules.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

bool SomeMmHas(AllMms mms, const Vma& vma) {
  for (Mm* mm : mms) {
    if (Resting(*mm).mmap.Contains(vma.mm_node)) return true;
  }
  return false;
}

// Compares VMAs by address only: one that no mm has may be freed.
std::string BrokenMembers(AllMms mms, const AnonVma& anon_vma) {
  const AnonVmaMembers& members = anon_vma.members;
  for (auto* avc = members.First(0, kLastOffset); avc != nullptr;
       avc = members.Next(*avc, 0, kLastOffset)) {
    if (SomeMmHas(mms, *avc->vma.Read())) continue;
    return absl::StrCat("I7: a VMA that no mm has is on the list of ", NameOf(mms, &anon_vma));
  }
  return "";
}

std::string BrokenLink(AllMms mms, const Vma& vma, const AnonVmaChain& avc) {
  if (avc.vma.Read() != &vma) {
    return absl::StrCat("I7: a link in the chain of ", NameOf(mms, vma), " names another VMA");
  }
  const AnonVma& anon_vma = *avc.anon_vma.Read();
  if (!anon_vma.members.Contains(avc)) {
    return absl::StrCat("I7: a link of ", NameOf(mms, vma), " is not on the list of ",
                        NameOf(mms, &anon_vma));
  }
  return BrokenMembers(mms, anon_vma);
}

int ChainLength(const Vma& vma) {
  int length = 0;
  FirstBrokenLink(vma, [&length](const AnonVmaChain&) {
    ++length;
    return "";
  });
  return length;
}

bool SameChain(const Vma& one, const Vma& other) {
  if (ChainLength(one) != ChainLength(other)) return false;
  const std::string missing = FirstBrokenLink(one, [&other](const AnonVmaChain& avc) {
    return ChainNames(other, avc.anon_vma.Read()) ? "" : "missing";
  });
  return missing.empty();
}

// I4, for a VMA and those behind it.
std::string BrokenTwins(AllMms mms, const Mm& mm, const Vma& vma) {
  const AnonVma* const own = vma.anon_vma.Read();
  if (own == nullptr) return "";
  const Vma* other = &vma;
  while ((other = NextVma(Resting(mm), *other)) != nullptr) {
    if (other->anon_vma.Read() != own || SameChain(vma, *other)) continue;
    return absl::StrCat("I4: ", NameOf(mms, vma), " and ", NameOf(mms, *other),
                        " have one anon_vma and different chains");
  }
  return "";
}

// Returns: whether the parent of the link's anon_vma is in the chain behind it, or it is a root and
// the last.
bool IsBeforeItsParent(const Vma& vma, const AnonVmaChain& avc) {
  const AnonVma* const anon_vma = avc.anon_vma.Read();
  const AnonVma* const parent = anon_vma->parent.Read();
  const AnonVmaChains& chain = vma.anon_vma_chain;
  auto* node = chain.After(avc.same_vma);
  if (node == nullptr) return parent == anon_vma;
  while (node != nullptr && node->owner().anon_vma.Read() != parent) node = chain.After(*node);
  return node != nullptr;
}

std::string BrokenOrder(AllMms mms, const Vma& vma) {
  return FirstBrokenLink(vma, [&](const AnonVmaChain& avc) -> std::string {
    if (IsBeforeItsParent(vma, avc)) return "";
    return absl::StrCat("I5: the chain of ", NameOf(mms, vma),
                        " does not run from the newest anon_vma to the root: ",
                        NameOf(mms, avc.anon_vma.Read()), " is not followed by its parent");
  });
}

}  // namespace

std::string BrokenStructure(AllMms mms) {
  std::string broken = FirstBrokenVma(mms, [&](const Vma& vma) {
    return FirstBrokenLink(vma, [&](const AnonVmaChain& avc) { return BrokenLink(mms, vma, avc); });
  });
  if (!broken.empty()) return broken;
  for (const Mm* mm : mms) {
    broken = FirstBrokenVma(*mm, [&](const Vma& vma) { return BrokenTwins(mms, *mm, vma); });
    if (!broken.empty()) return broken;
  }
  return FirstBrokenVma(mms, [&](const Vma& vma) { return BrokenOrder(mms, vma); });
}

}  // namespace rmap::inline KSYNC_BACKEND

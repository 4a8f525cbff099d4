// What the files of the validator share: names for objects, ways to visit all of them, and the
// rules by topic. Nothing here is for users; they include validate.h.
//
// Each rule returns what is broken in words, or nothing. The words are made only then: under the
// checker every execution validates, and hardly any has something to say.
//
// What may be freed is compared by address before it is touched, so that the rule is named and not
// the crash. Whoever iterates asks ksync in an order that no address decides: a replay must travel.
#ifndef RMAPCHECK_CORE_RMAP_VALIDATE_RULES_H_
#define RMAPCHECK_CORE_RMAP_VALIDATE_RULES_H_

#include <string>

#include "core/mm/at_rest.h"
#include "core/rmap/anon_vma.h"
#include "core/rmap/validate.h"

namespace rmap::inline KSYNC_BACKEND {

// validate_structure.cc: I7, I4, I5.
std::string BrokenStructure(AllMms mms);
// validate_pages.cc: I1, I2, I3.
std::string BrokenPages(AllMms mms);
// validate_counts.cc: C1 to C7.
std::string BrokenCounts(AllMms mms);

// Returns: what is mapped from an address on: the pte, or the huge entry that begins there.
Pte EntryAt(const Mm& mm, VirtualPage address);

// Names for messages. Requires of each: as BrokenRule.
std::string NameOf(AllMms mms, const Mm& mm);    // "mm#0".
std::string NameOf(AllMms mms, const Vma& vma);  // "VMA [1,2) of mm#0".
// "the anon_vma of VMA [1,2) of mm#0"; "entry 1 of the chain of VMA [1,2) of mm#0"; "an anon_vma in
// no chain". Never touches it.
std::string NameOf(AllMms mms, const AnonVma* anon_vma);
// "VMA [1,2)", for who has no list of mms.
std::string RangeOf(const Vma& vma);

bool ChainNames(const Vma& vma, const AnonVma* wanted);

// Calls rule(vma), or rule(avc), for each VMA or each link of a VMA until one is broken.
// Returns: what that call returned.
template <typename Rule>
std::string FirstBrokenVma(const Mm& mm, Rule rule) {
  for (const Vma* vma = FirstVma(Resting(mm)); vma != nullptr; vma = NextVma(Resting(mm), *vma)) {
    if (std::string broken = rule(*vma); !broken.empty()) return broken;
  }
  return "";
}
template <typename Rule>
std::string FirstBrokenVma(AllMms mms, Rule rule) {
  for (Mm* mm : mms) {
    if (std::string broken = FirstBrokenVma(*mm, rule); !broken.empty()) return broken;
  }
  return "";
}
template <typename Rule>
std::string FirstBrokenLink(const Vma& vma, Rule rule) {
  const AnonVmaChains& chain = vma.anon_vma_chain;
  for (auto* node = chain.First(); node != nullptr; node = chain.After(*node)) {
    if (std::string broken = rule(node->owner()); !broken.empty()) return broken;
  }
  return "";
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_VALIDATE_RULES_H_

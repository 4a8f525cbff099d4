// The rules of the structure, checked when nothing moves. A broken rule is named, told in words,
// and told with the objects that break it, as a reader can find them: a VMA by its range and by the
// position of its mm in the list that was given, a page by its index and an address.
//
//   I1 completeness: a walk from a page comes to every pte that names it, and looks at the right
//      address; no migration entry is left behind; nothing is mapped outside all VMAs.
//   I2 anchor: a mapped page names an anon_vma, and some VMA has that one in its chain.
//   I3 closure: the anchor of a page is in the chain of every VMA that maps it; a VMA's own
//      anon_vma is in its chain.
//   I4 VMAs of one mm with one anon_vma have the same chain; who merges them relies on it.
//   I5 chain order: each anon_vma comes before its parent, and the root is the last.
//   I7 links: each link is on both its lists, and names a VMA that some mm has.
//   I13 rights (half of it): a pte allows nothing that its VMA forbids.
//   C1 a page has as many mappings as ptes name it.
//   C2 a swap slot is counted by as many ptes as name it; a page in the swap cache is its slot's.
//   C3 a file has a reference for each VMA that maps it, and those are on its list.
//   C4 a policy has a reference for each VMA that names it.
//   C5 where anon_vmas are reused: one counts its children and the VMAs whose anon_vma it is.
//   C6 a page that is kept in memory is mapped by a locked VMA.
//   C7 nothing is mapped below a huge entry, and none is being split.
//
// The others are about change, not about rest. Some have their own helpers (validate_change.h): I6,
// I9, I10, I11, I12, I13. Two are kept by whoever watches the locks: I8, lock and unlock act on the
// same lock, is "lock misuse", and I14, nobody waits for ever, is "deadlock" and "unbounded loop".
// Their planted faults are in models/rmap/rules_model_test.cc.
#ifndef RMAPCHECK_CORE_RMAP_VALIDATE_H_
#define RMAPCHECK_CORE_RMAP_VALIDATE_H_

#include <string>

#include "absl/types/span.h"
#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// All address spaces of a machine. Their positions are their names in messages: "mm#0".
using AllMms = absl::Span<Mm* const>;

// Returns: the first rule that is broken, in the order I1 I2 I3 I7 I4 I5 C1...; empty if all hold.
// Requires: no other thread uses the address spaces, and no migration is under way.
[[nodiscard]] std::string BrokenRule(AllMms mms);

// Returns: as BrokenRule; only of C1 for one page, which need not be mapped.
[[nodiscard]] std::string BrokenRuleOfPage(AllMms mms, const Page& page);

// Fails the run if a rule is broken. Requires: as BrokenRule.
void Validate(AllMms mms, ksync::Site site = ksync::Site::current());

// Fails the run with the text, unless that is empty.
void CheckUnbroken(const std::string& broken, ksync::Site site = ksync::Site::current());

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_VALIDATE_H_

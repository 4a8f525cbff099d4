// The rules of the structure, checked when nothing moves.
//
//   I1 completeness: every pte of an anonymous page is found from the page; no migration entry is
//      left behind.
//   I2 anchor: a mapped page names an anon_vma. (That this is not freed follows from I3 and I7; a
//      walk that touches a freed one is reported by whoever watches the memory.)
//   I3 closure: the anchor of a page is in the chain of every VMA that maps it; a VMA's own
//      anon_vma is in its chain.
//   I7 links: each link is on both lists, and names a VMA that some mm has.
//   I13 rights: a pte allows nothing that its VMA forbids.
#ifndef RMAPCHECK_CORE_RMAP_VALIDATE_H_
#define RMAPCHECK_CORE_RMAP_VALIDATE_H_

#include <initializer_list>

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Returns: the first rule that is broken, beginning with its name; null if all hold.
// Requires: `mms` are all address spaces of the machine, no other thread uses them, and no
// migration is under way.
const char* BrokenRule(std::initializer_list<Mm*> mms);

// Fails the run if a rule is broken. Requires: as above.
void Validate(std::initializer_list<Mm*> mms, ksync::Site site = ksync::Site::current());

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_VALIDATE_H_

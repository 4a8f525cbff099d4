// Steps that most scenarios take, each of which cannot fail: memory does not run out in them. One
// that explores failing allocations calls the operations of core/vmops itself.
#ifndef RMAPCHECK_CORE_SCENARIOS_STEPS_H_
#define RMAPCHECK_CORE_SCENARIOS_STEPS_H_

#include <cstdint>

#include "core/mm/at_rest.h"
#include "core/mm/mm.h"
#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/sync/sync.h"
#include "core/vmops/fork.h"

namespace rmap::inline KSYNC_BACKEND {

// A program touches a page, which is `fresh` if it needs a new one. Requires: allocations do not
// fail.
void Touch(Mm& mm, VirtualPage address, Page& fresh);
void Touch(Mm& mm, VirtualPage address, Access access);

// A program writes, or reads, what is at an address. Requires: allocations do not fail.
void Store(Mm& mm, VirtualPage address, std::uint32_t value);
std::uint32_t Load(Mm& mm, VirtualPage address);

// A program reads what was written there last. Requires: allocations do not fail.
void CheckReads(Mm& mm, VirtualPage address, std::uint32_t written,
                ksync::Site site = ksync::Site::current());

// Reclaim takes the page that is mapped there from everybody. Requires: nobody else uses it now.
void Evict(Mm& mm, VirtualPage address);

// Nothing moves: as AtRest. Then the last processes end, and what they leave in the swap cache is
// reclaimed; fails the run if a slot stays in use for nobody.
void ExitAll(World& world, AllMms mms, ksync::Site site = ksync::Site::current());

// What is written on a page, by whom.
inline constexpr std::uint32_t kParents = 1;
inline constexpr std::uint32_t kChilds = 2;

// Returns: a process that has written kParents on its one page.
Mm& NewWriter(World& world);

// Such a process, and its child.
struct WriterAndChild {
  explicit WriterAndChild(World& world) : parent(NewWriter(world)), child(DupMm(parent)) {}
  void CheckBothRead(std::uint32_t parents, std::uint32_t childs,
                     ksync::Site site = ksync::Site::current()) const;
  void Exit(World& world) { ExitAll(world, {child, &parent}); }

  Mm& parent;
  Mm* const child;
};

// A program changes access rights. Requires: allocations do not fail.
void Protect(Mm& mm, VirtualPage start, VirtualPage end, Rights rights);

// A program gives a range back. Requires: allocations do not fail.
void Unmap(Mm& mm, VirtualPage start, VirtualPage end);

// Nothing moves: walks visit a parent before a child that it forked. Asked of each VMA that both
// have; what was split, merged or moved since then was not copied as it is.
void CheckForkOrder(const Mm& parent, const Mm& child, ksync::Site site = ksync::Site::current());

// Nothing moves: every rule of core/rmap/validate.h holds, for the world's pages also if nobody
// maps them. Requires: as Validate.
void AtRest(const World& world, AllMms mms, ksync::Site site = ksync::Site::current());

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCENARIOS_STEPS_H_

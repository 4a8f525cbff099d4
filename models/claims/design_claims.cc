// Claims on what chains cost, and on what guards them.
// Source: the patch of 28 January 2010 and the mails about it.
#include "models/claims/topics.h"

namespace models {

using enum ClaimVerdict;

// What do walks cost, and chains?
std::vector<Claim> ClaimsOnCost() {
  return {
      {.id = "C-15",
       .said = "Rik van Riel, in the patch, 28 January 2010",
       .text = "A walk for a child's own page costs O(1), for at most one page in N it costs O(N): "
               "two visits on average.",
       .expected = kHoldsOnlyFor,
       .qualification = "children without children, whose pages are anchored at their own anon_vma",
       .why = "A parent with three children comes to one and three quarters, without chains to "
              "four. But each process of a line adds half a visit; and for a while before 2.6.34 "
              "every new page was anchored at the root, and all were dear again.",
       .decided_by = {{"SiblingWalkCost", "G0", kBroken},
                      {"SiblingWalkCost", "G1", kFine},
                      {"SiblingWalkCost", "G3", kFine},
                      {"SiblingWalkCost", "G9", kFine},
                      {"SiblingWalkCost", "G3 without KH-21", kFine},
                      {"DescendantWalkCost", "G1", kFine},
                      {"DescendantWalkCost", "G9", kFine}}},
      {.id = "C-16",
       .said = "Minchan Kim, 1 February 2010; confirmed by the author",
       .text = "The parent's own page may still need a walk of every child.",
       .expected = kHolds,
       .qualification = "",
       .why = "Every child's VMA stays on the list of the parent's anon_vma, whether or not it "
              "still maps the page. It is so today.",
       .decided_by = {{"ParentWalkCost", "G1", kBroken},
                      {"ParentWalkCost", "G3", kBroken},
                      {"ParentWalkCost", "G9", kBroken}}},
      {.id = "C-17",
       .said = "Rik van Riel, in the patch, 28 January 2010: from one build of a kernel",
       .text = "Chains need about a third of the memory that VMAs need.",
       .expected = kHoldsOnlyFor,
       .qualification = "processes that soon call exec",
       .why = "A VMA has one link for each ancestor that has forked since exec, and six links for "
              "five VMAs are a third. A daemon that forks and lets its parent exit has more, and "
              "no number at which it ends, until 3.19 bounds it: above a third.",
       .decided_by = {{"BuildChainMemory", "G1", kFine},
                      {"BuildChainMemory", "G3", kFine},
                      {"BuildChainMemory", "G9", kFine},
                      {"DaemonChainMemory", "G1", kFine},
                      {"DaemonChainMemory", "G9", kFine},
                      {"ForkForEver", "G1", kFine},
                      {"ForkForEver", "G8", kFine}}},
      {.id = "C-18",
       .said = "Minchan Kim, 28 January 2010",
       .text = "The footprint about triples; small systems should be able to leave it out.",
       .expected = kUndecidable,
       .qualification = "policy",
       .why = "Whether to make it an option was a choice, and it was not made. That chains can "
              "grow without end was found in 2014.",
       .decided_by = {}},
  };
}

// Which lock guards a chain and an anchor, and which check do they need?
std::vector<Claim> ClaimsOnLocks() {
  return {
      {.id = "C-13",
       .said = "Rik van Riel to Andrew Morton, 29 January 2010",
       .text = "A VMA's chain is guarded by mmap_sem for writing, or by mmap_sem for reading "
               "together with page_table_lock.",
       .expected = kHolds,
       .qualification = "",
       .why = "A first fault races with another one, or with a fork, and the chain is whole "
              "without a data race. Since 2.6.34 a neighbour's fault asks with mmap_sem alone "
              "whether the chain has one entry; it may see it before the entry, and borrows "
              "nothing then. The rule is the same to this day.",
       .decided_by = {{"FaultVersusFault", "G1 with KH-22", kFine},
                      {"FaultVersusFault", "G3", kFine},
                      {"FaultVersusFaultAlone", "G1", kFine},
                      {"FaultVersusFaultAlone", "G3", kFine},
                      {"FaultVersusFaultAlone", "G9", kFine},
                      {"ForkVersusFault", "G1", kFine},
                      {"ForkVersusFault", "G3", kFine},
                      {"ForkVersusFault", "G9", kFine},
                      {"FaultVersusNeighbourFault", "G3 with KH-108", kFine}}},
      {.id = "C-14",
       .said = "Rik van Riel, 28 January 2010; Minchan Kim agreed on 1 February",
       .text =
           "The check that a page's anchor is the anon_vma of the VMA that maps it is obsolete.",
       .expected = kHoldsOnlyFor,
       .qualification = "the equality",
       .why = "An inherited page is anchored at an ancestor's; where the equality was still asked "
              "for, swapoff did not find such pages. But an anchor that the VMA does not know at "
              "all passed unseen too, until something was freed; a check of the root came back "
              "in 2.6.36.",
       .decided_by = {{"InheritedAnchorIsOwn", "G0", kFine},
                      {"InheritedAnchorIsOwn", "G1", kBroken},
                      {"InheritedAnchorIsOwn", "G3", kBroken},
                      {"InheritedAnchorIsOwn", "G9", kBroken},
                      {"SwapoffFindsInherited", "G3 without KH-31", kBroken},
                      {"SwapoffFindsInherited", "G3", kFine},
                      {"MigrateShared", "G1", kFine},
                      {"SwapInByChildFirst", "G1", kFine}}},
      {.id = "C-19",
       .said = "Rik van Riel, 28 January 2010",
       .text = "do_wp_page may anchor a page anew that only it maps, because it holds the page's "
               "lock.",
       .expected = kHolds,
       .qualification = "",
       .why =
           "Walks, which do without the lock, find the page by either anchor. Who brings the page "
           "back from swap, copies it or gives it up holds the lock too, or is counted in the "
           "moment of the decision.",
       .decided_by = {{"ReuseUnderPageLock", "G1 with KH-20", kFine},
                      {"ReuseUnderPageLock", "G3", kFine},
                      {"ReuseUnderPageLock", "G9", kFine},
                      {"CopyVersusCopy", "G1", kFine},
                      {"CopyVersusCopy", "G9", kFine},
                      {"ReuseVersusWalk", "G1", kFine},
                      {"ReuseVersusWalk", "G9", kFine}}},
  };
}

}  // namespace models

// The table of claims, in our own words. "What the claim predicts" is the third member of each run.
//
// A run is chosen so that the claim says something about it: the operation it speaks of, under the
// kernel it was made for; where a later repair gives the claim up, the kernel with only that repair
// taken out stands beside it.
// Not here: the two claims about KSM alone (C-21) and speculative faults (C-23 to C-25).
#include <algorithm>

#include "models/claims/claims.h"

namespace models {
namespace {

using enum ClaimVerdict;

constexpr Verdict kFine = Verdict::kHolds;
constexpr Verdict kBroken = Verdict::kViolated;

// Is a walk allowed to miss a pte, or to find what is gone?
std::vector<Claim> ClaimsOnWalks() {
  return {
      {.id = "C-01",
       .said = "Rik van Riel, 29 and 30 January 2010",
       .text = "A walk that meets an inconsistent VMA at worst fails to find a page, and that is "
               "as good as not having walked.",
       .expected = kRefuted,
       .qualification = "",
       .why = "Migration cannot afford to miss: the entry it leaves behind names a page that is "
              "gone, and the next fault panics. The seed's VM_LOCK_RMAP does not prevent that "
              "either.",
       .decided_by = {{"SplitBelowVersusMigration", "G2", kFine},
                      {"BoundaryUpVersusMigration", "G2", kFine},
                      {"BoundaryDownVersusMigration", "G2", kFine},
                      {"SplitBelowVersusMigration", "G5 without KH-25", kFine},
                      {"BoundaryDownVersusMigration", "G5", kFine}}},
      {.id = "C-02",
       .said = "Nick Piggin, 1 February 2010; withdrawn the next day",
       .text = "Some users of the reverse mapping must know that every pte was handled when the "
               "walk returns.",
       .expected = kHolds,
       .qualification = "",
       .why = "Migration is one. It loses a pte where boundaries move without a lock, and none "
              "where they move under it.",
       .decided_by = {{"SplitBelowVersusMigration", "G2", kBroken},
                      {"BoundaryUpVersusMigration", "G2", kBroken},
                      {"SplitBelowVersusMigration", "G3 with KH-25", kFine},
                      {"SplitBelowVersusMigration", "G5", kFine},
                      {"BoundaryUpVersusMigration", "G5", kFine}}},
      {.id = "C-03",
       .said = "Rik van Riel, 1 February 2010",
       .text = "A VMA is inconsistent only while it is torn down, when its ptes are gone; while it "
               "is set up, when it has none; or in a split, when the other VMA still covers them.",
       .expected = kHoldsOnlyFor,
       .qualification = "teardown, and a split whose new VMA is the upper half",
       .why = "With the new VMA below, start and offset of the old one change in two stores, and "
              "nobody else covers the upper half. A merge moves the boundary of VMAs that are "
              "full of pages, which the claim does not know.",
       .decided_by = {{"MigrationVersusExit", "G2", kFine},
                      {"WalkVersusUnlink", "G2", kFine},
                      {"SplitAboveVersusMigration", "G2", kFine},
                      {"SplitBelowVersusMigration", "G2", kFine},
                      {"BoundaryUpVersusMigration", "G2", kFine},
                      {"BoundaryDownVersusMigration", "G2", kFine}}},
      {.id = "C-04",
       .said = "Rik van Riel, in the patch and on 30 January 2010",
       .text = "A walk never reaches a freed VMA: whoever tears one down needs the anon_vma lock "
               "that the walk holds.",
       .expected = kHoldsOnlyFor,
       .qualification = "operations that succeed",
       .why = "A fork that runs out of memory frees a VMA that is still on its parents' lists; "
              "the next walk follows the link.",
       .decided_by = {{"WalkVersusUnlink", "G1", kFine},
                      {"WalkVersusUnlink", "G2", kFine},
                      {"MigrationVersusExit", "G1", kFine},
                      {"ForkFailureThenWalk", "G1", kFine},
                      {"ForkFailureThenWalk", "G2", kFine}}},
  };
}

// What keeps walks away while a boundary moves?
std::vector<Claim> ClaimsOnBoundaries() {
  return {
      {.id = "C-11",
       .said = "Rik van Riel to Andrew Morton, 29 January 2010",
       .text = "Nothing has to keep walks out while vma_adjust moves boundaries.",
       .expected = kRefuted,
       .qualification = "",
       .why = "Six months later the lock was back, by the same author; the neighbour's lock "
              "followed in 2012. Taking either out again breaks migration again.",
       .decided_by = {{"SplitBelowVersusMigration", "G2", kFine},
                      {"SplitBelowVersusIndex", "G2", kFine},
                      {"BoundaryUpVersusMigration", "G2", kFine},
                      {"SplitBelowVersusMigration", "G5 without KH-25", kFine},
                      {"BoundaryUpVersusMigration", "G5 without KH-25", kFine}}},
      {.id = "C-12",
       .said = "Andrew Morton, 29 January 2010",
       .text = "vma_adjust clears a flag that it may not have set; that is messy at least.",
       .expected = kUndecidable,
       .qualification = "style",
       .why = "Nobody else sets VM_LOCK_RMAP under mmap_sem, so clearing it in vain is seen in no "
              "execution. The flag was deleted.",
       .decided_by = {}},
  };
}

// Who undoes what when memory runs out, and what else went wrong.
std::vector<Claim> ClaimsOnFailures() {
  return {
      {.id = "C-08",
       .said =
           "Andrew Morton, 29 January 2010; answered that anon_vma_clone cleans up after itself",
       .text = "The error paths of anon_vma_fork do not undo anon_vma_clone.",
       .expected = kHolds,
       .qualification = "",
       .why = "The answer is about a clone that fails; the question was about what fails after "
              "it. Found again ten weeks later, and repaired by unlinking on that path.",
       .decided_by = {{"ForkFailureThenWalk", "G1", kBroken},
                      {"ForkFailureThenWalk", "G2", kBroken},
                      {"ForkFailureThenWalk", "G1 with KH-16", kFine},
                      {"ForkFailureThenWalk", "G3", kFine},
                      {"ForkFailureThenWalk", "G5 without KH-16", kBroken}}},
      {.id = "C-20",
       .said = "Rik van Riel, 28 January 2010",
       .text = "The only real complexity is that linking a VMA now allocates, and so may fail.",
       .expected = kHoldsOnlyFor,
       .qualification = "the defects on failure paths",
       .why = "One of them needs an allocation that fails. The other five happen in a machine "
              "with endless memory: a link that nobody frees, a wrong anon_vma, a wrong chain, a "
              "wrong order.",
       .decided_by = {{"ForkFailureThenWalk", "G1", kBroken},
                      {"FaultVersusFault", "G1", kFine},
                      {"MergeIntoUntouched", "G1", kFine},
                      {"BorrowThenMerge", "G1", kFine},
                      {"MigrateShared", "G1", kFine},
                      {"MigrateSharedWithGrandchild", "G1", kFine}}},
  };
}

// Which lock guards what, and what is not a matter of executions.
std::vector<Claim> OtherClaims() {
  return {
      {.id = "C-13",
       .said = "Rik van Riel to Andrew Morton, 29 January 2010",
       .text = "A VMA's chain is guarded by mmap_sem for writing, or by mmap_sem for reading "
               "together with page_table_lock.",
       .expected = kHolds,
       .qualification = "",
       .why = "Two first faults that share mmap_sem link one VMA, and its chain stays whole. The "
              "rule is the same to this day.",
       .decided_by = {{"FaultVersusFault", "G3", kFine},
                      {"FaultVersusFault", "G5", kFine},
                      {"FaultVersusFault", "G1 with KH-22", kFine}}},
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

}  // namespace

const std::vector<Claim>& Claims() {
  static const auto& claims = *[] {
    auto* const all = new std::vector<Claim>();
    for (auto topic : {ClaimsOnWalks, ClaimsOnBoundaries, ClaimsOnFailures, OtherClaims}) {
      for (const Claim& claim : topic()) all->push_back(claim);
    }
    std::sort(all->begin(), all->end(), [](const Claim& a, const Claim& b) { return a.id < b.id; });
    return all;
  }();
  return claims;
}

}  // namespace models

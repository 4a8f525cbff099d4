// Claims on what a walk may meet and may miss.
// Source: the mails of 28 January to 2 February 2010 about VM_LOCK_RMAP and its removal; for C-22
// the log of an older patch.
#include "models/claims/topics.h"

namespace models {

using enum ClaimVerdict;

// Is a walk allowed to miss a pte?
std::vector<Claim> ClaimsOnMissing() {
  return {
      {.id = "C-01",
       .said = "Rik van Riel, 29 and 30 January 2010",
       .text = "A walk that meets an inconsistent VMA at worst fails to find a page, and that is "
               "as good as not having walked.",
       .expected = kHoldsOnlyFor,
       .qualification = "walks that may miss: page_referenced and reclaim",
       .why = "Reclaim does miss, and the page stays. Migration cannot afford it: the entry it "
              "leaves behind names a page that is gone, and the next fault panics. It need not "
              "even miss: after exec it puts a page back with an index that no walk finds. mremap "
              "shows the second half wrong without any inconsistent VMA.",
       .decided_by = {{"PageReferencedVersusSplit", "G2", kBroken},
                      {"PageReferencedMayMiss", "G2", kFine},
                      {"SplitBelowVersusMigration", "G2", kFine},
                      {"BoundaryUpVersusMigration", "G2", kFine},
                      {"BoundaryDownVersusMigration", "G2", kFine},
                      {"MergeCase4VersusMigration", "G2", kFine},
                      {"MergeCase5VersusMigration", "G2", kFine},
                      {"ExecShiftVersusMigration", "G2", kFine},
                      {"SplitBelowVersusMigration", "G5 without KH-25", kFine},
                      {"BoundaryDownVersusMigration", "G5", kFine},
                      {"MremapVersusMigration", "G5", kFine},
                      {"MremapIntoMergedVersusMigration", "G5", kFine}}},
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
  };
}

// Does it meet a VMA that is half changed, or gone?
std::vector<Claim> ClaimsOnTornVmas() {
  return {
      {.id = "C-03",
       .said = "Rik van Riel, 1 February 2010",
       .text = "A VMA is inconsistent only while it is torn down, when its ptes are gone; while it "
               "is set up, when it has none; or in a split, when the other VMA still covers them.",
       .expected = kHoldsOnlyFor,
       .qualification = "teardown, a split whose new VMA is the upper half, and a fork that "
                        "migration meets",
       .why = "With the new VMA below, start and offset of the old one change in two stores, and "
              "nobody else covers the upper half. A merge moves the boundary of VMAs that are "
              "full of pages, and exec a whole VMA, which the claim does not know. mremap fills a "
              "VMA that was just set up, and a fork's names the parent's mm at first, where a "
              "walk that counts finds the parent's pte again.",
       .decided_by = {{"MigrationVersusExit", "G2", kFine},
                      {"WalkVersusUnlink", "G2", kFine},
                      {"ForkVersusRestoreWalk", "G2", kFine},
                      {"SplitAboveVersusMigration", "G2", kFine},
                      {"SplitBelowVersusMigration", "G2", kFine},
                      {"BoundaryUpVersusMigration", "G2", kFine},
                      {"BoundaryDownVersusMigration", "G2", kFine},
                      {"MergeCase4VersusMigration", "G2", kFine},
                      {"MergeCase5VersusMigration", "G2", kFine},
                      {"MremapVersusMigration", "G2", kFine},
                      {"ExecShiftVersusMigration", "G2", kFine},
                      {"ForkVersusMemoryFailure", "G2", kFine}}},
      {.id = "C-04",
       .said = "Rik van Riel, in the patch and on 30 January 2010",
       .text = "A walk never reaches a freed VMA: whoever tears one down needs the anon_vma lock "
               "that the walk holds.",
       .expected = kHoldsOnlyFor,
       .qualification = "operations that succeed",
       .why = "A fork that runs out of memory frees a VMA that is still on its parents' lists, and "
              "so would a split that fails; the next walk follows the link.",
       .decided_by = {{"WalkVersusUnlink", "G1", kFine},
                      {"WalkVersusUnlink", "G2", kFine},
                      {"MigrationVersusExit", "G1", kFine},
                      {"MergeCase7VersusMigration", "G2", kFine},
                      {"ForkFailureThenWalk", "G1", kFine},
                      {"ForkFailureThenWalk", "G2", kFine},
                      {"SplitFailureForced", "G3", kFine}}},
      {.id = "C-22",
       .said = "the log of the patch that taught migration to walk KSM pages, 2009",
       .text = "rmap_walk does without page_lock_anon_vma: a race, unlikely, to be closed later.",
       .expected = kHolds,
       .qualification = "",
       .why = "It is real, and was closed three times: a count that pins the anon_vma, a page that "
              "nobody maps is refused, and the count is taken only under the lock.",
       .decided_by = {{"MigrationVersusExitSleeping", "G3", kBroken},
                      {"MigrationVersusExitSleeping", "G5 without KH-34", kBroken},
                      {"MigrationVersusExitSleeping", "G5", kFine},
                      {"MigrateUnmapped", "G3", kBroken},
                      {"MigrateUnmapped", "G5 without KH-35", kBroken},
                      {"MigrateUnmapped", "G5", kFine},
                      {"RecycledPin", "G5", kBroken},
                      {"RecycledPin", "G5 with KH-43", kFine},
                      {"RecycledPin", "G9", kFine}}},
  };
}

// What keeps walks away while a boundary moves?
std::vector<Claim> ClaimsOnBoundaries() {
  return {
      {.id = "C-10",
       .said = "Rik van Riel to Andrew Morton, 29 January 2010",
       .text = "mmap_sem protects everything in a VMA, its flags too.",
       .expected = kRefuted,
       .qualification = "",
       .why = "From those who take it, yes. A walk does not take it, and reads range, flags and "
              "protection of the VMAs it visits: a start without its offset until the lock came "
              "back, in the seed VM_LOCK_RMAP on a VMA whose pages it has not met yet, to this day "
              "a protection that is half changed, so that a migration puts a pte back with rights "
              "that no VMA ever had there.",
       .decided_by = {{"WholeInSplitBelow", "G2", kFine},
                      {"MergeCase6VersusMigration", "G1", kFine},
                      {"MergeCase7VersusMigration", "G1", kFine},
                      {"MergeCase8Protection", "G1", kFine},
                      {"MergeCase8Protection", "G5", kFine},
                      {"MergeCase8Protection", "G9", kFine}}},
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
                      {"MergeCase4VersusMigration", "G2", kFine},
                      {"MergeCase5VersusMigration", "G2", kFine},
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

}  // namespace models

// Claims on who undoes what when memory runs out, and on what else went wrong.
// Source: the review of the patch on 28 and 29 January 2010.
#include "models/claims/topics.h"

namespace models {

using enum ClaimVerdict;

// Linking allocates, so vma_adjust may fail: when, and is that all?
std::vector<Claim> ClaimsOnVmaAdjust() {
  return {
      {.id = "C-05",
       .said = "Rik van Riel to Andrew Morton, 29 January 2010: audited, not tested",
       .text = "vma_adjust returns an error only before it has changed anything.",
       .expected = kHoldsOnlyFor,
       .qualification = "one round before 3.19, two in the seed by accident, and both since 4.8",
       .why = "A merge that swallows two VMAs goes round twice. In the seed it clones an empty "
              "chain, and cannot fail; since 2.6.34 the second round allocates, after the first "
              "has freed a VMA that the caller goes on using. From 3.19 on a clone that fails "
              "leaves a wrong count too. 4.8 repairs both.",
       .decided_by = {{"MergeOneOutOfMemory", "G1", kFine},
                      {"MergeOneOutOfMemory", "G5", kFine},
                      {"MergeOneOutOfMemory", "G9", kFine},
                      {"MergeOneOutOfMemory", "G9 with KH-67", kFine},
                      {"MergeTwoOutOfMemory", "G1", kFine},
                      {"MergeTwoOutOfMemory", "G3", kFine},
                      {"MergeTwoOutOfMemory", "G5", kFine},
                      {"MergeTwoOutOfMemory", "G9", kFine},
                      {"MergeTwoOutOfMemory", "G9 with KH-27", kFine},
                      {"MergeTwoOutOfMemory", "G9 with KH-27 with KH-67", kFine}}},
      {.id = "C-06",
       .said = "Minchan Kim, 28 January 2010; withdrawn the next day",
       .text = "When mprotect swallows two VMAs and runs out of memory at the second, the first is "
               "left changed.",
       .expected = kHoldsOnlyFor,
       .qualification = "kernels that clone the right chain",
       .why = "The seed, of which he said it, clones the first VMA's chain both times, and that is "
              "empty: a mistake, for which memory suffices. He withdrew it because the clone is "
              "made the first time only. Once the chain was cloned from the right VMA, it could "
              "be made the second time. His remedy, to reserve memory before the first change, "
              "came with 4.8.",
       .decided_by = {{"MergeTwoOutOfMemory", "G1", kBroken},
                      {"MergeTwoOutOfMemory", "G3", kBroken},
                      {"MergeTwoOutOfMemory", "G5", kBroken},
                      {"MergeTwoOutOfMemory", "G9", kBroken},
                      {"MergeTwoOutOfMemory", "G9 with KH-27 with KH-67", kFine}}},
      {.id = "C-20",
       .said = "Rik van Riel, 28 January 2010",
       .text = "The only real complexity is that linking a VMA now allocates, and so may fail.",
       .expected = kHoldsOnlyFor,
       .qualification = "the defects on failure paths",
       .why = "Some need an allocation that fails. The others happen in a machine with endless "
              "memory: a link that nobody frees, a wrong anon_vma, a wrong chain, a wrong order.",
       .decided_by = {{"ForkFailureThenWalk", "G1", kBroken},
                      {"MergeTwoOutOfMemory", "G3", kBroken},
                      {"FaultVersusFault", "G1", kFine},
                      {"MergeIntoUntouched", "G1", kFine},
                      {"BorrowThenMerge", "G1", kFine},
                      {"MigrateShared", "G1", kFine},
                      {"MigrateSharedWithGrandchild", "G1", kFine},
                      {"SwapInByChildFirst", "G1", kFine}}},
  };
}

// What is left when a split or a fork fails?
std::vector<Claim> ClaimsOnUndoing() {
  return {
      {.id = "C-07",
       .said = "Rik van Riel to Andrew Morton, 29 January 2010",
       .text = "When vma_adjust fails in a split, everything is undone in the opposite order.",
       .expected = kRefuted,
       .qualification = "",
       .why = "close is called on a VMA that has no operations, and the chain of the new VMA stays "
              "linked. No allocation of the kernel's own reaches that path; the error is forced.",
       .decided_by = {{"SplitFailureForced", "G1", kFine},
                      {"SplitFailureForced", "G2", kFine},
                      {"SplitFailureForced", "G1 with KH-23", kFine},
                      {"SplitFailureForced", "G3", kFine}}},
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
      {.id = "C-09",
       .said = "Andrew Morton, 29 January 2010; admitted the same day",
       .text = "dup_mmap loses the copied mempolicy when anon_vma_fork fails.",
       .expected = kHolds,
       .qualification = "",
       .why = "The patch as it was posted leaks it. As it was merged it does not; with C-08's "
              "defect repaired as well, nothing leaks on that path.",
       .decided_by = {{"ForkPolicyLeak", "G1 without KH-15 with KH-16", kBroken},
                      {"ForkPolicyLeak", "G1 with KH-16", kFine},
                      {"ForkPolicyLeak", "G3", kFine},
                      {"ForkPolicyLeak", "G9 without KH-15", kBroken},
                      {"ForkPolicyLeak", "G9", kFine}}},
  };
}

}  // namespace models

// Claims that the log of samepage merging makes of itself.
// Source: the commit messages from "ksm: the mm interface to ksm" to "ksm: remove unswappable
// max_kernel_pages", 2009.
#include "models/claims/topics.h"

namespace models {

using enum ClaimVerdict;

std::vector<Claim> ClaimsOnKsmExits() {
  return {
      {.id = "C-21",
       .said = "Hugh Dickins, in the log of 9ba692948008, 2009",
       .text = "An mm that exits does not need KSM's mutex.",
       .expected = kHoldsOnlyFor,
       .qualification = "a ksmd that lets go of the mm first, and looks again who is registered",
       .why = "It must not need it: who holds it may wait for the memory of the mm. But the "
              "protocol that took its place had two holes, which were found in 2011 and 2016.",
       .decided_by = {{"KsmUnmergeVersusOomVictim", "G9", kFine},
                      {"KsmdVersusExit", "G0", kFine},
                      {"KsmdVersusExit", "G9", kFine},
                      {"KsmdVersusExit", "G9 with KH-12", kFine},
                      {"KsmdVersusExitOfTouched", "G9", kFine},
                      {"KsmUnmergeVersusExit", "G9 with KH-12", kFine},
                      {"KsmUnmergeVersusOomVictim", "G0 at K1", kBroken}}},
      {.id = "C-28",
       .said = "Andrea Arcangeli, in the log of 1c2fb7a4c2ca, 2009",
       .text =
           "mmap_sem, taken once for writing, keeps KSM from working on an mm while that exits.",
       .expected = kHoldsOnlyFor,
       .qualification = "exits that take it, or that see with the flag what ksmd did before",
       .why = "Whoever works on it holds mmap_sem, and has asked mm_users when he had it. But an "
              "exit that finds the process not registered does not take it, and the kernel does "
              "not order what ksmd has read before the flag that it clears.",
       .decided_by = {{"KsmdVersusExitOfTouched", "G9", kFine},
                      {"KsmMergeVersusExitWithoutOrder", "G9", kFine},
                      {"KsmMergeVersusExit", "G9", kFine},
                      {"KsmMergeVersusExitOfFirst", "G9", kFine},
                      {"KsmUnmergeVersusExit", "G9 with KH-12", kFine}}},
      {.id = "C-30",
       .said = "Hugh Dickins, in the log of 9ba692948008, 2009",
       .text = "When ksmd is not running, the fast path of an exit keeps mm_structs from leaking.",
       .expected = kHolds,
       .qualification = "",
       .why = "Without a cursor and without items, whoever exits takes his slot off himself.",
       .decided_by = {{"KsmExitsWithoutKsmd", "G0 at K2", kFine},
                      {"KsmExitsWithoutKsmd", "G0", kFine},
                      {"KsmExitsWithoutKsmd", "G9", kFine}}},
  };
}

std::vector<Claim> ClaimsOnKsm() {
  return {
      {.id = "C-26",
       .said = "Hugh Dickins, in the log of 4035c07a89, 2009",
       .text = "A stable node needs no reference on its page: as long as the page's mapping names "
               "the node, it is that page, because nobody else puts such a value there.",
       .expected = kHoldsOnlyFor,
       .qualification = "machines that show what a page's next owner counts after the mapping of "
                        "the last is gone",
       .why = "It takes two looks, and an order which the kernel leaves to the machine: what a new "
              "owner counts must not be seen before the mapping of the last one is gone.",
       .decided_by = {{"KsmKeyholeVersusWrites", "G0", kFine},
                      {"KsmKeyholeVersusWrites", "G9", kFine},
                      {"KsmKeyholeVersusReuse", "G0", kFine},
                      {"KsmKeyholeVersusReuse", "G9", kFine},
                      {"KsmKeyholeWithoutOrder", "G9", kFine},
                      {"KsmSharedVersusExits", "G9", kFine}}},
      {.id = "C-27",
       .said = "Hugh Dickins, in the log of db114b83ab, 2009",
       .text = "32 bits are enough for the count of who has an anon_vma.",
       .expected = kUndecidable,
       .qualification = "sizes",
       .why = "Each item costs more memory than a count of them has numbers for.",
       .decided_by = {}},
      {.id = "C-29",
       .said = "Hugh Dickins, in the log of 62b61f611e, 2009",
       .text = "Page migration of merged pages gets into trouble, because the lock of the page is "
               "that of its stable node, and migration switches the page.",
       .expected = kHolds,
       .qualification = "",
       .why =
           "Since 3.9 they migrate: who finds the page gone asks the node again, and who wants to "
           "share it takes the lock once. Without the first, a live node is freed.",
       .decided_by = {{"KsmMigrationVersusSearch", "G0 at K10", kBroken},
                      {"KsmMigrationVersusSearch", "G9 without KH-60", kBroken}}},
  };
}

}  // namespace models

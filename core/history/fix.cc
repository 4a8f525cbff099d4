// The table of repairs: one row each, in the order of their ids.
//
// A change of release r, be it the mistake or the repair, is dated to the first generation whose
// release is r or later; repairs newer than every generation have no `since`. Some rows need a
// reason:
//   * KH-01 to KH-11 were repaired before the first generation, which is the nearest to a kernel
//     that had them; of KSM's, the states before G0's had them (ksm_state.h). KH-09, KH-10 and
//     KH-11 were repaired between two of these. KH-12 and KH-13 came when an exit ceased to wait.
//     KH-15 was repaired before the patch was merged that is G1.
//   * KH-21 was a mistake of KH-20's repair, and both are in 2.6.34. G1 and G2 anchor every page at
//     the newest anon_vma, and so are right about those that nobody else maps.
//   * KH-25, KH-26, KH-29 and KH-39: before the chains the lock was held, the mm was set first and
//     the list was appended to.
//   * KH-27 could not fail before KH-17 was repaired: it cloned an empty chain.
//   * KH-28: the wrong order came with the chains. Lists forgive it, because a copy has no ptes
//     yet; a tree, which came in the release of the repair, does not.
//   * KH-30 needs the counts of Mechanism::kReuse: with it a kernel before G9 is what it was.
//   * KH-33 lived from 3.12 to 3.17, in kernels that were G8 otherwise; before, a split set its
//     error at the beginning. KH-81 lived from 5.5 to 5.6, behind G10, and needs what came with
//     G9. Every generation is right.
//   * KH-32, KH-37, KH-38, KH-51, KH-52, KH-56 to KH-58 and KH-66 came and went in one release,
//     which is the generation without them.
//   * KH-61 came and went with the trees for each node of memory, in 3.9.
//   * KH-63 came in 2.6.34 with mbind's merging, that is behind G2.
//   * KH-68: until 3.6 nothing was allocated under the lock of a file of hugetlbfs.
//   * KH-69: the only one to lock without anon_vma_prepare is validate_mm, which KH-57's repair
//     made lock.
//   * KH-71, KH-73, KH-74 and KH-92 are younger than the newest generation, which is the nearest to
//     a kernel that had them: they need what came in 4.5, 4.5, 4.0 and 6.1.
//   * KH-95 is known for what 6.1 made of it, a tree of VMAs that is read while a stack grows. What
//     its repair also ended, a page's index taken in the midst of a growth, is as old as stacks.
//   * KH-108 needs no root: without order the constructor's work is missed as well.
//   * KH-109: mmap_sem was never what guards the mark, because an exit does not take it. Until
//     munlock came in batches, the page lock did. The change itself was made for truncation; that
//     an exit may leave the mark behind, it calls benign.
#include "core/history/fix.h"

namespace rmap {
namespace {

using enum Fix;
using enum Generation;
using enum KsmState;

constexpr FixInfo kFixes[] = {
    {kKh01, "KH-01", "34bbd704051c",
     "page_lock_anon_vma stays in its RCU section until the lock is given back", kG0, kG0},
    {kKh02, "KH-02", "7cd5a02f54f4",
     "mm_take_all_locks takes every file lock before the first anon_vma lock", kG0, kG0},
    {kKh03, "KH-03", "479db0bf408e", "page_mkclean looks at a pte only under the pte lock", kG0,
     kG0},
    {kKh04, "KH-04", "d9d332e0874f",
     "anon_vma_prepare locks even an anon_vma it has just allocated", kG0, kG0},
    {kKh05, "KH-05", "3ad33b2436b5",
     "mbind looks for the VMA that contains the page before it allocates a target", kG0, kG0},
    {.fix = kKh06,
     .id = "KH-06",
     .commit = "9ba692948008",
     .story = "an exit does not take ksm_thread_mutex",
     .born = kG0,
     .since = kG0,
     .ksm = KsmSpan{kFirstRelease, kExitTakesNoMutex}},
    {.fix = kKh07,
     .id = "KH-07",
     .commit = "1c2fb7a4c2ca",
     .story = "faults do not ask whether the process is dying; it leaves KSM before its pages",
     .born = kG0,
     .since = kG0,
     .ksm = KsmSpan{kExitTakesNoMutex, kNoExitTestInFaults}},
    {.fix = kKh08,
     .id = "KH-08",
     .commit = "d952b79136a6",
     .story = "who breaks a merged page gives up when memory has run out",
     .born = kG0,
     .since = kG0,
     .ksm = KsmSpan{kFirstRelease, kLoopEndsOnOom}},
    {.fix = kKh09,
     .id = "KH-09",
     .commit = "1ff829957316",
     .story = "mremap unmerges what it is about to move",
     .born = kG0,
     .since = kG0,
     .ksm = KsmSpan{kFirstRelease, kStableNode}},
    {.fix = kKh10,
     .id = "KH-10",
     .commit = "01e00f880ca7",
     .story = "memory_failure leaves a merged page alone",
     .born = kG0,
     .since = kG0,
     .ksm = KsmSpan{kFirstRelease, kStableNode}},
    {.fix = kKh11,
     .id = "KH-11",
     .commit = "73848b4684e8",
     .story = "who merges a page of a locked VMA takes its mark away and marks the shared one",
     .born = kG0,
     .since = kG0,
     .ksm = KsmSpan{kFirstRelease, kSwappable}},
    {.fix = kKh12,
     .id = "KH-12",
     .commit = "7496fea9a6bf",
     .story =
         "ksmd lets go of mmap_sem before an exit can find that the cursor has left the process",
     .born = kG0,
     .since = kG10,
     .ksm = KsmSpan{kExitTakesNoMutex, std::nullopt}},
    {.fix = kKh13,
     .id = "KH-13",
     .commit = "2b472611a32a",
     .story = "ksmd asks again under ksm_mmlist_lock whether anybody is registered",
     .born = kG0,
     .since = kG6,
     .ksm = KsmSpan{kExitTakesNoMutex, std::nullopt}},
    {kKh14, "KH-14", "22eccdd7d2d9",
     "who asks which page is mapped takes an error for none, and not for a page", kG0, kG3},
    {kKh15, "KH-15", "", "dup_mmap gives the copied mempolicy back when anon_vma_fork fails", kG1,
     kG1},
    {kKh16, "KH-16", "4946d54cb55e", "anon_vma_fork undoes its clone when a later allocation fails",
     kG1, kG3},
    {kKh17, "KH-17", "287d97ac0321",
     "vma_adjust clones the chain of the VMA that gives pages away, not of its argument", kG1, kG3},
    {kKh18, "KH-18", "d0e9fe1758f2",
     "anon_vma_prepare borrows a neighbour's anon_vma only if its chain has one entry", kG1, kG3},
    {kKh19, "KH-19", "646d87b481da", "anon_vma_clone keeps the order of the chain", kG1, kG3},
    {kKh20, "KH-20", "ea90002b0fa7",
     "a page that others may map is anchored at the oldest anon_vma of the chain", kG1, kG3},
    {kKh21, "KH-21", "e8a03feb54ca",
     "a page that nobody else maps is anchored at the newest anon_vma of the chain", kG3, kG3},
    {kKh22, "KH-22", "31f2b0ebc01f",
     "anon_vma_prepare frees its link when another fault was faster", kG1, kG3},
    {kKh23, "KH-23", "589275338309", "a failed split calls close only on a VMA that has operations",
     kG1, kG3},
    {kKh24, "KH-24", "2aeadc30de45",
     "a failed split unlinks the new VMA's chain before it frees the VMA", kG1, kG5},
    {kKh25, "KH-25", "012f18004da3", "vma_adjust holds the anon_vma lock while it moves a boundary",
     kG1, kG5},
    {kKh26, "KH-26", "", "vma_adjust takes the neighbour's lock when only the neighbour has one",
     kG1, kG8},
    {kKh27, "KH-27", "734537c9cb72",
     "vma_adjust allocates for two removed VMAs before it removes the first", kG3, kG10},
    {kKh28, "KH-28", "", "copy_vma gives the new VMA its range before rmap walkers can find it",
     kG1, kG8},
    {kKh29, "KH-29", "a247c3a97a02", "fork sets a VMA's mm before rmap walkers can find the VMA",
     kG1, kG5},
    {kKh30, "KH-30", "7a3ef208e662",
     "fork reuses an ancestor's anon_vma, so that chains stop growing", kG1, kG9, "",
     Mechanism::kReuse},
    {kKh31, "KH-31", "ab941e0fff3", "page_address_in_vma accepts pages that the VMA has inherited",
     kG1, kG3},
    {kKh32, "KH-32", "4829b906cc06",
     "page_address_in_vma asks whether the page has an anon_vma at all", kG5, kG5},
    {kKh33, "KH-33", "c4ea95d7cd08", "a split hands the error of anon_vma_clone on", kG8, kG8},
    {kKh34, "KH-34", "3f6c82728f4e",
     "migration pins the anon_vma before it takes the last mapping away", kG0, kG4},
    {kKh35, "KH-35", "67b9509b2c68", "migration refuses an anonymous page that nobody maps", kG0,
     kG4},
    {kKh36, "KH-36", "a8bef8ff6ea1", "migration leaves a stack alone that exec is about to move",
     kG0, kG4},
    {kKh37, "KH-37", "f18194275c39",
     "page_lock_anon_vma asks again under the lock whether the page is mapped", kG5, kG5},
    {kKh38, "KH-38", "76545066c852",
     "an anon_vma holds a reference on its root, whose lock it uses", kG5, kG5},
    {kKh39, "KH-39", "26ba0cb63cb8",
     "anon_vma_prepare appends to the anon_vma's list: who borrows it is visited last", kG1, kG5},
    {kKh40, "KH-40", "4969c1192d15",
     "swap-in asks under the page lock whether the page is still in the swap cache", kG0, kG5},
    {kKh41, "KH-41", "31c4a3d3a0f8",
     "swap-in asks under the page lock whether the page still has the same swap entry", kG0, kG5},
    {kKh42, "KH-42", "4e31635c367a",
     "who makes a page one that can be shared keeps in mind that it was written", kG0, kG5},
    {kKh43, "KH-43", "1ce82b69e96c",
     "migration pins an anon_vma only under its lock, after it saw the page mapped", kG4, kG6},
    {kKh45, "KH-45", "e15f8c01af92",
     "a write fault munlocks the old page only after its pte is replaced", kG0, kG6},
    {kKh46, "KH-46", "a3e8cc643d22",
     "mremap makes an interrupted truncation begin again on the new VMA", kG0, kG6,
     "What mremap maps anew gets the number of the truncation under way, not the restart point of "
     "its source, and a VMA that it extends notes its own addresses: the two are never the same. "
     "TruncateVersusMremap holds without the repair."},
    {kKh51, "KH-51", "5dbe0af47f8a",
     "a false alarm: the kernel was right, and the assertion wrong that a page is put back inside "
     "its VMA's range; it is dropped",
     kG6, kG6},
    {kKh52, "KH-52", "eee0f252c653",
     "a walk that got the lock at once gives that one back, and asks again for mappings", kG6, kG6},
    {kKh53, "KH-53", "486cf46f3f9b", "remove_migration_pte looks at a pte only under the pte lock",
     kG0, kG7},
    {kKh54, "KH-54", "948f017b093a",
     "mremap into a merged VMA keeps walks from seeing the target before the source", kG0, kG7},
    {kKh56, "KH-56", "4128997b5f0e",
     "stacks that grow beside each other update the VMA tree under one lock", kG8, kG8},
    {kKh57, "KH-57", "63c3b902e517", "validate_mm walks a chain under the anon_vma's lock", kG8,
     kG8},
    {kKh58, "KH-58", "062f1af2170a",
     "a split of a huge page holds the anon_vma's lock for itself, not as walks do", kG8, kG8},
    {kKh59, "KH-59", "5117b3b835f2", "unmerging waits for a page that just migrates", kG0, kG9},
    {kKh60, "KH-60", "c8d6553b9580",
     "who finds that a shared page has gone asks whether its node names another by now", kG9, kG9},
    {kKh61, "KH-61", "cbf86cfe04a6",
     "who changes which trees there are takes stable nodes off whose pages are still there", kG9,
     kG9},
    {kKh63, "KH-63", "d05f0cdcbe63", "mbind remembers an address, not a VMA that a merge may free",
     kG3, kG9},
    {kKh64, "KH-64", "7f39dda9d86f",
     "page_lock_anon_vma_read leaves RCU before it gives up a reference", kG6, kG9},
    {kKh65, "KH-65", "624483f3ea82", "the last reference frees an anon_vma before it puts the root",
     kG6, kG9},
    {kKh66, "KH-66", "b800c91a0517",
     "vma_adjust sets the importer's anon_vma before it clones, so that it is no fork", kG9, kG9},
    {kKh67, "KH-67", "3fe89b3e2a7b",
     "a failed clone clears the anon_vma, so that unlink does not count it down", kG9, kG10},
    {kKh68, "KH-68", "88f306b68cbb",
     "mm_take_all_locks takes the locks of hugetlbfs' files before those of other files", kG8,
     kG10},
    {kKh69, "KH-69", "12352d3cae2c",
     "who locks a VMA's anon_vma reads the pointer once, and unlocks what it locked", kG8, kG10},
    {kKh70, "KH-70", "e86f15ee64d8", "a merge sets the VMA's new protection under the rmap lock",
     kG0, kG11},
    {kKh71, "KH-71", "a7306c3436e9",
     "that a huge page could be split does not mean that its page was merged", kG9, kG9, "",
     Mechanism::kHugePages},
    {kKh73, "KH-73", "b3a81d0841a9",
     "who makes sure that a page cannot be written flushes if others have still to", kG9, kG9},
    {kKh74, "KH-74", "595cd8f256d2",
     "who makes sure that a page cannot be written looks for a right that a hint has saved", kG9,
     kG9},
    {kKh80, "KH-80", "47b390d23bf8", "anon_vma_clone reuses an anon_vma only for fork", kG9, kG11,
     "Only a VMA without anon_vma adopts one. But for fork, vma_adjust alone cloned into such a "
     "VMA, "
     "and KH-66 ended that: it was a trap into which nobody could step any more."},
    {kKh81, "KH-81", "23ab76bf90a6",
     "fork no longer borrows the anon_vma of the VMA before the parent's", kG9, kG9},
    {kKh88, "KH-88", "2555283eb40d",
     "an anon_vma is reused only if no VMA uses it: VMAs and children are counted apart", kG9,
     kG11},
    {kKh92, "KH-92", "6db504ce55bd",
     "who unmerges asks whether anybody uses the mm before he looks for its VMAs", kG9, kG9},
    {kKh95, "KH-95", "8d7071af8907", "a stack grows only with mmap_sem held for writing", kG0,
     kG13},
    {kKh108, "KH-108", "b6ac0b3f6013", "an anon_vma is published only after what it contains", kG0,
     std::nullopt},
    {kKh109, "KH-109", "b87537d9e2fe",
     "reclaim marks a page of a locked VMA under the pte lock, not under mmap_sem", kG0, kG10},
};
static_assert(std::size(kFixes) == kFixCount);

}  // namespace

std::span<const FixInfo> Fixes() { return kFixes; }

const FixInfo& Info(Fix fix) { return kFixes[static_cast<int>(fix)]; }

std::optional<Fix> FindFix(std::string_view id) {
  for (const FixInfo& info : kFixes) {
    if (id == info.id) return info.fix;
  }
  return std::nullopt;
}

bool Has(Generation generation, Fix fix) {
  const FixInfo& info = Info(fix);
  return generation < info.born || (info.since.has_value() && *info.since <= generation);
}

bool Has(KsmState state, Fix fix) {
  const std::optional<KsmSpan>& ksm = Info(fix).ksm;
  if (!ksm.has_value()) return Has(Generation::kG0, fix);
  return state < ksm->born || (ksm->since.has_value() && *ksm->since <= state);
}

}  // namespace rmap

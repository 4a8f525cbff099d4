// The generations of the kernel's anonymous reverse mapping, as a table.
//
// A generation is a kernel release (or, for G1 and G2, a single commit) after which the rmap code
// has another shape. What differs is named twice, and nowhere else in the code:
//   * a Mechanism is a piece of the design that a generation has or has not (this file);
//   * a Fix is the repair of one historical mistake (fix.h).
// The rmap core asks for one of these by name; it never compares generations.
//
// Invariants:
//   1. Generations are totally ordered by time; the table below is in that order.
//   2. Only generations with `modelled` may be asked for by a user; the others are there so that a
//      fix can say when it arrived.
#ifndef RMAPCHECK_CORE_HISTORY_GENERATION_H_
#define RMAPCHECK_CORE_HISTORY_GENERATION_H_

#include <optional>
#include <span>
#include <string_view>

namespace rmap {

enum class Generation { kG0, kG1, kG2, kG3, kG4, kG5, kG6, kG7, kG8, kG9, kG10, kG11, kG12, kG13 };

// A piece of the design that came, and perhaps went, with a generation.
enum class Mechanism {
  // A VMA is linked to many anon_vmas by avcs. Before, relatives share one anon_vma, and the VMA
  // itself is a node of its list. Kernel: anon_vma_chain.
  kChains,
  // A flag on a VMA by which vma_adjust asks rmap walkers to look away. Kernel: VM_LOCK_RMAP.
  kVmLockRmap,
  // All anon_vmas of a family are locked by the lock of the oldest. Kernel: anon_vma->root.
  kRootLock,
  // A page that has an anchor keeps it when it is mapped again. Kernel: ad8c2ee801ad.
  kAnchorIsKept,
  // A write fault that need not copy anchors the page at the VMA's own anon_vma. It was the second
  // patch of the series that brought the chains. Kernel: page_move_anon_rmap, c44b674323f4.
  kReanchorOnReuse,
  // An anon_vma lives as long as its count, to which its VMAs add. Before, as long as its list, and
  // a count of outsiders. Kernel: anon_vma->refcount.
  kCountIsLifetime,
  // The lock may sleep, so that a walk tries it in its RCU section and waits outside. Kernel:
  // mutex.
  kSleepingLock,
  // Walkers share the lock; who changes the list has it alone. Kernel: rwsem.
  kSharedWalkers,
  // The VMAs of an anon_vma are in a tree by page index, not in a list. Kernel: bf181b9f9d8d.
  kIntervalTree,
  // Where the walk's order does not help, mremap moves ptes under the rmap locks. Before, it
  // changes
  // the order (KH-54). Kernel: move_ptes, 108d6642ad81; anon_vma_moveto_tail.
  kMoveTakesRmapLocks,
  // A truncation gives i_mmap_lock back between two pages, and remembers how far it has come.
  // Kernel: vma->vm_truncate_count; gone with 97a894136f29.
  kTruncationBreaks,
  // Clone and unlink take the family's lock once for the whole chain, not for each link. Kernel:
  // lock_anon_vma_root(), 3.0; dd34739c03f2.
  kChainUnderOneLock,
  // A split whose new VMA is the upper half takes no anon_vma lock. Kernel: 5f70b962ccc2.
  kSplitAboveUnlocked,
  // Every change of a VMA that has an anon_vma takes its lock. Kernel: vma_adjust() from 3.8 on.
  kEveryBoundaryLocked,
  // A VMA without anon_vma and one with are joined only by what becomes of the second, if that is
  // linked to one anon_vma. Kernel: is_mergeable_anon_vma(), 965f55dea0e3.
  kMergeKeepsSingular,
  // Fork may give the child an ancestor's anon_vma instead of a new one. Kernel: anon_vma->degree.
  kReuse,
  // munlock clears a page's flag before it takes the page's lock. Kernel:
  // __munlock_pagevec(), 3.12;
  // 7225522bb429.
  kMunlockInBatches,
  // The tree of VMAs knows the largest hole below each node. Kernel: rb_subtree_gap.
  kGapsInVmaTree,
  // A fault of hugetlbfs looks for a page table to share, and allocates one if there is none, under
  // the file's lock. Before, it gives the lock back first. Kernel: huge_pmd_share(), 3.6;
  // eb48c0714647.
  kHugetlbAllocatesLocked,
  // Anonymous memory may be in huge pages, which are split under the lock of their anon_vma.
  // Kernel: 2.6.38; from 4.5 on a split freezes the page instead of its mappings.
  kHugePages,
  // A page that KSM has merged can be migrated whenever others can. Before, only when its memory is
  // removed, and ksmd waits for that. Kernel: c8d6553b9580, 3.9.
  kMergedPagesMove,
};

inline constexpr int kMechanismCount = static_cast<int>(Mechanism::kMergedPagesMove) + 1;

struct GenerationInfo {
  Generation generation;
  const char* name;    // "G3".
  const char* kernel;  // The release or commit it stands for.
  const char* story;   // What is different from the one before.
  bool modelled;       // Whether the rmap core can be this kernel.
};

// Returns: every generation, oldest first.
std::span<const GenerationInfo> Generations();

const char* Name(Generation generation);

// Returns: the generation of that name, modelled or not; nothing if there is none.
std::optional<Generation> FindGeneration(std::string_view name);

bool IsModelled(Generation generation);

// Returns: the newest generation that is modelled.
Generation NewestGeneration();

bool Has(Generation generation, Mechanism mechanism);

}  // namespace rmap

#endif  // RMAPCHECK_CORE_HISTORY_GENERATION_H_

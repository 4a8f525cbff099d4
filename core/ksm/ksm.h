// Samepage merging: equal pages of processes that agreed to it become one. Kernel: mm/ksm.c.
//
// Who agrees registers by madvise. ksmd scans the registered processes, a batch of pages at a time.
// An exit must not wait for it (KH-06): a process that ksmd has no record of unregisters itself;
// any other is put where the scan comes next, and is cleared away there.
//
// The code had a dozen states before 2.6.33 (core/history/ksm_state.h). Where one differs from the
// next stands `Has(KsmState::...)`, or the repair that was the difference (docs/KSM.md).
//
// Locks, outermost first: ksm_thread_mutex (a batch; everything but the list of processes),
// mmap_sem of the process that is scanned, its pte lock; ksm_mmlist_lock, under which no other lock
// is taken.
#ifndef RMAPCHECK_CORE_KSM_KSM_H_
#define RMAPCHECK_CORE_KSM_KSM_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "core/ksm/counters.h"
#include "core/ksm/memory_nodes.h"
#include "core/ksm/mm_slot.h"
#include "core/ksm/page_frames.h"
#include "core/ksm/stable_tree.h"
#include "core/ksm/unstable_tree.h"
#include "core/mm/ksm_port.h"
#include "core/mm/machine.h"
#include "core/mm/page.h"

namespace rmap::inline KSYNC_BACKEND {

class Ksm final : public KsmPort {
 public:
  // `reuses_frames`: the memory of a page that was freed comes back as another page.
  // `walks_may_miss`: it is no broken rule if ksmd has not come by yet where a merged page is
  // mapped, or never will (docs/KSM.md). Requires: the machine has no process yet; it outlives
  // this.
  explicit Ksm(Machine& machine, bool reuses_frames = false, bool walks_may_miss = false)
      : machine_(machine), walks_may_miss_(walks_may_miss), frames_(reuses_frames) {
    machine.UseFrames(&frames_);
    machine.UseKsm(this);
  }
  // Requires: nobody is registered any more, every page was freed, and then DropStale().
  // (ClearAway() asks for the first; a destructor must not fail.)
  ~Ksm() {
    machine_.UseKsm(nullptr);
    machine_.UseFrames(nullptr);
  }
  Ksm(const Ksm&) = delete;
  Ksm& operator=(const Ksm&) = delete;

  // Madvise() on a range that lies in one VMA.
  [[nodiscard]] bool MadviseMergeable(Mm& mm, VirtualPage start, VirtualPage end);
  [[nodiscard]] bool MadviseUnmergeable(Mm& mm, VirtualPage start, VirtualPage end);

  // Looks at so many pages, or at all once if that is less. Kernel: one turn of ksm_scan_thread(),
  // ksm_do_scan().
  void DoScan(int pages);

  // At the end: clears away those who have exited and left that to ksmd. Fails: somebody stays.
  // Requires: everybody has exited.
  void ClearAway();

  // Gives everybody back a page of his own, and forgets what is known; who is registered stays so.
  // Returns: false if memory ran out; then it stopped there, and the scan goes on there.
  // Kernel: writing 2 to the file run, unmerge_and_remove_all_rmap_items().
  [[nodiscard]] bool UnmergeAll();

  // From now on pages of all nodes of memory may be merged, or only those of the same; at first,
  // all. Returns: false if some are merged; then nothing changes.
  // Kernel: writing the file merge_across_nodes, 3.9.
  [[nodiscard]] bool MergeAcrossNodes(bool merges);

  // As StablePageFrames.
  void AllocateOn(int node) { frames_.AllocateOn(node); }

  // From now on an order is left to the machine, as the kernel leaves it: that of clearing a
  // registration; or that of the first count of a page whose memory comes back (docs/KSM.md).
  // Requires: no other thread runs.
  void ClearFlagsUnordered() { flags_ordered_ = false; }
  void RenewFramesUnordered() { frames_.RenewUnordered(); }

  // Forgets shared pages that nobody uses any more. Returns: whether there is none left that
  // somebody uses. Kernel: ksm_check_stable_tree().
  bool DropStale();

  // Requires: no other thread calls anything here.
  const KsmCounters& counters() const { return counters_; }
  unsigned full_scans() const { return scan_.seqnr.Read(); }
  TreeShape stable_shape() const { return stable_.Shape(); }
  // Of the round that goes on, or of the last.
  TreeShape unstable_shape() const { return unstable_.Shape(); }

  // Memory is about to be removed, and its pages migrate: ksmd waits, if it is told. Then it is, or
  // is not. Both are called by one thread. Kernel: ksm_memory_callback(), 62b61f611e.
  void MemoryGoingOffline();
  void MemoryOffline();

  bool Madvise(Vma& vma, VirtualPage start, VirtualPage end, bool mergeable) override;
  bool Fork(const Mm& parent, Mm& child) override;
  void Exit(Mm& mm) override;
  bool Unmerge(Vma& vma, VirtualPage start, VirtualPage end) override;
  int ForEachVma(const Page& page,
                 absl::FunctionRef<bool(Vma& vma, VirtualPage address)> visit) override;
  void Migrated(const Page& from, Page& to) override;
  bool Finds(const Page& page, const Vma& vma, VirtualPage address) const override;

  // Returns: what is wrong with the trees or the counters, in words; empty if nothing is.
  // Requires: nothing moves.
  std::string BrokenRule() const;

 private:
  // A page to look at, with a reference, and what is known of it.
  struct Found {
    Page* page = nullptr;
    RmapItem* item = nullptr;  // Null: there is none.
    bool no_memory = false;    // ...because memory ran out: the batch is over.
  };

  // Why the cursor leaves a process.
  enum class Leaving { kScanned, kUnmerged };

  // mm_slot.cc
  [[nodiscard]] bool Enter(Mm& mm);
  MmSlot* SlotOf(const Mm& mm) const;
  MmSlot* FindSlot(const Mm& mm);
  MmSlot* SlotAfter(MmSlot& slot) const;
  bool TakeEasySlot(MmSlot& slot);
  void LeaveForNext(MmSlot& slot);
  void ExitUnderMutex(Mm& mm);
  void DropSlot(MmSlot& slot);

  // rmap_items.cc
  RmapItem* GetNextRmapItem(Mm& mm, RmapLink& place, VirtualPage address);
  void RemoveTrailingRmapItems(RmapLink& place);
  void DropItem(RmapLink& place);
  void RemoveFromTree(RmapItem& item);

  // cmp_and_merge.cc
  void CmpAndMergePage(Page& page, RmapItem& item);
  void MergeTwo(Page& page, RmapItem& item, const UnstableTree::Match& match);
  void AppendTo(const StableTree::Match& shared, RmapItem& item);
  void MakeStable(Page& page, RmapItem& item, RmapItem& other);

  // scan.cc
  static bool IsSettled(const Found& found);
  void BreakIfUnshared(const Found& found);
  Found ScanGetNextRmapItem();
  bool BeginRound();
  void EnterSlot(MmSlot* slot);
  Found ScanSlot(MmSlot& slot);
  Found ScanVma(MmSlot& slot, const Vma& vma);
  Found ItemFor(Mm& mm, VirtualPage address, Page& page);
  void EnterItems(MmSlot& slot);
  void LeaveSlot(MmSlot& slot, Leaving leaving);

  // What the counters count, counted once more.
  struct Recount {
    int shared = 0;
    int sharing = 0;
    int unshared = 0;
    int items = 0;
    int at_nodes = 0;       // Items that say that they are at a stable node.
    int of_this_round = 0;  // Items that say that they are in the unstable tree, since this round.
  };
  // validate.cc
  std::string BrokenOrder(int tree, Recount& recount) const;
  void CountItems(const MmSlot& slot, Recount& recount) const;
  std::string BrokenCounters(const Recount& recount) const;

  // unmerge.cc
  bool UnmergeSlot(MmSlot& slot);

  Machine& machine_;
  const bool walks_may_miss_;
  bool flags_ordered_ = true;  // Changes before there are threads.
  ksync::Mutex thread_mutex_{kKsmThreadMutex};
  ksync::SpinLock mmlist_lock_{kKsmMmlistLock};
  MmSlots slots_{"ksm_mm_head"};
  KsmScan scan_;
  KsmCounters counters_;
  MemoryNodes nodes_;
  StableTree stable_{machine_, counters_, nodes_};
  UnstableTree unstable_{counters_, nodes_};
  StablePageFrames frames_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_KSM_H_

// Two ways in which the ptes of a range change by the wish of a program, of which the CPUs are told
// when the whole range is done: what was written is no longer wanted, madvise(MADV_FREE); and what
// will be written from now on is to be known, the file clear_refs.
// Kernel: madvise_free_pte_range(), mm/madvise.c; clear_refs_write(), fs/proc/task_mmu.c.
//
// Both hold mmap_sem for reading, as ksmd and faults do, from the beginning to the end; so that a
// scenario can have one of each at work by one thread, which may fault meanwhile, it is not taken
// here.
//
// What it does not do: take away the pages that are no longer wanted; note which were written.
#ifndef RMAPCHECK_CORE_VMOPS_BATCHED_CHANGE_H_
#define RMAPCHECK_CORE_VMOPS_BATCHED_CHANGE_H_

#include <optional>

#include "core/mm/mm.h"
#include "core/mm/tlb.h"

namespace rmap::inline KSYNC_BACKEND {

// Each takes something away from a pte: the dirty bit, or the right to write.
enum class BatchedChangeKind { kMadviseFree, kClearRefs };

// One such change, in two halves, so that a scenario can begin the second at a chosen moment. Both
// are called by one thread, once, in this order. Requires: nobody changes the VMAs meanwhile.
class BatchedChange {
 public:
  BatchedChange(Mm& mm, VirtualPage start, VirtualPage end, BatchedChangeKind kind)
      : mm_(mm), start_(start), end_(end), kind_(kind) {}

  // Changes the ptes.
  void Begin();
  // Tells the CPUs.
  void Finish();

 private:
  Mm& mm_;
  const VirtualPage start_;
  const VirtualPage end_;
  const BatchedChangeKind kind_;
  std::optional<TlbBatch> batch_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_BATCHED_CHANGE_H_

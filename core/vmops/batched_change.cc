// The ptes change under their lock, which is given back before the CPUs are told. Whoever finds
// them changed meanwhile finds that somebody is pending, too: he came first.
#include "core/vmops/batched_change.h"

namespace rmap::inline KSYNC_BACKEND {

void BatchedChange::Begin() {
  batch_.emplace(mm_);
  const ksync::Guard lock(mm_.pte_lock);
  for (VirtualPage address = start_; address < end_; ++address) {
    const Pte pte = mm_.page_table[address].Read();
    if (!pte.IsPresent()) continue;
    const bool cleans = kind_ == BatchedChangeKind::kMadviseFree;
    mm_.page_table[address].Write(cleans ? pte.Cleaned() : pte.WriteProtected());
  }
}

void BatchedChange::Finish() { batch_->Flush(start_, end_); }

}  // namespace rmap::inline KSYNC_BACKEND

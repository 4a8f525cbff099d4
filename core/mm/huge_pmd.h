// Huge entries of a page table: each maps kHpagePmdNr pages at once, from an aligned address on.
// Kernel: pmd_trans_huge(), pmd_trans_splitting(); HPAGE_PMD_NR.
//
// The page table is flat here, so a huge entry stands beside the ptes of its addresses, and while
// it maps something they map nothing. It has one of three states: it maps nothing, and the ptes
// count; it maps a huge page, named by its head; the same, and the page is being split. While that
// lasts a program still goes through the entry; whoever wants to change it waits for the split.
//
// Everything is guarded by the mm's pte lock, and so Plain. (In the kernel by page_table_lock,
// later by a split lock as ptes are; `splitting` is a bit of the entry.) A machine without huge
// pages has no such table at all (MachineSize::huge_pages).
#ifndef RMAPCHECK_CORE_MM_HUGE_PMD_H_
#define RMAPCHECK_CORE_MM_HUGE_PMD_H_

#include "core/mm/pte.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// How many pages a huge page has: as few as can be.
inline constexpr VirtualPage kHpagePmdNr = 2;

constexpr VirtualPage HugeStart(VirtualPage address) { return address - address % kHpagePmdNr; }

struct HugePmd {
  ksync::Plain<Pte> pmd{Pte{}, "pmd"};
  ksync::Plain<bool> splitting{false, "pmd.splitting"};
};

class HugePmdTable {
 public:
  // Requires: every address used is below `size`; 0 if there are no huge pages.
  explicit HugePmdTable(VirtualPage size)
      : count_((size + kHpagePmdNr - 1) / kHpagePmdNr),
        entries_(count_ == 0 ? nullptr : ksync::NewArray<HugePmd>(count_)) {}
  ~HugePmdTable() {
    if (entries_ != nullptr) ksync::DeleteArray(entries_, count_);
  }
  HugePmdTable(const HugePmdTable&) = delete;
  HugePmdTable& operator=(const HugePmdTable&) = delete;

  HugePmd& operator[](VirtualPage address) const { return entries_[address / kHpagePmdNr]; }

 private:
  const VirtualPage count_;
  HugePmd* const entries_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_HUGE_PMD_H_

// vma_adjust as a sequence of rounds, each a sequence of named steps: classify, import the chain,
// lock, store the range, relink, unlock, remove the neighbour. The order of the steps is the
// kernel's.
#include "core/vmops/vma_adjust.h"

#include <optional>

#include "core/mm/file.h"
#include "core/rmap/anon_vma.h"
#include "core/rmap/chain.h"
#include "core/rmap/interval_update.h"
#include "core/vmops/boundary_lock.h"
#include "core/vmops/huge_page.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// One round: at most one neighbour changes or goes. The importer gets pages from the exporter.
class Round {
 public:
  // `end` behind the next VMA's end is cut there: the rest is another round's.
  Round(Vma& vma, VmaRange range, Vma* insert) : Round(vma, range, insert, NextOf(vma)) {
    if (next_ != nullptr && insert == nullptr) Classify();
  }

  // The neighbour is the VMA before, and goes.
  static Round ThatRemovesPrev(Vma& vma, VmaRange range, Vma& prev) {
    Round round(vma, range, nullptr, &prev);
    round.remove_next_ = true;
    round.Transfer(prev, vma);
    return round;
  }

  [[nodiscard]] bool Run() {
    if (Has(Mechanism::kChains) && !Import()) return false;
    {
      std::optional<ksync::Guard<ksync::SpinLock>> i_mmap_lock;
      if (File* const file = vma_.vm_file.Read()) {
        i_mmap_lock.emplace(file->f_mapping.i_mmap_lock, ksync::Site::current());
        file->f_mapping.i_mmap_lock.AssertHeld();  // Clang does not look into an optional.
        UpdateFile(file->f_mapping);
      }
      const BoundaryLock lock(Change());
      if (!Has(Mechanism::kChains)) ImportLocked(lock.anon_vma());
      StoreRange();
      Relink();
    }
    if (importer_hidden_) SetLockRmap(*importer_, false);
    if (remove_next_) RemoveNext();
    return true;
  }

  VirtualPage end() const { return range_.end; }

 private:
  Round(Vma& vma, VmaRange range, Vma* insert, Vma* next)
      : vma_(vma), range_(range), insert_(insert), next_(next) {}

  // Returns: the VMA's mm. Which it is clang cannot follow, so its mmap_sem is asked for here.
  static Mm& MmOf(const Vma& vma) ABSL_ASSERT_EXCLUSIVE_LOCK(MmOf(vma).mmap_sem) {
    Mm& mm = *vma.vm_mm.Read();
    mm.mmap_sem.AssertHeld();
    return mm;
  }
  static Vma* NextOf(const Vma& vma) { return NextVma(MmOf(vma), vma); }

  void Classify() {
    const VirtualPage next_start = next_->vm_start.Read();
    const VirtualPage next_end = next_->vm_end.Read();
    if (range_.end >= next_end) {
      remove_next_ = true;
      Transfer(ExporterInPlaceOf(*next_, range_.end > next_end), vma_);
      range_.end = next_end;
    } else if (range_.end > next_start) {
      adjust_next_ = static_cast<int>(range_.end - next_start);
      Transfer(*next_, vma_);
    } else if (const VirtualPage end = vma_.vm_end.Read(); range_.end < end) {
      adjust_next_ = -static_cast<int>(end - range_.end);
      Transfer(vma_, *next_);
    }
  }

  // Returns: from which VMA to clone if `next` is swallowed. Of two that are swallowed, the second
  // may be the one with a chain; in its own round it would be too late to fail.
  Vma& ExporterInPlaceOf(Vma& next, bool swallows_two) const {
    if (!swallows_two || !Has(Fix::kKh27)) return next;
    return next.anon_vma.Read() != nullptr ? next : *NextOf(next);
  }

  void Transfer(Vma& exporter, Vma& importer) {
    exporter_ = &exporter;
    importer_ = &importer;
  }

  // The importer must be on the list of every anon_vma whose pages it gets.
  [[nodiscard]] bool Import() {
    if (importer_ == nullptr || importer_->anon_vma.Read() != nullptr) return true;
    AnonVma* const anon_vma = exporter_->anon_vma.Read();
    if (anon_vma == nullptr) return true;
    const Vma& source = Has(Fix::kKh17) ? *exporter_ : vma_;
    importer_hidden_ = SetLockRmap(*importer_, true);
    // A clone takes a VMA without anon_vma for a child, which may adopt any.
    if (Has(Fix::kKh66)) importer_->anon_vma.Write(anon_vma);
    if (!AnonVmaClone(*importer_, source)) {
      UndoImport();
      return false;
    }
    importer_->anon_vma.Write(anon_vma);
    return true;
  }

  // What a failed clone must not leave: see also KH-67.
  void UndoImport() {
    SetLockRmap(*importer_, false);
    if (Has(Fix::kKh66)) importer_->anon_vma.Write(nullptr);
  }

  // Before chains, where nothing is allocated. The lock is that of `anon_vma`.
  void ImportLocked(AnonVma* anon_vma) {
    if (anon_vma == nullptr || importer_ == nullptr) return;
    if (importer_->anon_vma.Read() == nullptr) AnonVmaLinkLocked(*importer_, *anon_vma);
  }

  BoundaryChange Change() const {
    const bool start_moves = range_.start != vma_.vm_start.Read();
    return {.vma = vma_,
            .next = next_,
            .start_moves = start_moves,
            .inserts = insert_ != nullptr,
            .moves_pages = importer_ != nullptr};
  }

  // A truncation under way begins again with a VMA that gains.
  void UpdateFile(AddressSpace& mapping) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mapping.i_mmap_lock) {
    const unsigned count = vma_.vm_truncate_count.Read();
    if (importer_ != nullptr && next_->vm_truncate_count.Read() != count) {
      importer_->vm_truncate_count.Write(0);
    }
    if (insert_ != nullptr) {
      insert_->vm_truncate_count.Write(count);
      mapping.i_mmap.PushBack(insert_->shared_node);
    }
    if (remove_next_) mapping.i_mmap.Erase(next_->shared_node);
  }

  void StoreRange() {
    AnonVmaIntervalTreePreUpdateVma(vma_);
    if (adjust_next_ != 0) AnonVmaIntervalTreePreUpdateVma(*next_);
    vma_.vm_start.Write(range_.start);
    vma_.vm_end.Write(range_.end);
    vma_.vm_pgoff.Write(range_.pgoff);
    if (adjust_next_ != 0) {
      next_->vm_start.Write(next_->vm_start.Read() + adjust_next_);
      next_->vm_pgoff.Write(next_->vm_pgoff.Read() + adjust_next_);
      AnonVmaIntervalTreePostUpdateVma(*next_);
    }
    AnonVmaIntervalTreePostUpdateVma(vma_);
  }

  void Relink() {
    if (remove_next_) {
      VmaUnlink(MmOf(vma_), *next_);
      SetLockRmap(*next_, true);
      if (HasNodeInAnonVma(*next_)) AnonVmaUnlinkLocked(*next_);
    } else if (insert_ != nullptr) {
      InsertVmStruct(MmOf(vma_), *insert_);
      if (HasNodeInAnonVma(*insert_)) AnonVmaLinkLocked(*insert_, *insert_->anon_vma.Read());
    }
  }

  void RemoveNext() {
    const bool linked = Has(Mechanism::kChains) && next_->anon_vma.Read() != nullptr;
    if (linked) AnonVmaMerge(vma_, *next_);
    FreeVma(*next_);
  }

  // Whether the VMA itself belongs on its anon_vma's list.
  bool HasNodeInAnonVma(const Vma& vma) const {
    return !Has(Mechanism::kChains) && vma.anon_vma.Read() != nullptr;
  }

  // Asks rmap walkers to look away from a VMA, or no longer. Returns: whether this kernel can ask.
  bool SetLockRmap(Vma& vma, bool set) const {
    if (!Has(Mechanism::kVmLockRmap)) return false;
    const VmFlags others = vma.vm_flags.Read() & ~kVmLockRmap;
    vma.vm_flags.Write(set ? others | kVmLockRmap : others);
    return true;
  }

  template <typename FixOrMechanism>
  bool Has(FixOrMechanism what) const {
    return vma_.machine.Has(what);
  }

  Vma& vma_;
  VmaRange range_;
  Vma* const insert_;
  Vma* const next_;
  Vma* importer_ = nullptr;
  Vma* exporter_ = nullptr;
  bool remove_next_ = false;
  bool importer_hidden_ = false;
  int adjust_next_ = 0;  // How many pages the next VMA's start moves up.
};

// A huge page is in one VMA. Kernel: vma_adjust_trans_huge().
void VmaAdjustTransHuge(const Vma& vma, VmaRange range) {
  if (!vma.machine.HasHugePages()) return;
  Mm& mm = *vma.vm_mm.Read();
  for (const VirtualPage boundary : {range.start, range.end}) {
    if (boundary != HugeStart(boundary)) SplitHugePmd(mm, boundary);
  }
}

}  // namespace

bool VmaAdjust(Vma& vma, VmaRange range, Vma* insert) {
  // Nothing can fail when a VMA is inserted, but callers are prepared.
  if (insert != nullptr && vma.machine.InfallibleFails("vma_adjust")) return false;
  VmaAdjustTransHuge(vma, range);
  // Two rounds when two VMAs are swallowed.
  for (;;) {
    Round round(vma, range, insert);
    if (!round.Run()) return false;
    if (round.end() == range.end) return true;
  }
}

bool VmaExpandDown(Vma& next, Vma& vma) {
  const VirtualPage start = vma.vm_start.Read();
  const VirtualPage end = next.vm_end.Read();
  const PageOffset pgoff = vma.vm_pgoff.Read();
  return Round::ThatRemovesPrev(next, {start, end, pgoff}, vma).Run();
}

}  // namespace rmap::inline KSYNC_BACKEND

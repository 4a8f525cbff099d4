// vma_adjust as a sequence of rounds, each a sequence of named steps: classify, import the chain,
// lock, store the range, relink, unlock, remove the neighbour. The order of the steps is the
// kernel's.
#include "core/vmops/vma_adjust.h"

#include <optional>

#include "core/rmap/anon_vma.h"
#include "core/rmap/chain.h"
#include "core/rmap/interval_update.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// One round: at most one neighbour changes or goes. The importer gets pages from the exporter.
class Round {
 public:
  // `end` behind the next VMA's end is cut there: the rest is another round's.
  Round(Vma& vma, VmaRange range, Vma* insert) : vma_(vma), range_(range), insert_(insert) {
    next_ = NextVma(mm(), vma);
    if (next_ != nullptr && insert == nullptr) Classify();
  }

  [[nodiscard]] bool Run() {
    if (!Import()) return false;
    {
      std::optional<ksync::Guard<AnonVmaLock>> lock;
      if (AnonVma* anon_vma = AnonVmaToLock()) {
        lock.emplace(LockOf(vma_.machine, *anon_vma), ksync::Site::current());
      }
      AnonVmaIntervalTreePreUpdateVma(vma_);
      if (adjust_next_ != 0) AnonVmaIntervalTreePreUpdateVma(*next_);
      StoreRange();
      if (adjust_next_ != 0) AnonVmaIntervalTreePostUpdateVma(*next_);
      AnonVmaIntervalTreePostUpdateVma(vma_);
      Relink();
    }
    if (importer_hidden_) SetLockRmap(*importer_, false);
    if (remove_next_) RemoveNext();
    return true;
  }

  VirtualPage end() const { return range_.end; }

 private:
  Mm& mm() const { return *vma_.vm_mm.Read(); }

  void Classify() {
    const VirtualPage next_start = next_->vm_start.Read();
    const VirtualPage next_end = next_->vm_end.Read();
    if (range_.end >= next_end) {
      remove_next_ = true;
      range_.end = next_end;
      Transfer(*next_, vma_);
    } else if (range_.end > next_start) {
      adjust_next_ = static_cast<int>(range_.end - next_start);
      Transfer(*next_, vma_);
    } else if (const VirtualPage end = vma_.vm_end.Read(); range_.end < end) {
      adjust_next_ = -static_cast<int>(end - range_.end);
      Transfer(vma_, *next_);
    }
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
      SetLockRmap(*importer_, false);
      return false;
    }
    importer_->anon_vma.Write(anon_vma);
    return true;
  }

  // Returns: whose lock keeps walkers away from the stores, or null if none is taken.
  AnonVma* AnonVmaToLock() const {
    if (!Has(Fix::kKh25)) return nullptr;
    if (AnonVma* own = vma_.anon_vma.Read()) {
      // When only vm_end moves and nobody gains, no address changes.
      const bool needed = insert_ != nullptr || importer_ != nullptr || StartMoves();
      return needed ? own : nullptr;
    }
    const bool next_moves = adjust_next_ != 0 && Has(Fix::kKh26);
    return next_moves ? next_->anon_vma.Read() : nullptr;
  }

  bool StartMoves() const { return range_.start != vma_.vm_start.Read(); }

  void StoreRange() {
    vma_.vm_start.Write(range_.start);
    vma_.vm_end.Write(range_.end);
    vma_.vm_pgoff.Write(range_.pgoff);
    if (adjust_next_ == 0) return;
    next_->vm_start.Write(next_->vm_start.Read() + adjust_next_);
    next_->vm_pgoff.Write(next_->vm_pgoff.Read() + adjust_next_);
  }

  void Relink() {
    if (remove_next_) {
      VmaUnlink(mm(), *next_);
      SetLockRmap(*next_, true);
    } else if (insert_ != nullptr) {
      InsertVmStruct(mm(), *insert_);
    }
  }

  void RemoveNext() {
    if (next_->anon_vma.Read() != nullptr) AnonVmaMerge(vma_, *next_);
    ksync::Delete(next_);
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
  Vma* next_ = nullptr;
  Vma* importer_ = nullptr;
  Vma* exporter_ = nullptr;
  bool remove_next_ = false;
  bool importer_hidden_ = false;
  int adjust_next_ = 0;  // How many pages the next VMA's start moves up.
};

}  // namespace

bool VmaAdjust(Vma& vma, VmaRange range, Vma* insert) {
  // Two rounds when two VMAs are swallowed.
  for (;;) {
    Round round(vma, range, insert);
    if (!round.Run()) return false;
    if (round.end() == range.end) return true;
  }
}

}  // namespace rmap::inline KSYNC_BACKEND

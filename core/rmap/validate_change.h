// The rules about change: what an operation, a walk or a program may see happen. Their helpers
// stand beside the operation, because they need to know what was there before.
//
//   I6  walk order: a walk visits the VMA that gives ptes away before the one that gets them.
//   I9  a failed operation changes nothing that can be seen.
//   I10 vma->anon_vma, once it is set, stays while mmap_sem is held in whatever mode.
//   I11 what belongs together is changed together, for who holds the walk's lock: vm_start and
//       vm_pgoff of a VMA; the end of a VMA and the start of the next.
//   I12 growth: a chain is no longer than what the living processes need.
//   I13 data: what is read is what was written last.
//
// Each returns the rule and the objects in words, or nothing; CheckUnbroken() fails the run.
#ifndef RMAPCHECK_CORE_RMAP_VALIDATE_CHANGE_H_
#define RMAPCHECK_CORE_RMAP_VALIDATE_CHANGE_H_

#include <string>
#include <vector>

#include "core/rmap/validate.h"

namespace rmap::inline KSYNC_BACKEND {

// I6. Returns: what is broken if some anon_vma that both VMAs are linked to is walked to
// `destination` first. Requires: nothing moves; mremap or fork will copy ptes, or just did.
[[nodiscard]] std::string BrokenWalkOrder(const Vma& source, const Vma& destination);

// I9. What can be seen of some mms: their VMAs, and what each pte names. Rights of ptes are left
// out: a fork that fails has made them smaller, which costs a fault and shows nothing.
class Snapshot {
 public:
  // Requires: nothing moves, here and below.
  explicit Snapshot(AllMms mms);
  // Returns: the first difference between then and now.
  [[nodiscard]] std::string BrokenBy(const char* operation) const;

 private:
  struct VmaState {
    explicit VmaState(const Vma& vma);
    friend bool operator==(const VmaState&, const VmaState&) = default;

    VirtualPage start;
    VirtualPage end;
    PageOffset pgoff;
    VmFlags flags;
    Rights prot;
    AnonVma* anon_vma;
    File* file;
    Mempolicy* policy;
    std::vector<AnonVma*> chain;
  };
  struct MmState {
    explicit MmState(const Mm& mm);

    const Mm* mm;
    std::vector<VmaState> vmas;
    std::vector<Pte> ptes;
  };
  static std::string Difference(const VmaState& before, const VmaState& after);
  static std::string Difference(const MmState& before, const MmState& after);

  std::vector<MmState> mms_;
};

// I10. Made when mmap_sem was taken, asked before it is given back.
class HeldAnonVma {
 public:
  explicit HeldAnonVma(const Vma& vma) : vma_(vma), seen_(vma.anon_vma.Read()) {}
  [[nodiscard]] std::string Broken() const;

 private:
  const Vma& vma_;
  AnonVma* const seen_;
};

// I11. Made while nothing moves; asked as often as one likes under the lock of a walk. The pages of
// a VMA stay where they are whatever becomes of its range, so start - offset never changes.
class WholeRange {
 public:
  explicit WholeRange(const Vma& vma);
  [[nodiscard]] std::string Broken() const;

 private:
  const Vma& vma_;
  const VirtualPage distance_;
};
// I11, of two neighbours that touch. Requires: the lock of a walk that guards both.
[[nodiscard]] std::string BrokenBoundary(const Vma& lower, const Vma& upper);

// I12. Returns: what is broken if some VMA of the mm has a chain longer than that.
[[nodiscard]] std::string BrokenGrowth(const Mm& mm, int links_max);

// I13. What programs wrote, as they know it.
class WrittenData {
 public:
  // `mm` wrote, last of all, `value` there; or a fork gave `child` all that `parent` has.
  void Wrote(const Mm& mm, VirtualPage address, std::uint32_t value);
  void Forked(const Mm& parent, const Mm& child);
  // The mm has ended, or the address was unmapped.
  void Forget(const Mm& mm);

  // Compares with the pages that are mapped. What is in swap or on its way is compared when it is
  // back. Requires: nothing moves.
  [[nodiscard]] std::string Broken(AllMms mms) const;

 private:
  struct Written {
    const Mm* mm;
    VirtualPage address;
    std::uint32_t value;
  };
  static std::string BrokenBy(const Written& last, Pte pte);

  std::vector<Written> written_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_VALIDATE_CHANGE_H_

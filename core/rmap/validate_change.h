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

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "core/rmap/anon_vma.h"
#include "core/rmap/validate.h"

namespace rmap::inline KSYNC_BACKEND {

// I6. Returns: what is broken if some anon_vma that both VMAs are linked to is walked to
// `destination` first. Requires: nothing moves; mremap or fork will copy ptes, or just did.
[[nodiscard]] std::string BrokenWalkOrder(const Vma& source, const Vma& destination);

// I6, after a fork. Returns: the first VMA of which the walk order is broken, of those that the
// child has as the parent has them. `but_for`: VMAs with one of these flags are not asked.
// Requires: nothing moves.
[[nodiscard]] std::string BrokenForkOrder(const Mm& parent, const Mm& child, VmFlags but_for = 0);

// Whether a VMA that was cut in two is a change. An operation that needs two splits leaves the
// first behind when the second fails; both halves show what the whole showed.
enum class Cuts { kAreSeen, kAreNotSeen };

// I9. What can be seen of some mms: their VMAs, the end of the heap, and what each pte names.
// Rights of ptes are left out: a fork that fails has made them smaller, which costs a fault and
// shows nothing.
class Snapshot {
 public:
  // Requires: nothing moves, here and below.
  explicit Snapshot(AllMms mms, Cuts cuts = Cuts::kAreSeen);
  // Returns: the first difference between then and now.
  [[nodiscard]] std::string BrokenBy(const char* operation) const;

 private:
  struct VmaState {
    explicit VmaState(const Vma& vma);
    // Returns: whether `next` could be the rest of this one.
    bool GoesOnIn(const VmaState& next) const;
    friend bool operator==(const VmaState&, const VmaState&) = default;

    VirtualPage start;
    VirtualPage end;
    PageOffset pgoff;
    VmFlags flags;
    Rights prot;
    AnonVma* anon_vma;
    File* file;
    std::optional<int> policy;  // Its mode: each VMA has an object of its own.
    std::vector<AnonVma*> chain;
  };
  struct MmState {
    MmState(const Mm& mm, Cuts cuts);

    const Mm* mm;
    VirtualPage brk;
    std::vector<VmaState> vmas;
    std::vector<Pte> ptes;
  };
  static std::string Difference(const VmaState& before, const VmaState& after);
  static std::string Difference(const MmState& before, const MmState& after);

  const Cuts cuts_;
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

// I11, of all VMAs on an anon_vma's list. The pages of a VMA stay where they are whatever becomes
// of its range, so its start is always as far from its offset; `distances`: how far in any of them.
// Requires: the anon_vma's lock, a walk's suffices.
[[nodiscard]] std::string BrokenRanges(const AnonVma& anon_vma,
                                       absl::Span<const VirtualPage> distances);
// I11, of two neighbours that touch. Requires: the lock of a walk that guards both.
[[nodiscard]] std::string BrokenBoundary(const Vma& lower, const Vma& upper);

// I12. Returns: what is broken if some VMA of the mm has a chain longer than that.
[[nodiscard]] std::string BrokenGrowth(const Mm& mm, int links_max);

// I13, of one read by a program, and of what was written last there.
[[nodiscard]] std::string BrokenRead(std::uint32_t read, std::uint32_t written);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_VALIDATE_CHANGE_H_

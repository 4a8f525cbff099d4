// Which kernel the rmap core is: a generation, give or take some repairs. A value.
//
// It has one written form, which parses back: "G5", "G5 without KH-22", "G3 without KH-17 with
// KH-25 with KH-26", "G9 with all without KH-22", and of one whose KSM is older "G0 at K4", "G0 at
// K1 with KH-06". Repairs that the generation has (or lacks) anyway are not written; "with all" is,
// where that is as short.
#ifndef RMAPCHECK_CORE_HISTORY_KERNEL_H_
#define RMAPCHECK_CORE_HISTORY_KERNEL_H_

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/history/fix.h"
#include "core/history/generation.h"
#include "core/history/ksm_state.h"

namespace rmap {

class Kernel {
 public:
  // The kernel of that generation as it was. The newest one if none is named.
  explicit Kernel(Generation generation = NewestGeneration());
  // G0 with KSM as it was in that state.
  explicit Kernel(KsmState ksm);

  Generation generation() const { return generation_; }
  bool Has(Fix fix) const { return fixes_[static_cast<int>(fix)]; }
  KsmState ksm() const { return ksm_; }
  // Whether KSM has what that state's commit brought.
  bool Has(KsmState state) const { return state <= ksm_; }
  bool Has(Mechanism mechanism) const { return mechanisms_[static_cast<int>(mechanism)]; }

  // Returns: this kernel with (without) one repair.
  Kernel With(Fix fix) const;
  Kernel Without(Fix fix) const;

  // Returns: this generation with every repair there is, those of later times included.
  Kernel WithAll() const;

  // Returns: the written form.
  std::string Name() const;

  friend bool operator==(const Kernel&, const Kernel&) = default;

 private:
  Kernel Unchanged() const { return ksm_ == kNewestKsmState ? Kernel(generation_) : Kernel(ksm_); }

  Generation generation_;
  KsmState ksm_ = kNewestKsmState;
  std::bitset<kFixCount> fixes_;
  std::bitset<kMechanismCount> mechanisms_;  // The generation's; walks ask at every VMA.
};

// Returns: the kernel of that written form.
// Fails: InvalidArgument, naming the word that is not understood.
absl::StatusOr<Kernel> ParseKernel(std::string_view text);

// Returns: the kernels of a written form that may begin with a range of generations, such as
// "G1..G3 without KH-22": one for each that is modelled.
// Fails: as ParseKernel; or if the range is empty.
absl::StatusOr<std::vector<Kernel>> ParseKernels(std::string_view text);

}  // namespace rmap

#endif  // RMAPCHECK_CORE_HISTORY_KERNEL_H_

// The two ways of counting share their counters; they differ in what fork concludes from them, and
// KH-88 is the difference. That nobody is counted any more means the same in both.
#include "core/rmap/reuse.h"

namespace rmap::inline KSYNC_BACKEND {

void CountChild(const Machine& machine, AnonVma& parent, int change) {
  if (!machine.Has(Mechanism::kReuse)) return;
  parent.num_children.Write(parent.num_children.Read() + change);
}

void CountVma(const Machine& machine, AnonVma& anon_vma, int change) {
  if (!machine.Has(Mechanism::kReuse)) return;
  anon_vma.num_active_vmas.Write(anon_vma.num_active_vmas.Read() + change);
}

bool MayBeReused(const Machine& machine, const AnonVma& anon_vma) {
  if (!machine.Has(Mechanism::kReuse) || !machine.Has(Fix::kKh30)) return false;
  const int children = anon_vma.num_children.Read();
  const int vmas = anon_vma.num_active_vmas.Read();
  // A leaf with one VMA and an ancestor with one child have the same sum.
  return machine.Has(Fix::kKh88) ? vmas == 0 && children < 2 : children + vmas < 2;
}

void CheckNobodyCounted(const Machine& machine, const AnonVma& anon_vma) {
  if (!machine.Has(Mechanism::kReuse)) return;
  const int children = anon_vma.num_children.Read();
  const int vmas = anon_vma.num_active_vmas.Read();
  ksync::Check(children == 0 && vmas == 0, "BUG: an anon_vma ends while somebody is counted");
}

}  // namespace rmap::inline KSYNC_BACKEND

// A reference on an anon_vma that is neither a VMA's nor a walk's: what KSM keeps in an rmap_item
// so that the mappings which fork makes of a merged page are found later. It may outlive the
// process, the VMA and all relatives. Of KSM only this is modelled. Kernel: hold_anon_vma(),
// ksm_drop_anon_vma(), mm/ksm.c.
#ifndef RMAPCHECK_CORE_VMOPS_KSM_REFERENCE_H_
#define RMAPCHECK_CORE_VMOPS_KSM_REFERENCE_H_

#include "core/mm/machine.h"
#include "core/mm/vma.h"
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

class KsmReference {
 public:
  // Takes mmap_sem for reading while it counts. Requires: the VMA is of `mm` and has an anon_vma.
  KsmReference(Mm& mm, const Vma& vma);
  KsmReference(const KsmReference&) = delete;
  KsmReference& operator=(const KsmReference&) = delete;

  // Gives it back, with no lock held. Called once.
  void Drop();

 private:
  const Machine& machine_;
  AnonVma& anon_vma_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_KSM_REFERENCE_H_

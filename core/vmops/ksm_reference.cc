// mmap_sem keeps the VMA and through it the anon_vma until it is counted; from then on the count
// does.
#include "core/vmops/ksm_reference.h"

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

AnonVma& GetAnonVmaOf(Mm& mm, const Vma& vma) {
  const ksync::SharedGuard mmap_sem(mm.mmap_sem);
  AnonVma& anon_vma = *vma.anon_vma.Read();
  GetAnonVma(anon_vma);
  return anon_vma;
}

}  // namespace

KsmReference::KsmReference(Mm& mm, const Vma& vma)
    : machine_(mm.machine), anon_vma_(GetAnonVmaOf(mm, vma)) {}

void KsmReference::Drop() { PutAnonVma(machine_, anon_vma_); }

}  // namespace rmap::inline KSYNC_BACKEND

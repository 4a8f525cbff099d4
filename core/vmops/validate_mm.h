// The kernel's own check of an address space, for kernels built to debug it. Kernel: validate_mm(),
// mm/mmap.c, which runs in the midst of things, at the end of every operation on VMAs: so it needs
// locks, and was wrong about them twice. (core/rmap/validate.h looks at everything, at rest.)
#ifndef RMAPCHECK_CORE_VMOPS_VALIDATE_MM_H_
#define RMAPCHECK_CORE_VMOPS_VALIDATE_MM_H_

#include "core/mm/mm.h"

namespace rmap::inline KSYNC_BACKEND {

// Fails the run unless VMAs are in order and, where anon_vmas keep trees, each tree knows each VMA
// by the range that the VMA has.
void ValidateMm(const Mm& mm) ABSL_SHARED_LOCKS_REQUIRED(mm.mmap_sem);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_VMOPS_VALIDATE_MM_H_

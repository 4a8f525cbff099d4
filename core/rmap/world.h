// A machine together with the caches it needs: what a scenario creates first. Apart from Machine,
// because core/mm must not know what an anon_vma is.
#ifndef RMAPCHECK_CORE_RMAP_WORLD_H_
#define RMAPCHECK_CORE_RMAP_WORLD_H_

#include "core/mm/machine.h"
#include "core/mm/mm.h"
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

class World {
 public:
  explicit World(const Kernel& kernel) : machine_(kernel, anon_vmas_) {}

  Machine& machine() { return machine_; }
  Page& AddPage() { return machine_.AddPage(); }
  void FailAllocations(bool fail) { machine_.FailAllocations(fail); }

  // Returns: an empty address space. To be given back with Mmput (core/vmops/exit.h).
  Mm& NewMm() { return *ksync::New<Mm>(machine_); }

 private:
  AnonVmaCache anon_vmas_;
  Machine machine_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_WORLD_H_

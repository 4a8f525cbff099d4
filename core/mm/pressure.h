// What happens when memory is short: whoever allocates must see to it first that there is some.
// Kernel: __alloc_pages_slowpath(), mm/page_alloc.c: direct reclaim, and waiting for the victim of
// the OOM killer.
//
// A port, because what is reclaimed, or who is waited for, is the matter of whoever makes memory
// short; and because of the locks: the port is called inside of the allocation, so what it takes is
// taken under what its caller holds. A machine without pressure does nothing here.
//
// Called for pages and page tables, which the kernel allocates where it may sleep. What it does not
// do: decide whether the allocation fails (Machine::AllocationFails), or bound memory (frames.h).
#ifndef RMAPCHECK_CORE_MM_PRESSURE_H_
#define RMAPCHECK_CORE_MM_PRESSURE_H_

#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class MemoryPressure {
 public:
  // Called by any thread that allocates, at the same time as by others. It may reclaim, wait, and
  // take locks; it must not allocate what it is called for.
  virtual void Relieve() = 0;

 protected:
  ~MemoryPressure() = default;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_PRESSURE_H_

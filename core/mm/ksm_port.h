// Where the rest of the kernel calls into samepage merging. Kernel: include/linux/ksm.h.
//
// A port, because merging is built on faults and walks, and these must call it: when a process that
// is registered forks or exits. A machine without merging has none, and then no process is counted:
// who knows that he is the last user says so by Mmput().
#ifndef RMAPCHECK_CORE_MM_KSM_PORT_H_
#define RMAPCHECK_CORE_MM_KSM_PORT_H_

#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

struct Mm;

class KsmPort {
 public:
  // Registers the child of a process that is registered. Requires: both hold mmap_sem for writing.
  // Returns: false if memory ran out. Kernel: ksm_fork().
  [[nodiscard]] virtual bool Fork(const Mm& parent, Mm& child) = 0;

  // The last user of the mm has gone; its VMAs are still there. Order: takes mmap_sem, perhaps.
  // Kernel: ksm_exit().
  virtual void Exit(Mm& mm) = 0;

 protected:
  ~KsmPort() = default;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_KSM_PORT_H_

// Where the rest of the kernel calls into samepage merging. Kernel: include/linux/ksm.h.
//
// A port, because merging is built on faults and walks, and these must call it: when a process that
// is registered forks or exits, or moves what was merged. A machine without merging has none, and
// then no process is counted: who knows that he is the last user says so by Mmput().
#ifndef RMAPCHECK_CORE_MM_KSM_PORT_H_
#define RMAPCHECK_CORE_MM_KSM_PORT_H_

#include "absl/functional/function_ref.h"
#include "core/mm/page.h"
#include "core/mm/vma.h"
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

  // The pages of [start, end), a part of the VMA, may be merged from now on; or they may not, and
  // are not. What is no plain private memory is left out silently. Requires: mmap_sem for writing.
  // Returns: false if memory ran out; then some may still be merged, and the range stays as it is.
  // Kernel: ksm_madvise().
  [[nodiscard]] virtual bool Madvise(Vma& vma, VirtualPage start, VirtualPage end,
                                     bool mergeable) = 0;

  // Gives the VMA pages of its own where it has merged ones, because they are about to be
  // elsewhere. Requires: mmap_sem for writing. Returns: false if memory ran out. Kernel:
  // ksm_madvise() as move_vma() calls it.
  [[nodiscard]] virtual bool Unmerge(Vma& vma, VirtualPage start, VirtualPage end) = 0;

  // Calls visit(vma, address) for each VMA that may map a merged page, until it returns false;
  // under the lock of an anon_vma that the VMA is on. Returns: how many VMAs it looked at. It may
  // miss some (docs/KSM.md). Kernel: page_referenced_ksm(), try_to_unmap_ksm(), rmap_walk_ksm().
  virtual int ForEachVma(const Page& page,
                         absl::FunctionRef<bool(Vma& vma, VirtualPage address)> visit) = 0;

  // A merged page moved. Kernel: ksm_migrate_page(). Requires: both page locks; the mapping word of
  // `to` is that of `from`.
  virtual void Migrated(const Page& from, Page& to) = 0;

  // Returns: whether a walk from a merged page would come to the VMA, and look at the address; or
  // need not. Requires: nothing moves.
  virtual bool Finds(const Page& page, const Vma& vma, VirtualPage address) const = 0;

 protected:
  ~KsmPort() = default;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_KSM_PORT_H_

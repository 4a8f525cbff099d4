// One machine: which kernel runs on it, its pages, and whether its memory may run out.
//
// Everything a scenario builds hangs off one Machine, so nothing is global. The kernel is fixed for
// its life; pages and the failure switch change only while one thread runs.
#ifndef RMAPCHECK_CORE_MM_MACHINE_H_
#define RMAPCHECK_CORE_MM_MACHINE_H_

#include "core/history/kernel.h"
#include "core/mm/page.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class AnonVmaCache;  // Defined by core/rmap, which depends on this folder.

class Machine {
 public:
  // Requires: the cache outlives the machine.
  Machine(const Kernel& kernel, AnonVmaCache& anon_vmas) : kernel_(kernel), anon_vmas_(anon_vmas) {}
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  template <typename FixOrMechanism>
  bool Has(FixOrMechanism what) const {
    return kernel_.Has(what);
  }

  // Kernel: anon_vma_cachep.
  AnonVmaCache& anon_vmas() const { return anon_vmas_; }

  // Requires: no other thread uses the machine. Fewer than kPagesMax pages were added.
  Page& AddPage();
  Page& page(Pfn pfn) const { return *pages_[pfn]; }

  // From now on each allocation in the kernel may fail, or may not. Requires: as AddPage.
  void FailAllocations(bool fail) { fail_allocations_ = fail; }

  // Returns: whether the allocation that is about to be made fails.
  bool AllocationFails(const char* what, ksync::Site site = ksync::Site::current()) const {
    return fail_allocations_ && ksync::AllocationFails(what, site);
  }

 private:
  static constexpr Pfn kPagesMax = 8;

  const Kernel kernel_;
  AnonVmaCache& anon_vmas_;
  Page* pages_[kPagesMax] = {};
  Pfn page_count_ = 0;
  bool fail_allocations_ = false;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_MACHINE_H_

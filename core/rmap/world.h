// A machine together with the caches it needs: what a scenario creates first. Apart from Machine,
// because core/mm must not know what an anon_vma is.
#ifndef RMAPCHECK_CORE_RMAP_WORLD_H_
#define RMAPCHECK_CORE_RMAP_WORLD_H_

#include <vector>

#include "core/mm/machine.h"
#include "core/mm/mm.h"
#include "core/mm/page.h"
#include "core/rmap/anon_vma.h"

namespace rmap::inline KSYNC_BACKEND {

class World {
 public:
  explicit World(const Kernel& kernel, const MachineSize& size = {})
      : kernel_(kernel), anon_vmas_(&kernel_), machine_(kernel_, size, anon_vmas_) {}
  // Requires: nobody uses its pages any more, and all its address spaces were given back.
  ~World() {
    for (Page* page : pages_) ksync::Delete(page);  // No PutPage, which may throw.
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Machine& machine() { return machine_; }
  void FailAllocations(bool fail) { machine_.FailAllocations(fail); }
  void FailTheInfallible(bool fail) { machine_.FailTheInfallible(fail); }

  // Returns: a page on which the world keeps a reference, as whoever isolated it from its list
  // would: the scenario may look at it until the end. Requires: called by the thread that made the
  // world, while allocations do not fail.
  Page& AddPage() {
    Page* const page = AllocPage(machine_);
    GetPage(*page);
    pages_.push_back(page);
    return *page;
  }

  // The pages of AddPage(), in that order.
  const std::vector<Page*>& pages() const { return pages_; }

  // Returns: an empty address space. To be given back with Mmput (core/vmops/exit.h).
  Mm& NewMm() { return *ksync::New<Mm>(machine_); }

 private:
  const Kernel kernel_;
  AnonVmaCache anon_vmas_;
  Machine machine_;
  std::vector<Page*> pages_;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_WORLD_H_

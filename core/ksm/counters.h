// What merging shows of itself, with the meaning that its documentation gives.
// Kernel: the files of /sys/kernel/mm/ksm.
#ifndef RMAPCHECK_CORE_KSM_COUNTERS_H_
#define RMAPCHECK_CORE_KSM_COUNTERS_H_

#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// Guarded by ksm_thread_mutex.
struct KsmCounters {
  // Stable nodes that somebody shares: how many pages are in use.
  ksync::Plain<int> pages_shared{0, "ksm.pages_shared"};
  // What shares them beyond the first: how many pages were saved.
  ksync::Plain<int> pages_sharing{0, "ksm.pages_sharing"};
  // Pages that wait in the unstable tree for an equal one.
  ksync::Plain<int> pages_unshared{0, "ksm.pages_unshared"};
  ksync::Plain<int> rmap_items{0, "ksm.rmap_items"};
};

// Requires: ksm_thread_mutex.
inline void Add(ksync::Plain<int>& counter, int change) {
  const int before = counter.Read();
  counter.Write(before + change);
}

// Whatever else is known: pages that change too fast, and those that some trouble kept out of both
// trees.
inline int PagesVolatile(const KsmCounters& counters) {
  const int shared = counters.pages_shared.Read();
  const int sharing = counters.pages_sharing.Read();
  const int unshared = counters.pages_unshared.Read();
  return counters.rmap_items.Read() - shared - sharing - unshared;
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_COUNTERS_H_

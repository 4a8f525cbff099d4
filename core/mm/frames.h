// Where pages come from when memory is bounded. Kernel: the page allocator, mm/page_alloc.c.
//
// A port, because what is a frame, which of them are in use, and in which order they are reclaimed
// is the matter of whoever bounds memory. Who allocates gets a page or none; nothing is reclaimed
// in between, so that an operation which fails for want of a frame is tried again by its caller,
// with no lock held. (The kernel reclaims inside of the allocation, under mmap_sem.)
//
// What it does not do: exist. A machine without frames has as many pages as are asked for.
#ifndef RMAPCHECK_CORE_MM_FRAMES_H_
#define RMAPCHECK_CORE_MM_FRAMES_H_

#include "core/mm/page.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class PageFrames {
 public:
  // Returns: a page without any use; null if no frame is free. Kernel: alloc_page().
  virtual Page* Alloc(const Machine& machine) = 0;
  // Takes back a page that nobody uses any more. Kernel: __free_page(). Order: takes no lock that
  // is known elsewhere; it may be called under any.
  virtual void Free(Page& page) = 0;

 protected:
  ~PageFrames() = default;
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_MM_FRAMES_H_

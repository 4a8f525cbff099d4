// The memory of the machine: so many frames and no more, the list by which reclaim chooses among
// the pages in them, and the watermarks that wake it.
//
// The idea: a page is a place in an array (kernel: mem_map), so that what bounds memory also says
// which pages there are. Each is on the list from its allocation to its end, but while a reclaimer
// has it. The list is a queue: new pages, and those that were looked at, go to its hot end; reclaim
// takes from the cold one. (No bit says that a page was accessed, so there is nothing to choose
// by.) Everything is under one mutex, which nothing else is taken under.
//
// Invariants:
//   1. Each frame is free, on the list, or isolated. Free ones count as free, all others as used.
//   2. A page on the list exists: its last user takes it off, here, before it ends.
//
// What it does not do: walk, swap, or decide how much to reclaim.
// Source: mm/page_alloc.c (watermarks), mm/vmscan.c (isolate_lru_pages, putback_lru_pages).
#ifndef RMAPCHECK_STRESS_AIM7_FRAMES_H_
#define RMAPCHECK_STRESS_AIM7_FRAMES_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include "core/mm/frames.h"
#include "core/mm/list.h"
#include "core/mm/page.h"

namespace aim7 {

class Frames final : public rmap::PageFrames {
 public:
  explicit Frames(std::uint32_t count);
  ~Frames();  // Requires: all frames are free.
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;

  rmap::Page* Alloc(const rmap::Machine& machine) override;
  void Free(rmap::Page& page) override;

  // Takes the coldest pages that somebody uses off the list, at most as many as fit, and a
  // reference on each. Returns: how many. Kernel: isolate_lru_pages().
  std::size_t Isolate(std::span<rmap::Page*> pages);
  // Puts an isolated page back at the hot end. The reference stays with the caller, who drops it
  // next. Kernel: putback_lru_pages().
  void PutBack(rmap::Page& page);

  // Waits until few frames are free, or for the end. Returns: false at the end.
  bool WaitForPressure();
  // Whether reclaim may rest. Kernel: zone_watermark_ok().
  bool EnoughAreFree() const;
  // From now on nobody waits.
  void End();

  std::uint32_t count() const { return count_; }
  std::uint32_t used() const;
  std::uint32_t used_max() const;  // Ever.

 private:
  struct Frame;

  static Frame& FrameOf(rmap::Page& page);
  Frame* TakeFree();
  std::uint32_t FreeCount() const { return count_ - used_; }  // Requires: the mutex.

  const std::uint32_t count_;
  const std::uint32_t low_;   // Fewer free wake reclaim.
  const std::uint32_t high_;  // So many let it rest.
  const std::unique_ptr<Frame[]> frames_;

  mutable std::mutex mutex_;  // Of everything below.
  std::condition_variable pressure_;
  rmap::List<Frame> free_;
  rmap::List<Frame> lru_;  // Coldest first.
  std::uint32_t used_ = 0;
  std::uint32_t used_max_ = 0;
  bool ended_ = false;
};

}  // namespace aim7

#endif  // RMAPCHECK_STRESS_AIM7_FRAMES_H_

// Reclaim: pages from the cold end of the list are looked for by their reverse mapping, as
// page_referenced() does, and then taken from whoever has them (ShrinkPage), until enough frames
// are free. In the background by kswapd, and directly by who finds no frame.
//
// What a walk answers is counted, and not obeyed: there is no bit that says which mapping was used,
// so every page that comes to the cold end is taken. The walk is done because it is the cost that
// is measured; the kernel does it for each page that it deactivates.
//
// What it does not do: lock anything of its own. Source: shrink_page_list(), kswapd(), mm/vmscan.c.
#ifndef RMAPCHECK_STRESS_AIM7_RECLAIM_H_
#define RMAPCHECK_STRESS_AIM7_RECLAIM_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "stress/aim7/frames.h"

namespace aim7 {

// How many VMAs walks have looked at: each time page_referenced() was asked. Box 0 is of walks that
// found the page unmapped, box i of those that looked at less than 2^i VMAs, and not less than half
// of that.
struct WalkLengths {
  static constexpr int kBoxes = 33;

  void Add(int visited);
  void Add(const WalkLengths& other);
  double Average() const { return walks == 0 ? 0 : static_cast<double>(visits) / walks; }
  // Returns: the least 2^i - 1 such that so large a share of walks looked at no more.
  std::uint64_t AtMost(double share) const;

  std::uint64_t walks = 0;
  std::uint64_t visits = 0;
  std::uint64_t visits_max = 0;
  std::array<std::uint64_t, kBoxes> boxes{};
};

// What one thread has reclaimed.
struct Reclaimed {
  void Add(const Reclaimed& other);

  std::uint64_t batches = 0;
  std::uint64_t scanned = 0;  // Pages that were looked at.
  std::uint64_t evicted = 0;  // Of these, pages that nobody has any more.
  double seconds = 0;         // In walks, and in what follows from them.
  WalkLengths lengths;
};

// Reclaims one batch of pages. Returns: how many frames that gave back. Requires: the calling
// thread has no lock.
std::uint64_t ReclaimBatch(Frames& frames, Reclaimed& reclaimed);

// Reclaims whenever few frames are free, until the end of `frames`. What it does while `measuring`
// is set is added to `reclaimed`.
void RunKswapd(Frames& frames, const std::atomic<bool>& measuring, Reclaimed& reclaimed);

}  // namespace aim7

#endif  // RMAPCHECK_STRESS_AIM7_RECLAIM_H_

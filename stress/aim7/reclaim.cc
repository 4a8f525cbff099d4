// A batch is isolated at once, as in the kernel, so that the list's mutex is not what is measured.
// Its pages go back one by one, each when it is done with.
#include "stress/aim7/reclaim.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <span>
#include <thread>

#include "core/rmap/walk.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/swap_cache.h"

namespace aim7 {
namespace {

using Clock = std::chrono::steady_clock;
using rmap::Page;

constexpr std::size_t kBatch = 32;  // Kernel: SWAP_CLUSTER_MAX.

// Requires: the page is isolated.
void ReclaimPage(Frames& frames, Page& page, Reclaimed& reclaimed) {
  ++reclaimed.scanned;
  if (rmap::PageMapped(page)) {
    const rmap::WalkResult walk = rmap::PageReferenced(page);
    reclaimed.lengths.Add(walk.visited);
  }
  if (rmap::ShrinkPage(page)) {
    ++reclaimed.evicted;
  } else {
    frames.PutBack(page);
  }
  rmap::FreePageAndSwapCache(page);
}

}  // namespace

void WalkLengths::Add(int visited) {
  const auto length = static_cast<std::uint64_t>(visited);
  ++walks;
  visits += length;
  visits_max = std::max(visits_max, length);
  ++boxes[static_cast<std::size_t>(std::bit_width(length))];
}

void WalkLengths::Add(const WalkLengths& other) {
  walks += other.walks;
  visits += other.visits;
  visits_max = std::max(visits_max, other.visits_max);
  for (int i = 0; i < kBoxes; ++i) boxes[i] += other.boxes[i];
}

std::uint64_t WalkLengths::AtMost(double share) const {
  std::uint64_t below = 0;
  for (int i = 0; i < kBoxes; ++i) {
    below += boxes[i];
    if (static_cast<double>(below) >= share * static_cast<double>(walks)) {
      return std::min((std::uint64_t{1} << i) - 1, visits_max);
    }
  }
  return visits_max;
}

void Reclaimed::Add(const Reclaimed& other) {
  batches += other.batches;
  scanned += other.scanned;
  evicted += other.evicted;
  seconds += other.seconds;
  lengths.Add(other.lengths);
}

std::uint64_t ReclaimBatch(Frames& frames, Reclaimed& reclaimed) {
  std::array<Page*, kBatch> pages;
  const std::size_t count = frames.Isolate(pages);
  const std::uint64_t evicted_before = reclaimed.evicted;
  const Clock::time_point start = Clock::now();
  for (Page* page : std::span(pages).first(count)) ReclaimPage(frames, *page, reclaimed);
  reclaimed.seconds += std::chrono::duration<double>(Clock::now() - start).count();
  ++reclaimed.batches;
  return reclaimed.evicted - evicted_before;
}

void RunKswapd(Frames& frames, const std::atomic<bool>& measuring, Reclaimed& reclaimed) {
  while (frames.WaitForPressure()) {
    while (!frames.EnoughAreFree()) {
      Reclaimed batch;
      const bool counts = measuring.load(std::memory_order_relaxed);  // Order: it is a clock.
      if (ReclaimBatch(frames, batch) == 0) std::this_thread::yield();
      if (counts) reclaimed.Add(batch);
    }
  }
}

}  // namespace aim7
